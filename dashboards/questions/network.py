"""Which stores and days there are, and how the network stands on one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboards.warehouse import Row, Run

SALES_KNOWN = ("received", "incomplete", "reopened", "accepted", "duplicate")
OPEN_STATUSES = ("waiting", "blocked", "reopened")


def only(stores: Sequence[str], column: str = "store_id") -> tuple[str, list[str]]:
    """A condition that keeps the chosen stores (all when none is chosen), and its parameters."""
    if not stores:
        return "true", []
    return f"{column} in ({', '.join('?' * len(stores))})", list(stores)


@dataclass(frozen=True)
class Calendar:
    """The business dates of a run: `latest` is the newest on which something was due."""

    first: date
    last: date
    latest: date


def calendar(run: Run) -> Calendar | None:
    """None when no store-day is published yet."""
    row = run.ask(
        "select min(business_date) as first, max(business_date) as last,"
        " max(business_date) filter (where business_date in (select business_date"
        " from finance.deliveries where status not in ('closed', 'not_due'))) as latest"
        " from finance.store_days"
    )[0]
    if row["last"] is None:
        return None
    return Calendar(row["first"], row["last"], row["latest"] or row["last"])


def stores(run: Run) -> list[Row]:
    """The stores that owe days, by name: store_id, store_name, store_format, city, currency."""
    return run.ask(
        "select store_id, coalesce(any_value(s.store_name), store_id) as store_name,"
        " any_value(s.store_format) as store_format, any_value(s.city) as city,"
        " any_value(s.currency) as currency"
        " from (select distinct store_id from finance.store_days) d"
        " left join core.dim_stores s using (store_id) group by store_id order by store_name"
    )


@dataclass(frozen=True)
class Standing:
    """How one business date stands: store-days due and complete, who is late, what is older.

    `open_before` counts open store-days before it, `reopened` those reopened up to it.
    """

    on: date
    due: int
    complete: int
    closed: int
    late: tuple[Row, ...]
    open_before: int
    reopened: int


def standing(run: Run, on: date, chosen: Sequence[str] = ()) -> Standing:
    keep, params = only(chosen, "d.store_id")
    days = run.ask(
        "select count(*) filter (where status <> 'closed') as due,"
        " count(*) filter (where status in ('complete', 'signed_off')) as complete,"
        " count(*) filter (where status = 'closed') as closed"
        f" from finance.store_days d where business_date = ? and {keep}",
        [on, *params],
    )[0]
    before = run.ask(
        "select count(*) filter (where business_date < ?) as days,"
        " count(*) filter (where status = 'reopened') as reopened"
        " from finance.store_days d where business_date <= ?"
        f" and status in ('waiting', 'blocked', 'reopened') and {keep}",
        [on, on, *params],
    )[0]
    late = run.ask(
        "select d.store_id, coalesce(any_value(s.store_name), d.store_id) as store_name,"
        " string_agg(distinct d.dataset, ', ' order by d.dataset) as datasets,"
        " max(d.minutes_late) as minutes_late,"
        " bool_or(d.status = 'missing') as any_missing"
        " from finance.deliveries d left join core.dim_stores s using (store_id)"
        f" where d.business_date = ? and d.status in ('late', 'missing') and {keep}"
        " group by d.store_id order by any_missing desc, store_name",
        [on, *params],
    )
    return Standing(
        on,
        days["due"],
        days["complete"],
        days["closed"],
        tuple(late),
        before["days"],
        before["reopened"],
    )

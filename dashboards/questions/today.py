"""Today's questions: is the day complete, what blocks it, and how did it go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Any

from dashboards.questions import calendar, kpis
from dashboards.questions.kpis import DAYS, Kpi
from dashboards.questions.network import SALES_KNOWN, only
from dashboards.warehouse import Row, Run

PREFERRED = (
    "net_sales",
    "target_attainment",
    "transactions",
    "atv",
    "conversion",
    "return_rate",
)
SHOWN = 6
SPARK_DAYS = 28
TYPICAL_WEEKS = 8


@dataclass(frozen=True)
class Matrix:
    """Store × dataset for one day. `cells` by (store_id, dataset); `days` by store_id."""

    datasets: list[str]
    stores: list[Row]
    cells: dict[tuple[str, str], Row]
    days: dict[str, Row]


# A store that needs somebody comes first; a closed one last.
_URGENCY = {"blocked": 0, "waiting": 1, "reopened": 2, "complete": 3, "signed_off": 3, "closed": 4}


def matrix(run: Run, on: date, chosen: Sequence[str] = ()) -> Matrix:
    keep, params = only(chosen)
    cells = run.ask(
        f"select * from finance.deliveries where business_date = ? and {keep}", [on, *params]
    )
    days = run.ask(
        "select d.*, coalesce(s.store_name, d.store_id) as store_name, s.store_format, s.city"
        " from finance.store_days d left join core.dim_stores s using (store_id)"
        f" where business_date = ? and {keep}",
        [on, *params],
    )
    worst = {"missing": 0, "late": 1}

    def urgency(store: Row) -> tuple[int, int, str]:
        mine = [worst.get(c["status"], 2) for c in cells if c["store_id"] == store["store_id"]]
        return min(mine, default=2), _URGENCY.get(store["status"], 2), store["store_name"]

    blocking = {c["dataset"] for c in cells if c.get("blocks_day")}
    datasets = sorted({c["dataset"] for c in cells}, key=lambda d: (d not in blocking, d))
    return Matrix(
        datasets=datasets,
        stores=sorted(days, key=urgency),
        cells={(c["store_id"], c["dataset"]): c for c in cells},
        days={d["store_id"]: d for d in days},
    )


def blocks(run: Run, on: date, chosen: Sequence[str] = ()) -> list[Row]:
    """Open store-days up to `on`, newest day first, each with its reasons in words."""
    keep, params = only(chosen, "d.store_id")
    return run.ask(
        "select d.store_id, coalesce(s.store_name, d.store_id) as store_name, d.business_date,"
        " d.status, coalesce(nullif(d.blocking_reasons, ''), w.reasons) as reasons"
        " from finance.store_days d left join core.dim_stores s using (store_id)"
        " left join (select store_id, business_date, string_agg("
        "   replace(dataset, '_', ' ') || ' ' || replace(status, '_', ' '), '; ' order by dataset)"
        "   as reasons from finance.deliveries where status in ('due', 'late', 'missing',"
        "   'incomplete') group by store_id, business_date) w"
        " on w.store_id = d.store_id and w.business_date = d.business_date"
        " where d.status in ('waiting', 'blocked', 'reopened')"
        f" and d.business_date <= ? and {keep}"
        " order by d.business_date desc, d.status, store_name",
        [on, *params],
    )


def sales_unknown(run: Run, on: date, chosen: Sequence[str] = ()) -> list[Row]:
    """Stores that were due to send sales for the day and have not: they are in no figure."""
    keep, params = only(chosen, "d.store_id")
    known = ", ".join(f"'{status}'" for status in (*SALES_KNOWN, "closed"))
    return run.ask(
        "select d.store_id, coalesce(s.store_name, d.store_id) as store_name"
        " from finance.deliveries d left join core.dim_stores s using (store_id)"
        " where d.dataset = 'sales_lines' and d.business_date = ?"
        f" and d.status not in ({known}) and {keep} order by store_name",
        [on, *params],
    )


@dataclass(frozen=True)
class Figure:
    """One KPI of one day in one currency, with everything it is held against.

    `typical` is the median of the same weekday over the weeks before; None where nothing is known.
    """

    kpi: Kpi
    currency: str | None
    value: Any
    last_week: Any
    last_year: Any
    typical: Any
    series: list[Any] = field(default_factory=list)
    same_weekday: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Figures:
    """The day's figures; comparisons leave out the same stores that the day leaves out."""

    on: date
    week_before: date
    year_before: date | None
    basis: calendar.Basis
    left_out: list[Row]
    figures: list[Figure]


def _preferred(every: Sequence[Kpi]) -> list[Kpi]:
    """The preferred ones first, then as published."""
    by_id = {kpi.kpi_id: kpi for kpi in every}
    first = [by_id[name] for name in PREFERRED if name in by_id]
    return [*first, *(kpi for kpi in every if kpi not in first)]


def figures(
    run: Run, on: date, chosen: Sequence[str] = (), basis: str = calendar.DEFAULT_BASIS
) -> Figures:
    left_out = sales_unknown(run, on, chosen)
    absent = {row["store_id"] for row in left_out}
    everyone = [
        row["store_id"]
        for row in run.ask("select distinct store_id from finance.store_days order by store_id")
    ]
    compared = [s for s in (chosen or everyone) if s not in absent]
    week_before = on - timedelta(days=7)
    year_before = calendar.last_year(run, on, basis)
    asked = _preferred(kpis.usable(run))
    first = on - timedelta(days=7 * TYPICAL_WEEKS)
    rows = kpis.daily(run, asked, first, on, compared) if compared else []
    then = (
        kpis.daily(run, asked, year_before, year_before, compared)
        if compared and year_before
        else []
    )
    # A currency nobody traded in on the day has no figure to compare.
    currencies = sorted({row["currency"] for row in rows if row["business_date"] == on}, key=str)
    # A network that counts no visitors has no conversion to show: the next KPI takes its place.
    told = [kpi for kpi in asked if any(row[kpi.kpi_id] is not None for row in rows)]
    found = []
    for kpi in told[:SHOWN]:
        for currency in currencies:
            by_day = {
                row["business_date"]: row[kpi.kpi_id] for row in rows if row["currency"] == currency
            }
            before = [by_day.get(on - timedelta(days=7 * n)) for n in range(1, TYPICAL_WEEKS + 1)]
            known = [float(v) for v in before if v is not None]
            days = [on - timedelta(days=n) for n in reversed(range(SPARK_DAYS))]
            found.append(
                Figure(
                    kpi=kpi,
                    currency=currency,
                    value=by_day.get(on),
                    last_week=by_day.get(week_before),
                    last_year=next(
                        (row[kpi.kpi_id] for row in then if row["currency"] == currency), None
                    ),
                    typical=median(known) if len(known) >= 3 else None,
                    series=[by_day.get(day) for day in days],
                    same_weekday={n for n, day in enumerate(days) if day.weekday() == on.weekday()},
                )
            )
    return Figures(on, week_before, year_before, calendar.BASES[basis], left_out, found)


def by_store(run: Run, on: date, year_before: date | None, chosen: Sequence[str] = ()) -> list[Row]:
    """Net sales, transactions and units of each store on the day, a week and a year before."""
    keep, params = only(chosen, "d.store_id")
    return run.ask(
        f"""
        with sums as (
            select store_id, business_date, sum(net_sales) as net_sales,
                sum(transactions) as transactions, sum(units_sold) as units_sold
            from {DAYS} group by store_id, business_date
        )
        select d.store_id, coalesce(s.store_name, d.store_id) as store_name, d.status, d.currency,
            t.net_sales, t.transactions, t.units_sold,
            w.net_sales as week_before, y.net_sales as year_before
        from finance.store_days d
        left join core.dim_stores s on s.store_id = d.store_id
        left join sums t on t.store_id = d.store_id and t.business_date = d.business_date
        left join sums w on w.store_id = d.store_id and w.business_date = ?
        left join sums y on y.store_id = d.store_id and y.business_date = ?
        where d.business_date = ? and {keep}
        order by t.net_sales desc nulls last, store_name
        """,
        [on - timedelta(days=7), year_before, on, *params],
    )

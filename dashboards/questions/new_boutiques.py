"""New boutiques: whether their first sales, their first stock and their first count have come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.questions.counts import ACCURACY, PLANS
from dashboards.questions.day_limits import limits
from dashboards.questions.my_day import local_day
from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

SCANS = "core.fct_count_scans"
# What a new boutique has to deliver first → the datasets that are it.
FIRST_FILES = {
    "sales": ("sales_lines", "tenders"),
    "stock": ("stock_snapshots", "stock_movements"),
}
# Places that are no boutique, whose stock comes by other ways.
NO_BOUTIQUE = ("warehouse", "headquarters")


@dataclass(frozen=True)
class First:
    """The first of its kind: there on `on`, with the file it came in; else planned, or missing."""

    on: date | None = None
    planned_for: date | None = None
    file_id: str | None = None
    file_name: str | None = None

    @property
    def is_there(self) -> bool:
        return self.on is not None


@dataclass(frozen=True)
class NewBoutique:
    """A boutique that opened not long before the run, and its three firsts."""

    store_id: str
    store_name: str
    opened_on: date
    days_open: int
    sales: First
    stock: First
    count: First

    @property
    def missing(self) -> list[str]:
        """What has not come, in words."""
        firsts = {
            "first transaction file": self.sales,
            "first stock file": self.stock,
            "first count": self.count,
        }
        return [name for name, first in firsts.items() if not first.is_there]


def new_boutiques(run: Run, chosen: Sequence[str] = ()) -> list[NewBoutique]:
    """The newest first; none in a run that does not say for how long a boutique is new."""
    days = limits(run).get("new_boutique_days")
    if days is None:
        return []
    keep, params = only(chosen)
    stores = run.ask(
        "select store_id, store_name, store_format, opened_on, coalesce(time_zone, 'UTC') as"
        f" time_zone from core.dim_stores where opened_on is not null and {keep}"
        " order by opened_on desc, store_name",
        params,
    )
    found = []
    for store in stores:
        today = local_day(run.run_at, store["time_zone"])
        opened = store["opened_on"]
        if store["store_format"] in NO_BOUTIQUE or not today - timedelta(days) <= opened <= today:
            continue
        found.append(
            NewBoutique(
                store["store_id"],
                store["store_name"] or store["store_id"],
                opened,
                (today - opened).days,
                _first_file(run, store["store_id"], "sales"),
                _first_file(run, store["store_id"], "stock"),
                _first_count(run, store["store_id"]),
            )
        )
    return found


def _first_file(run: Run, store_id: str, kind: str) -> First:
    """The file of the first business date that was taken in."""
    names = FIRST_FILES[kind]
    rows = run.ask(
        "select s.business_date, s.file_id, f.file_name from quality.file_scopes s"
        " left join quality.files f using (delivery_id)"
        f" where s.store_id = ? and s.dataset in ({', '.join('?' * len(names))})"
        " and s.business_date is not null and s.row_count > 0"
        " order by s.business_date, s.received_at, f.file_name limit 1",
        [store_id, *names],
    )
    return _first(rows, "business_date")


def _first_count(run: Run, store_id: str) -> First:
    """The day of the first count, else the day it is planned for."""
    if run.has(ACCURACY):
        scans = run.has(SCANS)
        file = f"(select min(_file_id) from {SCANS} c where c.count_id = a.count_id)"
        rows = run.ask(
            "select t.*, (select file_name from quality.files f where f.file_id = t.file_id"
            " and f.status <> 'duplicate' order by f.known_from limit 1) as file_name from ("
            f"select a.counted_on, a.count_id, {file if scans else 'null'} as file_id"
            f" from {ACCURACY} a where a.store_id = ? and a.counted_on is not null) t"
            " order by t.counted_on, t.count_id limit 1",
            [store_id],
        )
        if rows:
            return _first(rows, "counted_on")
    if run.has(PLANS):
        planned = run.ask(
            f"select min(due_on) as due_on from {PLANS} where store_id = ?"
            " and status in ('planned', 'counting')",
            [store_id],
        )
        return First(planned_for=planned[0]["due_on"])
    return First()


def _first(rows: Sequence[Row], day: str) -> First:
    if not rows:
        return First()
    row = rows[0]
    return First(row[day], None, row["file_id"], row["file_name"])

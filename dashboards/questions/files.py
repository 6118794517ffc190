"""What arrived and what became of it: files, lines set aside, figures that changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

SECTIONS = {
    "all": "All files",
    "refused": "Refused",
    "rejected": "Lines set aside",
    "duplicates": "Duplicates",
    "restated": "Restatements",
    "checks": "Checks",
}
WINDOWS = {"7": "7 days", "30": "30 days", "90": "90 days", "all": "All there is"}
_STATUS = {"refused": "refused", "duplicates": "duplicate"}


@dataclass(frozen=True)
class Window:
    """Arrivals from `start` (None: the beginning) until `end`, UTC."""

    start: datetime | None
    end: datetime

    @classmethod
    def up_to(cls, on: date, days: str) -> Window:
        """What could arrive for `on` arrives on the day after: that day is in the window."""
        end = datetime.combine(on + timedelta(days=2), time())
        return cls(None if days == "all" else end - timedelta(days=int(days)), end)

    @property
    def last_day(self) -> date:
        return (self.end - timedelta(days=1)).date()

    def holds(self, column: str) -> tuple[str, list[Any]]:
        if self.start is None:
            return f"{column} < ?", [self.end]
        return f"{column} >= ? and {column} < ?", [self.start, self.end]


def _chosen(window: Window, stores: Sequence[str]) -> tuple[str, list[Any]]:
    """Files of the window; a file that no store can be read from belongs to every choice."""
    within, params = window.holds("f.received_at")
    if not stores:
        return within, params
    mine, ids = only(stores, "s.store_id")
    return (
        f"{within} and (exists (select 1 from quality.file_scopes s"
        f" where s.file_id = f.file_id and {mine}) or not exists (select 1"
        " from quality.file_scopes s where s.file_id = f.file_id and s.store_id is not null))",
        [*params, *ids],
    )


def counts(run: Run, window: Window, stores: Sequence[str]) -> Row:
    """How many files arrived, were taken in, refused, ignored; lines aside; store-days restated."""
    where, params = _chosen(window, stores)
    row = run.ask(
        "select count(*) as files,"
        " count(*) filter (where status in ('accepted', 'superseded')) as taken,"
        " count(*) filter (where status = 'refused') as refused,"
        " count(*) filter (where status = 'duplicate') as duplicates,"
        " coalesce(sum(rows_loaded) filter (where status in ('accepted', 'superseded')), 0)"
        " as rows,"
        " coalesce(sum(rows_rejected) filter (where status <> 'refused'), 0) as rejected"
        f" from quality.files f where {where}",
        params,
    )[0]
    within, moments = window.holds("known_from")
    keep, ids = only(stores)
    restated = run.ask(
        "select count(distinct store_id || '|' || business_date) as restated"
        f" from finance.restatements where replaced_file_id is not null and {within} and {keep}",
        [*moments, *ids],
    )[0]
    return {**row, **restated}


def files(run: Run, section: str, window: Window, stores: Sequence[str]) -> list[Row]:
    """Files, the newest arrival first."""
    where, params = _chosen(window, stores)
    if section in _STATUS:
        where, params = f"{where} and f.status = ?", [*params, _STATUS[section]]
    return run.ask(
        f"select f.* from quality.files f where {where}"
        " order by received_at desc, file_name, dataset",
        params,
    )


def rejected(run: Run, window: Window, stores: Sequence[str]) -> list[Row]:
    """Lines set aside, each with its file's name; those of refused files too."""
    where, params = _chosen(window, stores)
    return run.ask(
        "select f.file_name, f.received_at, f.status as file_status, r.*"
        " from quality.rejected_rows r join quality.files f using (delivery_id)"
        f" where {where} order by f.received_at desc, f.file_name, r.line_no",
        params,
    )


def reasons(rows: Sequence[Row]) -> list[Row]:
    """How many lines broke which rule of which column, the commonest first."""
    found: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = (row["dataset"], row["column_name"], row["rule"], row["expected"])
        found[key] = found.get(key, 0) + 1
    ordered = sorted(found.items(), key=lambda item: (-item[1], str(item[0])))
    names = ("dataset", "column_name", "rule", "expected")
    return [{**dict(zip(names, key, strict=True)), "lines": count} for key, count in ordered]


@dataclass(frozen=True)
class Restatement:
    """One store-day told again: both files, and each measure that changed."""

    store_id: str
    store_name: str
    business_date: date
    known_from: datetime
    currency: str | None
    replaced: Row
    replacing: Row
    measures: list[Row]


def restatements(run: Run, window: Window, stores: Sequence[str]) -> list[Restatement]:
    within, params = window.holds("r.known_from")
    keep, ids = only(stores, "r.store_id")
    rows = restatement_rows(run, within, keep, [*params, *ids])
    grouped: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        told_by = (row["replaced_file_id"], row["replacing_file_id"])
        key = (row["store_id"], row["business_date"], *told_by)
        grouped.setdefault(key, []).append(row)
    found = []
    for (store, day, *_), told in grouped.items():
        first = told[0]
        found.append(
            Restatement(
                store_id=store,
                store_name=first["store_name"],
                business_date=day,
                known_from=first["known_from"],
                currency=first["currency"],
                replaced=_file(run, first["replaced_file_id"]),
                replacing=_file(run, first["replacing_file_id"]),
                measures=told,
            )
        )
    return found


def restatement_rows(run: Run, within: str, keep: str, params: list[Any]) -> list[Row]:
    return run.ask(
        "select r.*, coalesce(s.store_name, r.store_id) as store_name, s.currency"
        " from finance.restatements r left join core.dim_stores s using (store_id)"
        f" where r.replaced_file_id is not null and {within} and {keep}"
        " order by r.known_from desc, store_name, r.business_date desc, r.measure",
        params,
    )


def _file(run: Run, file_id: str | None) -> Row:
    """The file as it first came in; empty when it is not on record."""
    rows = run.ask(
        "select * from quality.files where file_id = ? and status <> 'duplicate'"
        " order by known_from limit 1",
        [file_id],
    )
    return rows[0] if rows else {"file_id": file_id}


def checks(run: Run) -> list[Row]:
    """The checks of the run that made these figures, the failed ones first."""
    return run.ask(
        "select * from quality.check_results where run_id ="
        " (select max(run_id) from quality.check_results)"
        " order by passed, severity, border, subject, rule"
    )

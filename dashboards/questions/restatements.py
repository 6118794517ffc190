"""Restatements between two moments: which store-days moved, by how much, because of what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

START = "start"
FIGURES = "finance.known_figures"
MONEY = ("net_sales", "tender_total", "declared_amount")

# What is compared of a receipt: table, last column of its key, what a row is called.
_COMPARED = (
    ("core.fct_sales_lines", "line_number", "line"),
    ("core.fct_tenders", "tender_number", "payment"),
)
_NOT_COMPARED = ("_file_id", "_line_no", "_batch_id", "is_corrected")


# A measure of a store-day (store, day, dataset, measure) and what it was.
Figures = dict[tuple[Any, ...], Decimal]


@dataclass(frozen=True)
class Moment:
    """A moment figures were published: its run, when (UTC), whether that publish is kept."""

    run_id: str
    at: datetime | None
    kept: bool = False


def moments(run: Run, kept: Sequence[Run]) -> list[Moment]:
    """Every publish up to this run, newest first, and last the beginning, before any."""
    found: dict[str, Moment] = {}
    if run.has("quality.runs"):
        for row in run.ask("select run_id, finished_at from quality.runs where published"):
            if row["finished_at"] is not None:
                found[row["run_id"]] = Moment(row["run_id"], row["finished_at"])
    for one in kept:
        at = one.published_at.astimezone(UTC).replace(tzinfo=None)
        found[one.run_id] = Moment(one.run_id, at, kept=True)
    up_to = [moment for moment in found.values() if moment.run_id <= run.run_id]
    up_to.sort(key=lambda moment: moment.run_id, reverse=True)
    return [*up_to, Moment(START, None)]


def moment_of(run_id: str, known: Iterable[Moment]) -> Moment | None:
    return next((moment for moment in known if moment.run_id == run_id), None)


@dataclass(frozen=True)
class Cause:
    """Why a figure moved: a file that came again or late (it replaced nothing), or a correction.

    `known_from`: when it became known (UTC).
    """

    kind: str
    known_from: datetime
    replaced: Row
    replacing: Row
    correction: Row


@dataclass(frozen=True)
class Moved:
    """One measure of a store-day that moved: before, now, every step between them."""

    measure: str
    dataset: str
    old_value: Decimal
    change: Decimal
    steps: list[Row]

    @property
    def new_value(self) -> Decimal:
        return self.old_value + self.change

    @property
    def is_money(self) -> bool:
        return self.measure in MONEY


@dataclass(frozen=True)
class Restated:
    """One store-day whose figures moved between the two moments."""

    store_id: str
    store_name: str
    business_date: date
    currency: str | None
    measures: list[Moved] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)

    @property
    def known_from(self) -> datetime:
        return max(cause.known_from for cause in self.causes)


def between(
    run: Run,
    start: Moment,
    end: Moment,
    chosen: Sequence[str] = (),
    month: date | None = None,
) -> list[Restated]:
    """What moved after `start` up to `end`, the newest change first; of `month` only, if given."""
    within, stores = only(chosen, "r.store_id")
    params: list[Any] = list(stores)
    if start.at is not None:
        within += " and r.known_from > ?"
        params = [*params, start.at]
    if end.at is not None:
        within += " and r.known_from <= ?"
        params = [*params, end.at]
    if month is not None:
        within += " and date_trunc('month', r.business_date)::date = ?"
        params = [*params, month]
    rows = run.ask(
        "select r.*, coalesce(s.store_name, r.store_id) as store_name, s.currency"
        " from finance.restatements r left join core.dim_stores s using (store_id)"
        f" where {within} order by r.known_from, r.measure, r.restatement_id",
        params,
    )
    by_day: dict[tuple[str, date], list[Row]] = {}
    for row in rows:
        by_day.setdefault((row["store_id"], row["business_date"]), []).append(row)
    names = _names(run, rows)
    corrections = _corrections(run, rows)
    before, now = (_figures(run, moment, list(by_day)) for moment in (start, end))
    found = [_restated(told, names, corrections, before, now) for told in by_day.values()]
    return sorted(found, key=lambda r: (-r.known_from.timestamp(), r.store_name, r.business_date))


def _restated(
    rows: Sequence[Row],
    names: Mapping[str, Row],
    corrections: Mapping[str, Row],
    before: Figures,
    now: Figures,
) -> Restated:
    first = rows[0]
    place = (first["store_id"], first["business_date"])
    by_measure: dict[tuple[str, str], list[Row]] = {}
    causes: dict[tuple[Any, ...], Cause] = {}
    for row in rows:
        by_measure.setdefault((row["dataset"], row["measure"]), []).append(row)
        kind, decision = row.get("cause") or "file", row.get("decision_id")
        key = (kind, decision, row["known_from"], row["replacing_file_id"])
        causes.setdefault(
            key,
            Cause(
                kind,
                row["known_from"],
                names.get(row["replaced_file_id"] or "", {"file_id": row["replaced_file_id"]}),
                names.get(row["replacing_file_id"], {"file_id": row["replacing_file_id"]}),
                corrections.get(decision or "", {}),
            ),
        )
    return Restated(
        store_id=first["store_id"],
        store_name=first["store_name"],
        business_date=first["business_date"],
        currency=first["currency"],
        measures=[
            _moved(*key, steps, before.get(place + key), now.get(place + key))
            for key, steps in by_measure.items()
        ],
        causes=list(causes.values()),
    )


def _moved(
    dataset: str,
    measure: str,
    steps: list[Row],
    before: Decimal | None = None,
    now: Decimal | None = None,
) -> Moved:
    """From the figures as they were known at both moments; without them from the steps between.

    A step tells of its own file. Before the first of them a day in several files had what it has
    now less all steps; where nobody can say what it has now, what its first steps began with.
    """
    began = [row for row in steps if row["known_from"] == steps[0]["known_from"]]
    stepped = sum((row["change"] for row in steps), Decimal(0))
    if before is None:
        first = sum((row["old_value"] for row in began), Decimal(0))
        return Moved(measure, dataset, first if now is None else now - stepped, stepped, steps)
    change = stepped if now is None else now - before
    return Moved(measure, dataset, before, change, steps)


def _figures(run: Run, at: Moment, days: Sequence[tuple[str, date]]) -> Figures:
    """Each measure of these store-days as it was known at the moment; {} where nobody can say."""
    if at.at is None or not days or not run.has(FIGURES):
        return {}
    marks = ", ".join("(?, cast(? as date))" for _ in days)
    rows = run.ask(
        "select store_id, business_date, dataset, measure, sum(measure_value) as measure_value"
        f" from {FIGURES} where (store_id, business_date) in ({marks})"
        " and known_from <= ? and (known_to is null or known_to > ?) group by all",
        [*(value for day in days for value in day), at.at, at.at],
    )
    names = ("store_id", "business_date", "dataset", "measure")
    return {tuple(row[name] for name in names): row["measure_value"] for row in rows}


def _names(run: Run, rows: Sequence[Row]) -> dict[str, Row]:
    """The files, as each first came in, by file id."""
    named = {row[n] for row in rows for n in ("replaced_file_id", "replacing_file_id")}
    ids = sorted(named - {None})
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    told = run.ask(
        f"select * from quality.files where file_id in ({marks}) and status <> 'duplicate'"
        " order by known_from desc",
        ids,
    )
    return {row["file_id"]: row for row in told}


def _corrections(run: Run, rows: Sequence[Row]) -> dict[str, Row]:
    ids = sorted({row["decision_id"] for row in rows if row.get("decision_id")})
    if not ids or not run.has("quality.corrections"):
        return {}
    marks = ", ".join("?" * len(ids))
    told = run.ask(f"select * from quality.corrections where decision_id in ({marks})", ids)
    return {row["decision_id"]: row for row in told}


@dataclass(frozen=True)
class Change:
    """One value of one row of a receipt, before and now; a whole row has the column None."""

    transaction_id: str
    receipt: str
    row: str
    column: str | None
    old_value: Any
    new_value: Any


def changed_receipts(
    old: Run, new: Run, days: Sequence[tuple[str, date]]
) -> dict[tuple[str, date], list[Change]]:
    """What differs in the receipts of these store-days between two publishes, value by value."""
    found: dict[tuple[str, date], list[Change]] = {day: [] for day in days}
    if not days:
        return found
    numbers: dict[str, str] = {}
    for table, number, word in _COMPARED:
        before, after = _rows(old, table, number, days), _rows(new, table, number, days)
        for row in (*before.values(), *after.values()):
            if row.get("receipt_number") is not None:
                numbers[row["transaction_id"]] = str(row["receipt_number"])
        for key in sorted(before.keys() | after.keys(), key=str):
            was, now = before.get(key), after.get(key)
            store, day, transaction, place = key
            told = (transaction, numbers.get(transaction, ""), f"{word} {place}")
            amount = "net_amount" if word == "line" else "tender_amount"
            if was is None or now is None:
                values = [row[amount] if row else None for row in (was, now)]
                found[(store, day)].append(Change(*told, None, *values))
                continue
            for name in was.keys() & now.keys():
                if name not in _NOT_COMPARED and was[name] != now[name]:
                    found[(store, day)].append(Change(*told, name, was[name], now[name]))
    for changes in found.values():
        changes.sort(key=lambda c: (c.receipt, c.transaction_id, c.row, c.column or ""))
    return found


def _rows(
    run: Run, table: str, number: str, days: Sequence[tuple[str, date]]
) -> dict[tuple[Any, ...], Row]:
    marks = ", ".join("(?, cast(? as date))" for _ in days)
    rows = run.ask(
        f"select * from {table} where (store_id, business_date) in ({marks})",
        [value for day in days for value in day],
    )
    return {
        (row["store_id"], row["business_date"], row["transaction_id"], row[number]): row
        for row in rows
    }

"""Count sheets: which lines to look for, where, and why each is on the list. Never how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards import stock_words, words
from dashboards.decisions import Decision
from dashboards.decisions.rules.stock import standing_verdict
from dashboards.questions.counts import ACCURACY, PLANS
from dashboards.questions.discrepancies import DISCREPANCIES, KIND
from dashboards.warehouse import Row, Run

POSITIONS = "core.fct_stock_positions"
LINES = "inventory.count_lines"
SCANS = "core.fct_count_scans"
ON_THE_SHELF = ("available", "reserved", "display", "damaged")
LINES_A_SHEET = 35
# A scanner numbers its scans from 1: those of a sheet are numbered far above, each pass apart.
FIRST_NUMBER_OF_PASS = 100_000
SPARE_LINES = 10


@dataclass(frozen=True)
class Task:
    """A count to print sheets for: a planned one, or the recount of lines of one that was done."""

    count_id: str
    store_id: str
    count_pass: int
    what: str
    due_on: date | None
    zone: str | None = None
    category: str | None = None


def tasks(run: Run, store_id: str, verdicts: Sequence[Decision]) -> list[Task]:
    """What a store has to count: recounts asked for first, then planned counts by day."""
    asked = dict.fromkeys(d.payload["count_id"] for d in _recounts(store_id, verdicts))
    found = [Task(name, store_id, 2, f"Recount of {name}", None) for name in asked]
    if not run.has(PLANS):
        return found
    plans = run.ask(
        f"select * from {PLANS} where store_id = ? and status in ('planned', 'counting')"
        " order by due_on, count_id",
        [store_id],
    )
    return [*found, *(_planned(plan) for plan in plans)]


def _planned(plan: Row) -> Task:
    about = [part for part in (plan["zone"], plan["category"]) if part]
    kind = str(plan["count_type"]).replace("_", " ")
    told = f"{words.label(kind)} count of {' and '.join(about) or 'the whole store'}"
    return Task(
        plan["count_id"],
        plan["store_id"],
        1,
        f"{told}, due {words.day(plan['due_on'])}",
        plan["due_on"],
        plan["zone"],
        plan["category"],
    )


def _recounts(store_id: str, verdicts: Sequence[Decision]) -> list[Decision]:
    """The discrepancies of a store whose standing verdict asks for a recount."""
    by_key: dict[str, list[Decision]] = {}
    for decision in verdicts:
        if decision.store_id == store_id:
            by_key.setdefault(decision.subject_key, []).append(decision)
    standing = (standing_verdict(history, KIND) for history in by_key.values())
    return [d for d in standing if d is not None and d.payload.get("verdict") == "recount"]


def lines(run: Run, task: Task, on: date, verdicts: Sequence[Decision]) -> list[Row]:
    """The lines of a task, what matters most first; each says why it is there.

    Blind: `book_units` is there for whoever asks for it, and on no sheet unless they do.
    """
    if task.count_pass > 1:
        return _to_recount(run, task, verdicts)
    rows = _on_the_shelf(run, task)
    doubts, seen = _doubts(run, task.store_id), _last_counted(run, task.store_id)
    for row in rows:
        goods = (row["item_id"], row["serial_number"])
        row["rank"], row["why"] = _why(task, on, doubts.get(goods), seen.get(goods))
    return sorted(rows, key=lambda r: (r["rank"], r["zone"] or "", r["item_id"], _text(r)))


def _text(row: Row) -> str:
    return row["serial_number"] or ""


def _why(task: Task, on: date, doubt: Row | None, counted: date | None) -> tuple[int, str]:
    """A rank, 0 for what matters most, and the reason in words."""
    if doubt is not None:
        told = stock_words.outcome(doubt["outcome"], doubt["root_cause"])
        return 0, f"{told} on {words.day(doubt['counted_on'], year=False)}, not settled"
    planned = "planned for this count"
    if counted is None:
        return 1, f"never counted; {planned}"
    return 2, f"last counted {words.counted((on - counted).days, 'day')} ago; {planned}"


def _on_the_shelf(run: Run, task: Task) -> list[Row]:
    if not run.has(POSITIONS):
        return []
    marks = ", ".join("?" * len(ON_THE_SHELF))
    params: list[Any] = [task.store_id, *ON_THE_SHELF]
    where = ""
    for column, value in (("p.location", task.zone), ("i.category", task.category)):
        if value:
            where += f" and {column} = ?"
            params.append(value)
    rows = run.ask(
        "select p.item_id, p.serial_number, p.location as zone, any_value(i.item_name) as"
        " item_name, any_value(i.category) as category, sum(p.quantity) as book_units"
        f" from {POSITIONS} p left join core.dim_items i using (item_id)"
        f" where p.to_date is null and p.store_id = ? and p.stock_status in ({marks}){where}"
        " group by all having sum(p.quantity) <> 0",
        params,
    )
    return [dict(row) for row in rows]


def _doubts(run: Run, store_id: str) -> dict[tuple[str, str | None], Row]:
    if not run.has(DISCREPANCIES):
        return {}
    rows = run.ask(
        f"select * from {DISCREPANCIES} where store_id = ? and status = 'open'"
        " order by counted_on, discrepancy_id",
        [store_id],
    )
    return {(row["item_id"], row["serial_number"]): row for row in rows}


def _last_counted(run: Run, store_id: str) -> dict[tuple[str, str | None], date]:
    if not (run.has(LINES) and run.has(ACCURACY)):
        return {}
    rows = run.ask(
        "select item_id, serial_number, max(counted_on) as counted_on"
        f" from {LINES} where store_id = ? and is_counted group by all",
        [store_id],
    )
    return {(row["item_id"], row["serial_number"]): row["counted_on"] for row in rows}


def _to_recount(run: Run, task: Task, verdicts: Sequence[Decision]) -> list[Row]:
    asked = {
        d.subject_key: d
        for d in _recounts(task.store_id, verdicts)
        if d.payload["count_id"] == task.count_id
    }
    rows = run.ask(
        "select d.discrepancy_id, d.item_id, d.serial_number, coalesce(d.zone, d.book_zone) as"
        f" zone, d.book_units, i.item_name, i.category from {DISCREPANCIES} d"
        " left join core.dim_items i using (item_id) where d.count_id = ? order by zone, item_id",
        [task.count_id],
    )
    return [
        row | {"why": f"{asked[row['discrepancy_id']].decided_by} asked for a recount"}
        for row in rows
        if row["discrepancy_id"] in asked
    ]


def sheets(found: Sequence[Row]) -> list[list[Row]]:
    """The lines cut into sheets that print on one page each; always one at least."""
    cut = [found[at : at + LINES_A_SHEET] for at in range(0, len(found), LINES_A_SHEET)]
    return [list(part) for part in cut] or [[]]


def file_name(task: Task, on: date) -> str:
    """The name by which the mapping loupe/count_sheet knows a filled sheet."""
    return f"count_sheet_{task.count_id}_{on:%Y%m%d}.xlsx"


def native_rows(task: Task, found: Sequence[Row]) -> list[Row]:
    """The lines as they are filled and imported: what was found, when and by whom is left empty."""
    first = FIRST_NUMBER_OF_PASS * task.count_pass + 1
    spare: Row = {"why": "found here, not on the list"}
    return [
        {
            "count_id": task.count_id,
            "scan_number": number,
            "store_id": task.store_id,
            "count_pass": task.count_pass,
            **{name: row.get(name) for name in ("zone", "item_id", "serial_number", "item_name")},
            "why": row["why"],
            "quantity": None,
            "scanned_at": None,
            "counted_by": None,
        }
        for number, row in enumerate([*found, *[spare] * SPARE_LINES], start=first)
    ]


def counted_before(run: Run, task: Task) -> list[Row]:
    """Every scan of the count so far: a file replaces all that was known of a count."""
    if not run.has(SCANS):
        return []
    rows = run.ask(
        "select count_id, scan_number, store_id, count_pass, zone, item_id, serial_number,"
        f" quantity, scanned_at, counted_by from {SCANS} where count_id = ? order by scan_number",
        [task.count_id],
    )
    # A moment without a zone would be read as the store's own time.
    return [row | {"scanned_at": f"{row['scanned_at']:%Y-%m-%dT%H:%M:%S}Z"} for row in rows]

"""Restatements: what moved between two moments, by how much, and what made it move."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from dashboards import words
from dashboards.parts import download, filters, links
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, address, badge, facts, link, safe, show, table
from dashboards.questions import restatements
from dashboards.questions.restatements import START, Cause, Change, Moment, Moved, Restated
from dashboards.warehouse import Published, Row
from dashboards.workbook import Sheet

CARDS = 25
CHANGES_SHOWN = 100

here = chosen()
run = here.run


def moment_words(moment: Moment) -> str:
    if moment.at is None:
        return "the beginning"
    said = words.moment(moment.at, here.zone)
    return said if moment.kept else f"{said} (not kept)"


def answer(found: list[Restated], start: Moment, end: Moment) -> Html:
    span = f"between {moment_words(start)} and {moment_words(end)}"
    if not found:
        return Html(f"<b>No figure moved</b> {safe(span)}.")
    told = f"<b>{words.counted(len(found), 'store-day')} moved</b> {safe(span)}"
    sums: dict[str, Any] = {}
    for day in found:
        for moved in day.measures:
            if moved.measure == "net_sales":
                currency = day.currency or ""
                sums[currency] = sums.get(currency, 0) + moved.change
    if sums:
        by = ", ".join(
            f"{name} {words.signed(float(value), places=2)}" for name, value in sums.items()
        )
        told += f"; net sales by {safe(by)}"
    told += "."
    corrected = sum(any(c.kind == "correction" for c in day.causes) for day in found)
    if corrected:
        told += f" {words.counted(corrected, 'of them was', 'of them were')} corrected by a person."
    return Html(told)


def value(row: Row, name: str) -> str:
    """Money to the cent with its currency; counts as they are."""
    moved: Moved = row["moved"]
    amount = getattr(moved, name)
    if name == "change":
        return words.signed(float(amount), places=2 if moved.is_money else 0)
    if moved.is_money:
        return f"{words.number(amount, 2)} {row['currency'] or ''}".strip()
    return words.figure(amount, "number")


def measures_table(item: Restated) -> Html:
    def explain(row: Row) -> str:
        moved: Moved = row["moved"]
        return links.explain(
            here,
            "finance.restatements",
            store_id=item.store_id,
            business_date=item.business_date.isoformat(),
            measure=moved.measure,
        )

    columns = [
        Column("measure", "What moved", say=lambda r: words.label(r["moved"].measure)),
        Column("old_value", "Before", "number", partial(value, name="old_value"), explain),
        Column("new_value", "Now", "number", partial(value, name="new_value"), explain),
        Column("change", "Change", "number", partial(value, name="change")),
    ]
    return table(columns, [{"moved": m, "currency": item.currency} for m in item.measures])


def file_side(title: str, file: Row) -> str:
    where = links.explain(here, "quality.files", file_id=file.get("file_id"))
    named = file.get("file_name") or "a file not on record"
    pairs = [
        ("File", link(named, where if file.get("file_id") else None)),
        ("Received", words.moment(file.get("received_at"), here.zone)),
        ("Known from", words.moment(file.get("known_from"), here.zone)),
        ("Rows", words.number(file.get("rows_loaded"))),
    ]
    return f'<div><p class="soft">{title}</p>{facts(pairs)}</div>'


def cause_html(cause: Cause) -> str:
    since = words.moment(cause.known_from, here.zone)
    if cause.kind == "correction":
        told = cause.correction
        pairs = [
            ("Value", words.label(told.get("column_name") or "not on record")),
            ("From, to", f"{told.get('old_value')} → {told.get('new_value')}"),
            ("Proposed by", told.get("proposed_by")),
            ("Approved by", told.get("approved_by")),
            ("Reason", told.get("reason")),
        ]
        mark = badge(words.CAUSE["correction"])
        return f'<p class="cause">{mark} known from {since}</p>{facts(pairs)}'
    mark = badge(words.CAUSE[cause.kind])
    before = file_side("Before", cause.replaced)
    if cause.kind == "late":
        before = '<div><p class="soft">Before</p><p>It was due and had not come.</p></div>'
    sides = before + file_side("Now", cause.replacing)
    return f'<p class="cause">{mark} known from {since}</p><div class="pair">{sides}</div>'


def changes_table(changes: list[Change]) -> Html:
    def what(row: Row) -> str:
        change: Change = row["change"]
        if change.column:
            return f"{change.row}: {words.label(change.column).lower()}"
        gone = change.new_value is None
        return f"{change.row}: {'taken out' if gone else 'added'}"

    columns = [
        Column(
            "transaction_id",
            "Receipt",
            say=lambda r: links.receipt(
                here, r["change"].transaction_id, r["change"].receipt or None
            ),
        ),
        Column("what", "What changed", say=what),
        Column("old", "Before", "number", lambda r: words.cell(r["change"].old_value)),
        Column("new", "Now", "number", lambda r: words.cell(r["change"].new_value)),
    ]
    shown = [{"change": change} for change in changes[:CHANGES_SHOWN]]
    caption = ""
    if len(shown) < len(changes):
        caption = f"The first {len(shown)} of {len(changes)}; the download holds all."
    return table(columns, shown, tall=True, caption=caption)


def show_card(item: Restated, changes: list[Change] | None) -> None:
    day = link(
        words.day(item.business_date),
        links.explain(
            here,
            "finance.store_days",
            store_id=item.store_id,
            business_date=item.business_date.isoformat(),
        ),
    )
    below = ""
    if changes is None:
        below = (
            '<p class="soft">Receipts can be compared while the publishes of both moments'
            " are kept.</p>"
        )
    elif changes:
        count = len({change.transaction_id for change in changes})
        below = f"<p><b>{words.counted(count, 'receipt')} changed:</b></p>{changes_table(changes)}"
    show(
        f'<div class="card"><h4>{safe(item.store_name)}, {day}</h4>'
        f"{measures_table(item)}{''.join(cause_html(cause) for cause in item.causes)}{below}</div>"
    )


def sheets(found: list[Restated]) -> list[Sheet]:
    rows = [
        {
            "store_id": item.store_id,
            "store_name": item.store_name,
            "business_date": item.business_date,
            "measure": moved.measure,
            "old_value": moved.old_value,
            "new_value": moved.new_value,
            "change": moved.change,
            "currency": item.currency if moved.is_money else None,
            "cause": ", ".join(sorted({cause.kind for cause in item.causes})),
            "replaced": ", ".join(_file_names(item, "replaced")),
            "replacing": ", ".join(_file_names(item, "replacing")),
            "known_from": item.known_from,
        }
        for item in found
        for moved in item.measures
    ]
    columns = {
        "store_id": "Store id",
        "store_name": "Store",
        "business_date": "Business date",
        "measure": "Measure",
        "old_value": "Before",
        "new_value": "Now",
        "change": "Change",
        "currency": "Currency",
        "cause": "Because of",
        "replaced": "Replaced file",
        "replacing": "Replacing file",
        "known_from": "Known from (UTC)",
    }
    told = compared(found) or {}
    changed = [
        {"store_id": store, "business_date": day, **vars(change)}
        for (store, day), changes in told.items()
        for change in changes
    ]
    receipts = {
        "store_id": "Store id",
        "business_date": "Business date",
        "transaction_id": "Transaction id",
        "receipt": "Receipt",
        "row": "Row",
        "column": "Value",
        "old_value": "Before",
        "new_value": "Now",
    }
    return [Sheet("Restatements", columns, rows), Sheet("Receipts", receipts, changed)]


def _file_names(item: Restated, side: str) -> list[str]:
    files = [getattr(cause, side) for cause in item.causes if cause.kind != "correction"]
    return list(dict.fromkeys(str(file["file_name"]) for file in files if file.get("file_name")))


def compared(items: list[Restated]) -> dict[tuple[str, date], list[Change]] | None:
    """The changed receipts of these days; None where a publish is not kept."""
    if not (start.kept and end.kept):
        return None
    return restatements.changed_receipts(
        kept_runs[start.run_id],
        kept_runs[end.run_id],
        [(item.store_id, item.business_date) for item in items],
    )


def asked_month() -> date | None:
    """The month a lock's link asks for; every day otherwise."""
    text = st.query_params.get("month", "")
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


st.title("Restatements")
head = st.container()
kept_runs = {one.run_id: one for one in Published().runs()}
known = restatements.moments(run, list(kept_runs.values()))
by_id = {moment.run_id: moment for moment in known}
with st.container(horizontal=True, gap="small", key="choices"):
    earlier, later = st.container(width=310), st.container(width=310)
ends = [moment.run_id for moment in known if moment.run_id != START]
with later:
    end = by_id[filters.choice("to", "Up to", ends, lambda i: moment_words(by_id[i]))]
starts = [moment.run_id for moment in known if moment.run_id < end.run_id or moment.at is None]
with earlier:
    start = by_id[filters.choice("from", "From", starts, lambda i: moment_words(by_id[i]))]
month = asked_month()
found = restatements.between(run, start, end, here.stores, month)
with head:
    show(f'<p class="lead" data-lp="answer">{answer(found, start, end)}</p>')
    if month:
        every = address("restatements", here.params | {"from": start.run_id, "to": end.run_id})
        show(f"<p>Days of {month:%B %Y} only. {link('Show every day', every)}.</p>")
changes = compared(found[:CARDS])
for item in found[:CARDS]:
    show_card(item, None if changes is None else changes[(item.store_id, item.business_date)])
if len(found) > CARDS:
    show(f"<p>The newest {CARDS} of {len(found)}; the download holds all.</p>")
download.excel(
    "restatements",
    "Restatements",
    here,
    lambda: sheets(found),
    [("From", moment_words(start)), ("Up to", moment_words(end))],
)
show('<span data-lp="drawn-restatements"></span>')

"""Count sheets: what to look for, and why; blind unless asked. One sheet prints on one A4."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from dashboards import words
from dashboards.parts import decide, download, filters
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, address, link, safe, show, table
from dashboards.questions import count_sheets
from dashboards.questions.count_sheets import Task
from dashboards.warehouse import Row
from dashboards.workbook import Sheet, workbook

NATIVE = (
    "count_id",
    "scan_number",
    "store_id",
    "count_pass",
    "zone",
    "item_id",
    "serial_number",
    "quantity",
    "scanned_at",
    "counted_by",
    "item_name",
    "why",
)
HOW_TO_FILL = [
    ("quantity", "Units found. Looked for and not there: 0. Nobody looked: leave it empty."),
    ("scanned_at", "When, in the store's own time: 2026-03-02 14:05"),
    ("counted_by", "Who counted; a recount is made by somebody else."),
    ("Not on the list", "The last lines are for pieces that are here and not on the list."),
    ("Then", "Put the file into the landing folder under its own name."),
]

here = chosen()
run = here.run


def sheet_html(task: Task, store_name: str, rows: list[Row], place: str, blind: bool) -> Html:
    blank = Html('<span class="fill"></span>')
    columns = [
        Column("number", "No.", "number"),
        Column("zone", "Place", say=lambda r: r["zone"] or words.NONE),
        Column("item_id", "Reference"),
        Column("item_name", "Piece", "wide", lambda r: r["item_name"] or words.NONE),
        Column("serial_number", "Serial", say=lambda r: r["serial_number"] or words.NONE),
        Column("why", "Why it is on the list", "wide"),
        Column("found", "Found", say=lambda r: blank),
    ]
    if not blind:
        book = Column("book_units", "Book", "number", lambda r: words.cell(r["book_units"]))
        columns.insert(6, book)
    head = (
        f"<h3>{safe(store_name)}: {safe(task.what)}</h3>"
        f"<p>Count {safe(task.count_id)}, pass {task.count_pass}; {place}."
        " Counted by ____________________ on ______________ at ________</p>"
    )
    return Html(f'<div class="sheet">{head}{table(columns, rows, style="print")}</div>')


def show_task(task: Task, store_name: str) -> None:
    verdicts = decide.find(subject_type="discrepancy")
    found = count_sheets.lines(run, task, here.on, verdicts)
    for number, row in enumerate(found, start=1):
        row["number"] = number
    parts = count_sheets.sheets(found)
    with st.container(horizontal=True, key="choices"):
        picked = filters.choice(
            "sheet",
            "Sheet",
            [str(n) for n in range(1, len(parts) + 1)],
            lambda n: f"{n} of {len(parts)}",
            width=140,
        )
        blind = not st.toggle(
            "Show the book", key="show_book", help="Who sees the book finds what it says."
        )
        filled = count_sheets.native_rows(task, found)
        columns = {name: name for name in NATIVE}
        st.download_button(
            "Download to fill in",
            data=lambda: workbook(
                task.what,
                HOW_TO_FILL,
                [
                    Sheet("Count sheet", columns, filled),
                    Sheet("Counted before", columns, count_sheets.counted_before(run, task)),
                ],
            ),
            file_name=count_sheets.file_name(task, datetime.now(UTC).date()),
            mime=download.XLSX,
            on_click="ignore",
            icon=":material/download:",
            key="download_sheet",
        )
    place = f"sheet {picked} of {len(parts)}, {words.counted(len(found), 'line')} in all"
    show(
        f'<p class="lead" data-lp="answer"><b>{words.counted(len(found), "line")} to look for</b>'
        f" in {safe(store_name)}: {safe(task.what)}. The book is"
        f" {'hidden' if blind else 'shown'}.</p>"
    )
    show(sheet_html(task, store_name, parts[int(picked) - 1], place, blind))


st.title("Count sheet")
names = {row["store_id"]: row["store_name"] for row in here.every_store}
own = here.stores[0] if here.stores else None
with st.container(horizontal=True):
    store = filters.choice("store", "Store", list(names), lambda s: names[s], own, width=260)
    tasks = {
        f"{task.count_id}|{task.count_pass}": task
        for task in count_sheets.tasks(run, store, decide.find(subject_type="discrepancy"))
    }
    if tasks:
        name = filters.choice(
            "task", "Count", list(tasks), lambda t: f"{tasks[t].count_id}: {tasks[t].what}"
        )
if tasks:
    show_task(tasks[name], names[store])
else:
    back = link("Counts", address("counts", here.params))
    show(
        f'<p class="lead" data-lp="answer"><b>Nothing to count in {safe(names[store])}.</b> No'
        f" count is planned, and no recount was asked for on the page {back}.</p>"
    )
show('<span data-lp="drawn-count_sheet"></span>')

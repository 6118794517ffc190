"""Files: what came, what was refused, which lines were set aside, what figures changed."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from dashboards import words
from dashboards.parts import download, filters
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, address, badge, facts, link, safe, show, table
from dashboards.questions import files
from dashboards.warehouse import Row
from dashboards.workbook import Sheet

LISTED = 500
CARDS = 25
BORDERS = {"incoming": "what we were given", "outgoing": "what we promise"}

here = chosen()
run = here.run
zone = here.zone or "UTC"


def explain_file(file_id: str) -> str:
    return address("explain", here.params | {"table": "quality.files", "key_file_id": file_id})


def section_link(text: str, name: str) -> Html:
    kept = here.params | ({"window": days} if days != "7" else {})
    return link(text, address("files", kept | {"show": name}))


def answer(told: Row) -> Html:
    """What arrived, in one sentence; every part of it leads to its list."""
    span = (
        "so far"
        if days == "all"
        else f"in the {files.WINDOWS[days]} to {words.day(window.last_day)}"
    )
    if not told["files"]:
        return Html(f"No file arrived {span}.")
    parts = [
        section_link(f"{words.number(told['taken'])} taken in", "all"),
        section_link(f"{words.number(told['refused'])} refused", "refused"),
        section_link(f"{words.number(told['duplicates'])} seen before and ignored", "duplicates"),
    ]
    lines = section_link(f"{words.counted(told['rejected'], 'line')} set aside", "rejected")
    days_changed = section_link(
        f"{words.counted(told['restated'], 'store-day')} restated", "restated"
    )
    return Html(
        f"<b>{words.counted(told['files'], 'file')}</b> arrived {span}: {', '.join(parts)}."
        f" {words.number(told['rows'])} rows went in, {lines}, {days_changed}."
    )


def limited(rows: list[Any], most: int = LISTED) -> str:
    if len(rows) <= most:
        return words.counted(len(rows), "row")
    return f"The first {most} of {words.number(len(rows))} rows; the download holds all."


def counted(row: Row, name: str) -> str:
    return words.number(row[name])


def file_table(rows: list[Row], section: str) -> Html:
    became = [
        Column("file_name", "File", href=lambda r: explain_file(r["file_id"])),
        Column("status", "Became", say=lambda r: badge(words.status(words.FILE, r["status"]))),
    ]
    why = Column("status_reason", "Why", "wide", lambda r: r["status_reason"] or "")
    what = [
        Column("dataset", "Dataset", say=lambda r: (r["dataset"] or "unknown").replace("_", " ")),
        Column(
            "received_at",
            f"Received ({zone})",
            say=lambda r: words.short_moment(r["received_at"], here.zone),
        ),
    ]
    if section == "refused":
        # Nothing of them went in: why is the answer, not numbers that are all 0.
        columns = [*became, why, *what]
        return table(columns, rows[:LISTED], caption=limited(rows), style="stack")
    columns = [
        *became,
        *what,
        *(
            Column(name, label, "number", partial(counted, name=name))
            for name, label in (
                ("lines_read", "Lines read"),
                ("rows_loaded", "Loaded"),
                ("rows_rejected", "Set aside"),
                ("rows_skipped", "Skipped"),
            )
        ),
        Column("control_total_check", "Control totals"),
        why,
    ]
    total = {
        "file_name": "Total",
        **{n: words.number(v) for n, v in file_totals(rows).items()},
    }
    return table(columns, rows[:LISTED], total=total, tall=True, caption=limited(rows))


def file_totals(rows: list[Row]) -> dict[str, int]:
    names = ("lines_read", "rows_loaded", "rows_rejected", "rows_skipped")
    return {name: sum(row[name] or 0 for row in rows) for name in names}


def show_files(section: str) -> list[Sheet]:
    rows = files.files(run, section, window, here.stores)
    if rows:
        show(file_table(rows, section))
    else:
        nothing = {
            "refused": "No file was refused.",
            "duplicates": "No file came twice.",
        }
        show(f"<p>{nothing.get(section, 'No file arrived.')}</p>")
    columns = {
        "file_name": "File",
        "dataset": "Dataset",
        "status": "Became",
        "status_reason": "Why",
        "received_at": "Received (UTC)",
        "lines_read": "Lines read",
        "rows_loaded": "Loaded",
        "rows_rejected": "Set aside",
        "rows_skipped": "Skipped",
        "control_total_check": "Control totals",
        "file_id": "Content (SHA-256)",
    }
    return [Sheet("Files", columns, rows, file_totals(rows))]


def show_rejected() -> list[Sheet]:
    rows = files.rejected(run, window, here.stores)
    why = files.reasons(rows)
    if not rows:
        show("<p>Every line went in: nothing was set aside.</p>")
    else:
        show(
            table(
                [
                    Column("lines", "Lines", "number"),
                    Column("dataset", "Dataset"),
                    Column("column_name", "Column"),
                    Column("rule", "Rule"),
                    Column("expected", "Expected", "wide"),
                ],
                why,
                heads=False,
            )
        )
        st.header("Line by line")
        show(
            table(
                [
                    Column("file_name", "File", href=lambda r: explain_file(r["file_id"])),
                    Column("line_no", "Line", "number"),
                    Column("column_name", "Column"),
                    Column("value", "Value"),
                    Column("expected", "Expected"),
                    Column("rule", "Rule"),
                    Column(
                        "raw_line",
                        "The line",
                        "wide",
                        lambda r: r["raw_line"] or "not kept: personal",
                    ),
                ],
                rows[:LISTED],
                tall=True,
                caption=limited(rows),
            )
        )
    return [
        Sheet(
            "Reasons",
            {
                "lines": "Lines",
                "dataset": "Dataset",
                "column_name": "Column",
                "rule": "Rule",
                "expected": "Expected",
            },
            why,
            {"lines": len(rows)},
        ),
        Sheet(
            "Lines",
            {
                "file_name": "File",
                "line_no": "Line",
                "dataset": "Dataset",
                "column_name": "Column",
                "value": "Value",
                "expected": "Expected",
                "rule": "Rule",
                "raw_line": "The line",
            },
            rows,
        ),
    ]


def side(title: str, file: Row) -> str:
    named = file.get("file_name") or "a file not on record"
    return (
        f'<div><p class="soft">{title}</p>'
        + facts(
            [
                (
                    "File",
                    link(named, explain_file(file["file_id"]) if file.get("file_id") else None),
                ),
                ("Received", words.moment(file.get("received_at"), here.zone)),
                ("Rows", words.number(file.get("rows_loaded"))),
                ("Set aside", words.number(file.get("rows_rejected"))),
            ]
        )
        + "</div>"
    )


MONEY = ("net_sales", "tender_total", "declared_amount")


def measured(row: Row, name: str) -> str:
    """Money to the cent with its currency; counts as they are."""
    if row["measure"] in MONEY:
        return f"{words.number(row[name], 2)} {row['currency'] or ''}"
    return words.figure(row[name], "number")


def change(row: Row) -> str:
    places = 2 if row["measure"] in MONEY else 0
    return words.signed(float(row["change"]), places=places)


def show_restated() -> list[Sheet]:
    found = files.restatements(run, window, here.stores)
    if not found:
        show("<p>No figure changed: no store-day was told again with other figures.</p>")
    for item in found[:CARDS]:
        day = link(
            words.day(item.business_date),
            address(
                "explain",
                here.params
                | {
                    "table": "finance.store_days",
                    "key_store_id": item.store_id,
                    "key_business_date": item.business_date.isoformat(),
                },
            ),
        )
        measures = table(
            [
                Column("measure", "What changed", say=lambda r: words.label(r["measure"])),
                Column("old_value", "Before", "number", lambda r: measured(r, "old_value")),
                Column("new_value", "Now", "number", lambda r: measured(r, "new_value")),
                Column("change", "Change", "number", change),
            ],
            item.measures,
        )
        show(
            f'<div class="card"><h4>{safe(item.store_name)}, {day}'
            f' <span class="soft">changed {words.moment(item.known_from, here.zone)}</span></h4>'
            f'<div class="pair">{side("Before", item.replaced)}{side("Now", item.replacing)}</div>'
            f"{measures}</div>"
        )
    if len(found) > CARDS:
        show(f"<p>The newest {CARDS} of {len(found)}; the download holds all.</p>")
    rows = [
        {
            **row,
            "replaced": item.replaced.get("file_name"),
            "replacing": item.replacing.get("file_name"),
        }
        for item in found
        for row in item.measures
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
        "replaced": "Replaced file",
        "replacing": "Replacing file",
        "known_from": "Known from (UTC)",
    }
    return [Sheet("Restatements", columns, rows)]


def show_checks() -> list[Sheet]:
    rows = files.checks(run)
    bad = [row for row in rows if not row["passed"]]
    blocking = sum(row["severity"] == "block" for row in bad)
    show(
        f"<p>{words.counted(len(rows), 'check')} of this run:"
        f" {len(rows) - len(bad)} passed, {len(bad)} failed, of which {blocking} block.</p>"
    )
    passed = words.Status("passed", "✓", "green", "")
    failed = words.Status("failed", "✕", "orange", "")
    show(
        table(
            [
                Column("passed", "Result", say=lambda r: badge(passed if r["passed"] else failed)),
                Column("subject", "About"),
                Column("expected", "What must hold", "wide"),
                Column("observed", "Observed"),
                Column("rows_failed", "Rows failed", "number"),
                Column("severity", "If it fails", say=lambda r: f"{r['severity']}s"),
                Column("border", "Where", say=lambda r: BORDERS.get(r["border"], r["border"])),
                Column("rule", "Rule"),
            ],
            rows[:LISTED],
            tall=True,
            caption=limited(rows),
        )
    )
    columns = {
        "border": "Border",
        "subject": "About",
        "rule": "Rule",
        "severity": "Severity",
        "passed": "Passed",
        "observed": "Observed",
        "expected": "Expected",
        "rows_failed": "Rows failed",
    }
    return [Sheet("Checks", columns, rows)]


st.title("Files")
days = st.query_params.get("window", "7")
days = days if days in files.WINDOWS else "7"
window = files.Window.up_to(here.on, days)
told = files.counts(run, window, here.stores)
show(f'<p class="lead" data-lp="answer">{answer(told)}</p>')
before = link("Try a mapping on one file", address("try_mapping", here.params))
show(f"<p>{before} before it lands: what would go in, and what would not.</p>")
with st.container(horizontal=True, gap="small", key="choices", vertical_alignment="bottom"):
    section = filters.choice(
        "show",
        "Show",
        list(files.SECTIONS),
        files.SECTIONS.__getitem__,
        width="content",
        segmented=True,
    )
    filters.choice(
        "window", "Arrived in the last", list(files.WINDOWS), files.WINDOWS.__getitem__, width=150
    )

made = {
    "rejected": show_rejected,
    "restated": show_restated,
    "checks": show_checks,
}
sheets = made[section]() if section in made else show_files(section)
download.excel(
    f"files_{section}",
    f"Files: {files.SECTIONS[section].lower()}",
    here,
    lambda: sheets,
    [("Show", files.SECTIONS[section]), ("Arrived in the last", files.WINDOWS[days])],
    largest=max(len(sheet.rows) for sheet in sheets),
)
show('<span data-lp="drawn-files"></span>')

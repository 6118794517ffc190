"""Explain: what a figure means, the rows it is made of, and the file and line of each."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from dashboards import words
from dashboards.explain import ExplainError, Explanation, Part, Sum, explain
from dashboards.parts import download, links
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, address, badge, facts, link, safe, show, table
from dashboards.warehouse import QuestionError, Row
from dashboards.workbook import EXCEL_ROWS, Sheet

here = chosen()
KEY = "key_"
PASSED = words.Status("passed", "✓", "green", "")
FAILED = {
    "block": words.Status("failed, blocks", "✕", "orange", ""),
    "warn": words.Status("failed, warns", "▲", "yellow", ""),
}


# Columns that name a receipt.
RECEIPT_IDS = ("transaction_id", "original_transaction_id", "source_transaction_id")
# Sixty-four characters each; the list of files below the rows holds them.
LONG_IDS = ("file_id", "delivery_id", "replaced_by_file_id")


def asked() -> tuple[str, str | None, dict[str, str]]:
    params = st.query_params
    keys = {name.removeprefix(KEY): params[name] for name in params if name.startswith(KEY)}
    return params.get("table", ""), params.get("measure"), {k: v for k, v in keys.items() if v}


def fact_columns(part: Part) -> list[Column]:
    columns = [
        Column("file_name", "File"),
        Column("line", "Line", "number"),
        Column(
            "received_at",
            f"Received ({here.zone or 'UTC'})",
            say=lambda r: words.short_moment(r["received_at"], here.zone),
        ),
    ]
    columns = [c for c in columns if any(row[c.name] is not None for row in part.rows)]
    for name in part.columns[3:]:
        if name in LONG_IDS or all(row[name] is None for row in part.rows):
            continue
        numeric = name in part.totals
        columns.append(value_column(name, "number" if numeric else "text"))
    return columns


def value_column(name: str, kind: str) -> Column:
    """A column of a row; one that names a receipt leads to it."""
    if name in RECEIPT_IDS:
        return Column(name, words.label(name), kind, partial(receipt_link, name=name))
    return Column(name, words.label(name), kind)


def receipt_link(row: Row, name: str) -> Html:
    return links.receipt(here, row[name])


def part_words(found: Explanation, part: Part) -> Html:
    what = f"<b>{words.counted(part.count, 'row')}</b> of {safe(part.fact_table)}"
    if part.row_filter:
        what += f" where <code>{safe(part.row_filter)}</code>"
    held = {total.measure: total for total in found.sums}
    for measure, column in part.adds_up.items():
        total = words.cell(part.totals.get(column, 0))
        what += f"; <b>{safe(words.label(column).lower())}</b> adds up to <b>{total}</b>"
        if held[measure].parts == 1:
            what += agreement(held[measure])
    shown = len(part.rows)
    if shown < part.count:
        what += f". The first {words.number(shown)} are listed; the totals are of all"
    return Html(f"<p>{what}.</p>")


def agreement(total: Sum) -> Html:
    """Whether rows and figure are one, said after what the rows add up to."""
    name = words.label(total.measure).lower()
    if total.holds:
        return Html(f", which is the {safe(name)}")
    return Html(
        f", <b>but the {safe(name)} is {safe(total.figure)}</b>: please tell whoever looks after"
        " the warehouse"
    )


def show_together(found: Explanation) -> None:
    """Measures made of the rows of several tables."""
    for total in found.sums:
        if total.parts > 1:
            said = f"<b>{words.cell(total.total or 0)}</b>{agreement(total)}"
            show(f"<p>Together these rows add up to {said}.</p>")


def show_part(found: Explanation, part: Part) -> None:
    if part.measures and found.measure:
        named = ", ".join(words.label(name).lower() for name in part.measures)
        st.subheader(f"Rows behind {named}")
    else:
        st.subheader(f"Rows of {part.fact_table}")
    show(part_words(found, part))
    if part.rows:
        total = {name: words.cell(value) for name, value in part.totals.items()}
        first = fact_columns(part)[0].name
        total[first] = f"All {words.counted(part.count, 'row')}"
        show(
            table(
                fact_columns(part),
                part.rows,
                total=total,
                tall=True,
                caption="Times in the rows are UTC. Empty columns are left out.",
            )
        )


def definition_name(name: str) -> str:
    return name if "." in name else words.label(name)


def show_definition(found: Explanation) -> None:
    for definition in found.definitions:
        pairs: list[tuple[str, Any]] = [
            (name, text)
            for name, text in (
                ("Computed as", definition.formula),
                ("Owner", definition.owner),
                ("Mind", definition.caveats),
            )
            if text
        ]
        show(
            f"<p><b>{safe(definition_name(definition.name))}.</b> {safe(definition.text)}</p>",
            facts(pairs) if pairs else "",
        )


def show_checks(found: Explanation) -> None:
    st.header("Checks")
    if not found.checks:
        show("<p>No check of this run names this table.</p>")
        return
    bad = sum(not check.passed for check in found.checks)
    one = len(found.checks) == 1
    show(
        f"<p>{words.counted(len(found.checks), 'check')} {'concerns' if one else 'concern'} this:"
        f" {len(found.checks) - bad} passed, {bad} failed.</p>",
        table(
            [
                Column(
                    "passed",
                    "Result",
                    say=lambda r: badge(
                        PASSED if r["passed"] else FAILED.get(r["severity"], FAILED["warn"])
                    ),
                ),
                Column("subject", "About"),
                Column("rule", "Rule", "wide"),
                Column("observed", "Observed", "wide"),
                Column("expected", "Expected", "wide"),
                Column("rows_failed", "Rows failed", "number"),
            ],
            [vars(check) for check in found.checks],
            tall=True,
        ),
    )


def show_files(found: Explanation) -> None:
    st.header("Files")
    show(
        table(
            [
                Column("file_name", "File"),
                Column(
                    "received_at",
                    "Received",
                    say=lambda r: words.moment(r["received_at"], here.zone),
                ),
                Column(
                    "status", "Status", say=lambda r: badge(words.status(words.FILE, r["status"]))
                ),
                Column("lines_read", "Lines read", "number"),
                Column("rows_loaded", "Rows loaded", "number"),
                Column("rows_rejected", "Set aside", "number"),
                Column("file_id", "Content (SHA-256)", say=lambda r: f"{r['file_id'][:16]}…"),
            ],
            found.files,
            tall=True,
        )
    )
    if found.set_aside:
        show(
            f"<p>{words.counted(len(found.set_aside), 'line')} of these files did not go in:</p>",
            table(
                [
                    Column("file_name", "File"),
                    Column("line_no", "Line", "number"),
                    Column("column_name", "Column"),
                    Column("value", "Value"),
                    Column("expected", "Expected"),
                    Column("rule", "Rule"),
                ],
                found.set_aside,
                tall=True,
            ),
        )


def show_mart(found: Explanation) -> None:
    st.header("The figure" if found.row_count == 1 else "The figures it adds up")
    if found.row_count == 1:
        row = found.rows[0]
        show(
            facts(
                (words.label(name), receipt_link(row, name) if name in RECEIPT_IDS else value)
                for name, value in row.items()
            )
        )
        return
    shown = (
        "" if found.row_count == len(found.rows) else f"; the first {len(found.rows)} are listed"
    )
    numeric = {name for row in found.rows for name, v in row.items() if _is_number(v)}
    show(
        f"<p>{words.counted(found.row_count, 'row')} of {safe(found.table)}{shown}.</p>",
        table(
            [value_column(n, "number" if n in numeric else "text") for n in found.columns],
            found.rows,
            tall=True,
        ),
    )


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and hasattr(value, "__float__")


def sheets(found: Explanation) -> list[Sheet]:
    made = [Sheet("Figure", {n: words.label(n) for n in found.columns}, found.rows)]
    for place, part in enumerate(found.parts, start=1):
        name = f"Rows {place}" if len(found.parts) > 1 else "Rows"
        made.append(Sheet(name, {n: words.label(n) for n in part.columns}, part.rows, part.totals))
    return made


table_name, measure, keys = asked()
if not table_name:
    st.title("Explain")
    show(
        '<p class="lead">Click any figure of a page: here you will read what it means, which rows'
        " make it, and from which line of which file each of them came.</p>",
        '<span data-lp="drawn-explain"></span>',
    )
    st.stop()
try:
    found = explain(here.run, table_name, keys, measure)
except (ExplainError, QuestionError) as fault:
    st.title("Explain")
    show(f'<p class="lead">{safe(str(fault))}</p>', '<span data-lp="drawn-explain"></span>')
    st.stop()

show(link("← Back to Today", address("", here.params)))
st.title(found.title)
if found.value is not None:
    below = ""
    if found.made_of:
        above, under = (words.cell(found.made_of[part]) for part in ("above", "below"))
        below = f" = {above} ÷ {under}"
    show(
        f'<p class="lead" data-lp="figure"><b>{safe(found.said)}</b>{below},'
        f" as known by {safe(found.run_id)}</p>"
    )
elif not found.row_count:
    show('<p class="lead">This run published no row for these keys.</p>')
show_definition(found)
if found.rows and (found.row_count > 1 or not measure):
    show_mart(found)
for part in found.parts:
    show_part(found, part)
show_together(found)
if not found.parts and measure:
    show("<p>The lineage of this run does not say which rows make this figure.</p>")
if found.files:
    show_files(found)
show_checks(found)
download.excel(
    "explain",
    found.title,
    here,
    lambda: sheets(explain(here.run, table_name, keys, measure, limit=EXCEL_ROWS)),
    [
        ("Table", found.table),
        ("Figure", found.said),
        ("Keys", ", ".join(f"{name} = {value}" for name, value in keys.items())),
    ],
    largest=max([found.row_count, *(part.count for part in found.parts)]),
)
show('<span data-lp="drawn-explain"></span>')

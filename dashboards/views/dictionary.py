"""Dictionary: every table, column and KPI, in words, with search."""

from __future__ import annotations

import streamlit as st

from dashboards import words
from dashboards.parts import download, filters
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, safe, show, table
from dashboards.questions import dictionary
from dashboards.questions.kpis import Kpi
from dashboards.workbook import Sheet

KINDS = {"all": "Everything", "kpis": "KPIs", "published": "Published", "incoming": "Exports"}
# Without a search the tables are listed; their columns open one by one.
OPEN_AT_MOST = 4
GOOD = {"up": "more is better", "down": "less is better"}

here = chosen()
run = here.run


def formula(kpi: Kpi) -> str:
    above = f"sum of {kpi.numerator}"
    return f"{above} ÷ sum of {kpi.denominator}" if kpi.denominator else above


def kpi_table(found: list[Kpi]) -> Html:
    return table(
        [
            Column("name", "KPI"),
            Column("formula", "What it is", "wide"),
            Column("made", "Made of", "wide"),
            Column("unit", "Unit"),
            Column("good", "Good"),
            Column("owner", "Owner"),
            Column("caveats", "Mind", "wide"),
        ],
        [
            vars(kpi) | {"made": formula(kpi), "good": GOOD.get(kpi.good_direction, "neither")}
            for kpi in found
        ],
        tall=len(found) > 12,
    )


def column_table(entry: dictionary.Entry) -> Html:
    columns = [
        Column("column_name", "Column"),
        Column("data_type", "Type"),
        Column("description", "Meaning", "wide"),
        Column("is_personal", "Personal", say=lambda r: "personal" if r["is_personal"] else ""),
    ]
    if any(row["promises"] for row in entry.columns):
        columns.append(Column("promises", "Promised", "wide", lambda r: r["promises"] or ""))
    return table(columns, entry.columns)


def details(entry: dictionary.Entry, opened: bool) -> str:
    state = " open" if opened else ""
    return (
        f'<details class="card"{state}><summary><b>{safe(entry.full_name)}</b>'
        f' <span class="soft">{words.counted(len(entry.columns), "column")}</span>'
        f"<br>{safe(entry.description)}</summary>{column_table(entry)}</details>"
    )


st.title("Dictionary")
st.session_state["dictionary_search"] = st.query_params.get("q", "")
with st.container(horizontal=True, gap="small", key="choices", vertical_alignment="bottom"):
    st.text_input(
        "Search",
        placeholder="net sales, receipt, late …",
        key="dictionary_search",
        on_change=lambda: filters.put("q", st.session_state["dictionary_search"].strip()),
        width=340,
    )
    kind = filters.choice(
        "kind", "Show", list(KINDS), KINDS.__getitem__, width="content", segmented=True
    )
search = st.query_params.get("q", "")

figures = dictionary.figures(run, search) if kind in ("all", "kpis") else []
tables = (
    [entry for entry in dictionary.tables(run, search) if kind in ("all", entry.kind)]
    if kind != "kpis"
    else []
)
published = [entry for entry in tables if entry.kind == "published"]
incoming = [entry for entry in tables if entry.kind != "published"]
asked = f" about “{safe(search)}”" if search else ""
show(
    f'<p class="lead" data-lp="answer">{words.counted(len(figures), "KPI")},'
    f" {words.counted(len(published), 'published table')} and"
    f" {words.counted(len(incoming), 'export')}{asked}.</p>"
)
if not (figures or tables):
    show(f"<p>Nothing here speaks of “{safe(search)}”. Try one word, or part of one.</p>")
opened = bool(search) and len(tables) <= OPEN_AT_MOST
if figures:
    st.header("KPIs")
    show(kpi_table(figures))
if published:
    st.header("Published tables")
    show(*(details(entry, opened) for entry in published))
if incoming:
    st.header("Exports: what stores send")
    show(*(details(entry, opened) for entry in incoming))
download.excel(
    "dictionary",
    "Dictionary",
    here,
    lambda: [
        Sheet(
            "KPIs",
            {
                "kpi_id": "KPI id",
                "name": "KPI",
                "formula": "What it is",
                "numerator": "Above",
                "denominator": "Below",
                "unit": "Unit",
                "owner": "Owner",
                "caveats": "Mind",
            },
            [vars(kpi) for kpi in figures],
        ),
        Sheet(
            "Columns",
            {
                "kind": "Kind",
                "schema_name": "Schema",
                "table_name": "Table",
                "column_name": "Column",
                "data_type": "Type",
                "description": "Meaning",
                "is_personal": "Personal",
                "promises": "Promised",
            },
            [row for entry in tables for row in entry.columns],
        ),
    ],
    [("Search", search or "none"), ("Show", KINDS[kind])],
)
show('<span data-lp="drawn-dictionary"></span>')

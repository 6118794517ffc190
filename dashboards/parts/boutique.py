"""A boutique opened on Monday: every reason with its points, and how well it has counted."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboards import words
from dashboards.parts import chart, links
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Column, Html, show, table
from dashboards.questions import monday
from dashboards.questions.monday import Boutique
from dashboards.warehouse import Row


def show_boutique(here: Chosen, boutique: Boutique) -> None:
    st.header(boutique.store_name, anchor="boutique")
    columns = [
        Column("reason", "Why", "wide", href=partial(explain, here)),
        Column("rule_name", "Rule", say=lambda r: f"{r['rule_id']} {r['rule_name']}"),
        Column("points", "Points", "number", lambda r: words.number(r["points"], 1)),
    ]
    if boutique.reasons:
        total = {"reason": "Total", "points": words.number(boutique.points, 1)}
        show(table(columns, boutique.reasons, total=total))
    else:
        show("<p>Nothing is held against it.</p>")
    counts = monday.counts(here.run, boutique.store_id, here.on)
    st.subheader(f"Accuracy of its counts, {monday.WEEKS} weeks to {words.day(here.on)}")
    if not counts:
        lacks = "This run does not publish counts yet." if counts is None else "No count was made."
        show(f"<p>{lacks}</p>")
        return
    drawn = [
        {
            "day": row["counted_on"].isoformat(),
            "value": float(row["share"]),
            "said": f"{row['matched']} of {row['lines_compared']} lines",
        }
        for row in counts
        if row["share"] is not None
    ]
    alt = "; ".join(f"{row['day']}: {row['said']}" for row in drawn)
    chart.marks(drawn, "Lines as the book says", f"Accuracy by count. {alt}.")
    show(counts_table(here, counts))


def counts_table(here: Chosen, counts: list[Row]) -> Html:
    def amount(name: str) -> Column:
        title = words.label(name.replace("_variance_cost", " difference, cost"))
        return Column(name, title, "number", lambda r: words.number(r[name], 2))

    columns = [
        Column("counted_on", "Counted on", say=lambda r: words.day(r["counted_on"])),
        Column("count_id", "Count", href=partial(explain_count, here)),
        Column("count_type", "Kind", say=lambda r: r["count_type"].replace("_", " ")),
        Column("lines_compared", "Lines counted", "number"),
        Column("matched", "Matched", "number"),
        Column("share", "%", "number", lambda r: words.figure(r["share"], "percent")),
        amount("net_variance_cost"),
        amount("absolute_variance_cost"),
        Column("is_final", "Complete", say=lambda r: "✓ yes" if r["is_final"] else "◐ in part"),
    ]
    return table(columns, list(reversed(counts)), tall=True)


def explain_count(here: Chosen, row: Row) -> str:
    keys = {"store_id": row["store_id"], "count_id": row["count_id"]}
    return links.explain(here, monday.ACCURACY, None, **keys)


def explain(here: Chosen, row: Row) -> str:
    keys = {"store_id": row["store_id"], "rule_id": row["rule_id"]}
    return links.explain(here, monday.ATTENTION, None, **keys)

"""Counts: the week's counts with coverage and accuracy, then every discrepancy to review."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from dashboards import review_words, stock_words, words
from dashboards.decisions import Subject
from dashboards.parts import action_list, count_tables, decide, download, filters, verdict
from dashboards.parts.frame import chosen
from dashboards.parts.html import Html, address, link, safe, show
from dashboards.questions import counts, discrepancies
from dashboards.questions.counts import ACCURACY, Count, Week
from dashboards.questions.discrepancies import Finding
from dashboards.workbook import Sheet

LISTED = 100

here = chosen()
run = here.run


def week_words(starts_on: date) -> str:
    return f"Week of {words.day(starts_on)}"


def answer(week: Week, found: list[Finding]) -> Html:
    left = [f for f in found if f.state == "open"]
    done, due = week.kept_to_plan
    plan = f" {done} of {due} planned counts were done in time." if due else ""
    told = words.counted(len(left), "discrepancy", "discrepancies")
    late = f" Not counted: {words.counted(len(week.not_counted), 'planned count')}."
    return Html(
        f"<b>{told} to review</b> of {len(found)} in {words.counted(len(week.counts), 'count')}."
        f"{plan}{late if week.not_counted else ''}"
    )


def show_count(count: Count, found: list[Finding]) -> None:
    row = count.row
    st.header(f"{row['store_name']}, count {count.count_id}", anchor="count")
    left = [f for f in found if f.row["count_id"] == count.count_id and f.state == "open"]
    told = words.counted(len(left), "discrepancy", "discrepancies")
    show(f"<p>Coverage {count_tables.percent(row['coverage'])}; {told} not reviewed.</p>")
    if not here.as_known_then:
        count_form(count)
    show(decide.history(here, count.history))


def count_form(count: Count) -> None:
    key = f"count_{count.count_id}"
    decide.asked_name()
    decide.outcome(key)

    def told(name: str) -> decide.Told:
        def payload() -> tuple[dict[str, Any], str]:
            about = {"verdict": name, "coverage": count.row["coverage"], "count_id": count.count_id}
            return about, st.session_state.get(f"why_{key}", "")

        return payload

    with st.form(f"form_{key}", border=False):
        st.text_input("Reason", key=f"why_{key}", width=520)
        subject = Subject.count(count.count_id, count.row["store_id"])
        with st.container(horizontal=True):
            for name, label in (("accepted", "Accept this count"), ("rejected", "Reject it")):
                decide.send(
                    here,
                    subject,
                    "count_verdict",
                    count.history,
                    label,
                    told(name),
                    key=f"{key}_{name}",
                    primary=name == "accepted",
                    outcome_of=key,
                )


def sheets(week: Week, found: list[Finding]) -> list[Sheet]:
    names = [c for c in run.columns(ACCURACY) if not c.startswith("_")]
    columns = {"store_name": "Store", **{name: words.label(name) for name in names}}
    told = [
        *("counted_on", "store_name", "count_id", "item_id", "serial_number", "outcome"),
        *("root_cause", "confidence", "variance_units", "variance_cost", "variance_retail"),
        *("currency", "evidence", "review", "given_cause", "paired_discrepancy_id"),
    ]
    rows = [
        {
            **f.row,
            "review": words.status(review_words.VERDICT, f.state).word,
            "given_cause": stock_words.cause(f.cause) if f.from_person else None,
        }
        for f in found
    ]
    return [
        Sheet("Counts", columns, [count.row for count in week.counts]),
        Sheet("Discrepancies", {name: words.label(name) for name in told}, rows),
    ]


def show_week(starts_on: date) -> None:
    week = counts.week(run, starts_on, here.stores, decide.find(subject_type="count"))
    found = discrepancies.of_counts(
        run, [c.count_id for c in week.counts], decide.find(subject_type="discrepancy")
    )
    said = f'<p class="lead" data-lp="answer">{answer(week, found)}</p>'
    show(said, count_tables.figures(week, found))
    wanted = st.query_params.get("discrepancy")
    one = next((f for f in found if f.key == wanted), None)
    if one is not None:
        verdict.details(here, one)
    count = week.find(st.query_params.get("count"))
    if count is not None:
        show_count(count, found)
    st.header("Discrepancies", anchor="discrepancies")
    show(verdict.listed(here, found, LISTED) if found else "<p>None: 0 discrepancies.</p>")
    st.header("Counts of the week", anchor="counts")
    show(count_tables.counts_of(here, week))
    if week.overlaps:
        told = words.listing([f"{o['serial_number']} ({o['concern']})" for o in week.overlaps], 5)
        show(f"<p>Pieces that two open counts hold: {safe(told)}.</p>")
    if week.compliance:
        show(count_tables.plan(week))
    if week.not_counted:
        show(count_tables.not_counted(week))
    st.header("Actions", anchor="actions")
    action_list.shown(here, datetime.now(UTC).date())
    about = [("Week", week_words(starts_on))]
    download.excel("counts", week_words(starts_on), here, lambda: sheets(week, found), about)


st.title("Counts")
every = counts.weeks(run)
if not every:
    told = (
        "Nothing has been counted yet: the next count that arrives is reviewed here."
        if run.has(ACCURACY)
        else "This run does not publish counts yet: the next <code>loupe run</code> does."
    )
    show(f'<p class="lead" data-lp="answer">{told}</p>')
else:
    names = {first.isoformat(): first for first in every}
    own = counts.monday(here.on).isoformat()
    picked = filters.choice(
        "week",
        "Week",
        list(names),
        lambda name: week_words(names[name]),
        own if own in names else None,
        width=260,
    )
    show(f"<p>{link('Print count sheets', address('count_sheet', here.params))}</p>")
    show_week(names[picked])
show('<span data-lp="drawn-counts"></span>')

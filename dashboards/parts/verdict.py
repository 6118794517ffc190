"""One discrepancy on a page: what is proposed and why, and the form that judges it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import streamlit as st

from dashboards import review_words, stock_words, words
from dashboards.decisions import Act, Subject
from dashboards.decisions.rules.stock import ROOT_CAUSES
from dashboards.parts import decide, links
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Column, Html, address, badge, facts, link, safe, show, table
from dashboards.questions import discrepancies
from dashboards.questions.discrepancies import Finding
from dashboards.warehouse import Row

DAYS_TO_ACT = 7


def goods(row: Row) -> str:
    """The piece or item, as people call it."""
    return " · ".join(
        str(part) for part in (row["item_name"] or row["item_id"], row["serial_number"]) if part
    )


def seen(row: Row) -> str:
    return stock_words.outcome(row["outcome"], row["root_cause"])


def state(finding: Finding) -> Html:
    return badge(words.status(review_words.VERDICT, finding.state))


def confidence(finding: Finding) -> Html:
    return badge(words.status(stock_words.CONFIDENCE, finding.row["confidence"]))


def counts_as(finding: Finding) -> str:
    """What the difference is to the loss, by which cause, and who says so."""
    kind = stock_words.KIND[finding.kind].word
    if finding.from_person:
        return f"{kind}: {stock_words.cause(finding.cause)}, as somebody judged"
    if not finding.is_unknown:
        return f"{kind}: {stock_words.cause(finding.cause)}, as the rules say"
    if finding.state == "recount":
        return f"{kind} until the recount; the proposal stays"
    return f"{kind}: {'no cause is known' if finding.cause == 'unknown' else 'not accepted yet'}"


def opened(here: Chosen, finding: Finding, text: Any) -> Html:
    """A link to a discrepancy on the page of its count's week."""
    kept = {k: v for k, v in here.params.items() if k != "stores"}
    on = finding.row["counted_on"]
    week = (on - timedelta(days=on.weekday())).isoformat()
    return link(text, address("counts", kept | {"week": week, "discrepancy": finding.key}) + "#one")


def details(here: Chosen, finding: Finding) -> None:
    """Everything that is known of it: sentence, figures, its other side, evidence, history."""
    row = finding.row
    st.header(f"{seen(row)}: {goods(row)}", anchor="one")
    pairs: list[tuple[str, Any]] = [
        ("Review", state(finding)),
        ("Proposed cause", stock_words.cause(row["root_cause"])),
        ("How sure", confidence(finding)),
        ("Counts as", counts_as(finding)),
        ("Why", row["evidence"]),
        (
            "Where",
            f"{row['store_name']}, count {row['count_id']} of {words.day(row['counted_on'])}",
        ),
        ("Book, counted", f"{words.cell(row['book_units'])}, {words.cell(row['counted_units'])}"),
        (
            "Difference",
            f"{row['currency']} {words.number(row['variance_cost'], 2)} at cost,"
            f" {words.number(row['variance_retail'], 2)} at list price",
        ),
        ("Known for", words.counted(row["age_days"] or 0, "day")),
    ]
    if finding.other:
        other = finding.other.row
        told = f"{goods(other)}, {seen(other)} in {other['store_name']}"
        pairs.append(("Other side", opened(here, finding.other, told)))
    show(facts(pairs))
    rows = discrepancies.evidence(here.run, finding)
    show(evidence_table(here, rows) if rows else "<p>No document speaks for a cause.</p>")
    if here.as_known_then:
        show("<p>Decisions are taken on the newest figures: go back to them above.</p>")
    else:
        decide.asked_name()
        form(here, finding)
        action_form(here, Subject.discrepancy(row), finding.latest)
    show(f"<h4>History</h4>{decide.history(here, finding.history)}")


def evidence_table(here: Chosen, rows: list[Row]) -> Html:
    columns = [
        Column("sentence", "Evidence", "wide"),
        Column(
            "is_decisive",
            "Decides",
            say=lambda r: badge(words.CHECK_PASSED) if r["is_decisive"] else words.NONE,
        ),
        Column("root_cause", "Speaks for", say=lambda r: stock_words.cause(r["root_cause"])),
        Column("rule_name", "Rule", say=lambda r: f"{r['rule_id']} {r['rule_name'] or ''}"),
        Column("document_id", "Document", say=lambda r: r["document_id"] or words.NONE),
        Column("occurred_on", "Day", say=lambda r: words.day(r["occurred_on"])),
        links.source(here),
    ]
    return table(columns, rows, caption=words.counted(len(rows), "piece") + " of evidence")


def form(here: Chosen, finding: Finding) -> None:
    """Accept, Reject or Ask recount: one reason, one other cause, three buttons."""
    key = f"verdict_{finding.key}"
    decide.outcome(key)

    def told(verdict: str) -> decide.TellsActs:
        def acts() -> tuple[list[Act], str]:
            other = st.session_state.get(f"cause_{key}")
            cause = finding.row["root_cause"] if verdict == "accepted" else other
            reason = st.session_state.get(f"why_{key}", "")
            given = None if verdict == "recount" else cause
            return discrepancies.acts(finding, verdict, given), reason

        return acts

    others = [cause for cause in ROOT_CAUSES if cause != finding.row["root_cause"]]
    with st.form(f"form_{key}", border=False):
        st.selectbox(
            "Another cause, if you reject the one proposed",
            others,
            index=others.index("unknown") if "unknown" in others else 0,
            format_func=lambda cause: f"{words.label(cause)}: {ROOT_CAUSES[cause]}",
            key=f"cause_{key}",
            width=520,
        )
        st.text_input("Reason", key=f"why_{key}", width=520, help="Needed for another cause.")
        both = " both sides" if finding.other else ""
        with st.container(horizontal=True):
            for verdict, label in (
                ("accepted", f"Accept{both}"),
                ("rejected", "Reject"),
                ("recount", "Ask recount"),
            ):
                decide.send_acts(
                    here,
                    label,
                    told(verdict),
                    key=f"{key}_{verdict}",
                    primary=verdict == "accepted",
                    outcome_of=key,
                )


def action_form(here: Chosen, subject: Subject, latest: int) -> None:
    """Asks somebody to do something about it until a day."""
    key = f"action_{subject.subject_type}_{subject.subject_key}"
    decide.outcome(key)

    def told() -> tuple[list[Act], str]:
        due = st.session_state.get(f"due_{key}")
        payload = {
            "owner": st.session_state.get(f"owner_{key}", "").strip(),
            "text": st.session_state.get(f"text_{key}", "").strip(),
            "due_on": due.isoformat() if due else None,
        }
        return [Act("action", subject, payload, latest)], ""

    with st.expander("Ask for an action"), st.form(f"form_{key}", border=False):
        st.text_input("What has to be done", key=f"text_{key}", width=520)
        with st.container(horizontal=True):
            st.text_input("Owner", key=f"owner_{key}", width=250)
            st.date_input(
                "By",
                value=here.run.published_at.date() + timedelta(days=DAYS_TO_ACT),
                format="YYYY-MM-DD",
                key=f"due_{key}",
                width=150,
            )
        decide.send_acts(here, "Keep this action", told, key=key)


def listed(here: Chosen, found: list[Finding], most: int) -> Html:
    """Discrepancies as a list, each leading to its own review."""
    columns = [
        Column(
            "outcome",
            "What",
            "wide",
            lambda r: opened(here, r["it"], f"{seen(r)}: {goods(r)}"),
        ),
        Column("state", "Review", say=lambda r: state(r["it"])),
        Column("store_name", "Store"),
        Column("root_cause", "Proposed cause", say=lambda r: stock_words.cause(r["root_cause"])),
        Column("confidence", "How sure", say=lambda r: confidence(r["it"])),
        Column("variance_units", "Units", "number", lambda r: words.cell(r["variance_units"])),
        Column(
            "variance_cost",
            "At cost",
            "number",
            lambda r: words.number(r["variance_cost"], 2),
            lambda r: links.explain(
                here,
                discrepancies.DISCREPANCIES,
                "variance_cost",
                discrepancy_id=r["discrepancy_id"],
            ),
        ),
        Column("age_days", "Days", "number", lambda r: words.cell(r["age_days"])),
        Column("evidence", "Why", "wide", lambda r: safe(r["evidence"] or words.NONE)),
    ]
    caption = words.counted(len(found), "discrepancy", "discrepancies")
    if len(found) > most:
        caption = f"The first {most} of {caption}; the download holds all"
    rows = [{**f.row, "it": f} for f in found[:most]]
    return table(columns, rows, tall=True, caption=f"{caption}.")

"""Correcting a value: one person proposes, another approves, the file stays as it came."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from dashboards import words
from dashboards.parts import decide
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Html, badge, facts, safe, show
from dashboards.questions import corrections
from dashboards.questions.corrections import Editable, Proposal, Target

NOTHING = "(nothing)"


def show_corrections(
    here: Chosen, rows: list[Target], on: date, store_id: str | None = None
) -> None:
    """What was proposed for these rows of the day (and store), and the form for another."""
    st.header("Corrections", anchor="corrections")
    decisions = decide.find(subject_type="row", store_id=store_id, business_date=on)
    proposed = corrections.proposals(here.run, rows, decisions)
    editable = {t.dataset: corrections.columns(here.run, t.dataset) for t in rows}
    if here.as_known_then:
        show("<p>Corrections are proposed on the newest figures: go back to them above.</p>")
    elif any(editable.values()):
        decide.asked_name()
    for proposal in proposed:
        _show(here, proposal)
    if not proposed:
        show("<p>Nobody has corrected any of these values.</p>")
    if here.as_known_then or not rows:
        return
    if not any(editable.values()):
        show("<p>This run does not publish yet what a correction may change.</p>")
        return
    with st.expander("Propose a correction"):
        _form(here, rows, editable, decisions)


def _show(here: Chosen, proposal: Proposal) -> None:
    decision, payload = proposal.decision, proposal.decision.payload
    status = words.status(words.CORRECTION, proposal.status)
    old, new = payload.get("old_value"), payload.get("new_value")
    with st.container(border=True):
        show(
            facts(
                [
                    ("Row", proposal.target.words),
                    (words.label(payload["column"]), f"{old or NOTHING} → {new or NOTHING}"),
                    (
                        "State",
                        Html(f"{badge(status)} {safe(proposal.status_reason or '')}"),
                    ),
                    (
                        "Proposed by",
                        f"{decision.decided_by}, {words.moment(decision.decided_at, here.zone)}",
                    ),
                    ("Approved by", proposal.approved_by or words.NONE),
                    ("Reason", decision.reason),
                ]
            )
        )
        key = f"answer_{decision.decision_id}"
        decide.outcome(f"{key}_approve")
        decide.outcome(f"{key}_back")
        if not here.as_known_then and proposal.status in ("waiting", "approved", "effective"):
            _answer(here, proposal, key)


def _answer(here: Chosen, proposal: Proposal, key: str) -> None:
    about = {"correction_id": proposal.decision.decision_id}

    def told() -> tuple[dict[str, Any], str]:
        return about, st.session_state.get(f"why_{key}", "")

    with st.form(f"form_{key}", border=False):
        st.text_input("In words (needed to take it back)", key=f"why_{key}", width=420)
        with st.container(horizontal=True):
            subject = proposal.target.subject
            if proposal.status == "waiting":
                decide.send(
                    here,
                    subject,
                    "correction_approval",
                    proposal.history,
                    "Approve",
                    told,
                    key=f"{key}_approve",
                )
            decide.send(
                here,
                subject,
                "correction_withdrawn",
                proposal.history,
                "Take it back",
                told,
                key=f"{key}_back",
                primary=False,
            )


def _form(
    here: Chosen,
    rows: list[Target],
    editable: dict[str, list[Editable]],
    decisions: list[Any],
) -> None:
    rows = [row for row in rows if editable[row.dataset]]
    row = rows[
        st.selectbox(
            "Which row", range(len(rows)), format_func=lambda n: rows[n].words, key="correct_row"
        )
    ]
    columns = editable[row.dataset]
    column = columns[
        st.selectbox(
            "Which value",
            range(len(columns)),
            format_func=lambda n: words.label(columns[n].name),
            key=f"correct_column_{row.dataset}",
        )
    ]
    now = corrections.plain(row.row.get(column.name))
    show(Html(f"<p>It is <b>{words.cell(now) if now is not None else NOTHING}</b> now.</p>"))
    seen = [d for d in decisions if d.subject_key == row.subject.subject_key]
    key = f"correct_{row.subject.subject_key}_{column.name}"
    decide.outcome(key)

    def told() -> tuple[dict[str, Any], str]:
        new = str(st.session_state.get(f"new_{key}") or "").strip() or None
        fault = column.fault(new)
        if fault:
            raise decide.NotYetError(fault)
        return row.payload(column, new), st.session_state.get(f"why_{key}", "")

    with st.form(f"form_{key}", border=False):
        label = f"New {words.label(column.name).lower()}"
        if column.one_of:
            st.selectbox(label, column.one_of, key=f"new_{key}", width=320)
        else:
            st.text_input(label, key=f"new_{key}", width=320)
        st.text_input("Reason", key=f"why_{key}", width=420)
        decide.send(here, row.subject, "correction", seen, "Propose it", told, key=key)
    show(
        '<p class="soft">The file stays as it came. Once somebody else approves it, the next run'
        " counts with the new value, shows both, and opens the day again if it was signed off.</p>"
    )

"""Actions on a page: who has to do what until when, and the form that ends one."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from dashboards import review_words, words
from dashboards.decisions import Subject
from dashboards.parts import decide
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Column, Html, badge, show, table
from dashboards.questions import actions
from dashboards.questions.actions import Action


def shown(here: Chosen, on: date) -> list[Action]:
    """The list, and below it a form for each open action. Returns what it shows."""
    decisions = decide.find(subject_type="discrepancy") + decide.find(subject_type="store")
    found = actions.listed(decisions, on, here.stores)
    show(_table(here, found) if found else "<p>None: 0 actions.</p>")
    if not here.as_known_then:
        for action in found:
            if action.end is None:
                _end_form(here, action, decisions)
    return found


def _table(here: Chosen, found: list[Action]) -> Html:
    columns = [
        Column("text", "What", "wide", lambda r: r["it"].asked.payload["text"]),
        Column(
            "status", "Status", say=lambda r: badge(words.status(review_words.ACTION, r["status"]))
        ),
        Column("owner", "Owner", say=lambda r: r["it"].asked.payload["owner"]),
        Column("due_on", "By", say=lambda r: words.day(r["it"].due_on)),
        Column("store_id", "Store", say=lambda r: r["it"].asked.store_id),
        Column("asked_by", "Asked by", say=lambda r: r["it"].asked.decided_by),
        Column("proof", "Proof or reason", "wide", _ended),
    ]
    rows = [{"it": action, "status": action.status} for action in found]
    return table(columns, rows, style="stack", caption=words.counted(len(rows), "action") + ".")


def _ended(row: Any) -> str:
    end = row["it"].end
    return (end.payload.get("proof") or end.reason) if end else words.NONE


def _end_form(here: Chosen, action: Action, decisions: list[Any]) -> None:
    asked = action.asked
    key = f"end_{asked.decision_id}"
    seen = [d for d in decisions if d.subject_key == asked.subject_key]
    subject = Subject(asked.subject_type, asked.subject_key, asked.store_id, asked.business_date)

    def told() -> tuple[dict[str, Any], str]:
        proof = st.session_state.get(f"proof_{key}", "")
        return {"action_id": asked.decision_id, "proof": proof}, ""

    def dropped() -> tuple[dict[str, Any], str]:
        return {"action_id": asked.decision_id}, st.session_state.get(f"proof_{key}", "")

    decide.outcome(key)
    title = f"Done? {asked.payload['text']} ({asked.payload['owner']})"
    with st.expander(title), st.form(f"form_{key}", border=False):
        st.text_input(
            "Proof (a document number, or in words), or why it is dropped",
            key=f"proof_{key}",
            width=520,
        )
        with st.container(horizontal=True):
            for kind, label, tells in (
                ("action_done", "Done", told),
                ("action_dropped", "Drop it", dropped),
            ):
                decide.send(
                    here,
                    subject,
                    kind,
                    seen,
                    label,
                    tells,
                    key=f"{key}_{kind}",
                    primary=kind == "action_done",
                    outcome_of=key,
                )

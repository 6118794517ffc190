"""Deciding on a page: who acts, one form per act, and what became of it.

A form remembers the newest act its reader saw. Who acts on something older is told who was quicker,
and nothing of theirs is kept: they look again and decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards import access, words
from dashboards.decisions import (
    ActedMeanwhileError,
    Decision,
    DecisionStore,
    RuleBrokenError,
    StoreUnavailableError,
    Subject,
)
from dashboards.decisions.rules import KINDS
from dashboards.knobs import KnobError
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Column, Html, banner, safe, show, table
from dashboards.warehouse import home_folder

# What comes of an act, where that is not the next run.
WHAT_THEN = {
    "correction": "It waits for somebody else to approve it.",
    "exception_review": "",
    "month_lock": "The run it names is kept.",
}

# What the values of a form are: payload and reason, read when it is sent.
Told = Callable[[], tuple[dict[str, Any], str]]


class NotYetError(Exception):
    """A form is not filled so that it could be sent; the message says what is missing."""


def store() -> DecisionStore:
    """The decisions of this home. Raises StoreUnavailableError or KnobError."""
    return DecisionStore.open(home_folder())


def find(**named: Any) -> list[Decision]:
    """Decisions that are all of what is named, oldest first; [] with a loud sentence if unknown."""
    try:
        return store().find(**named)
    except (StoreUnavailableError, KnobError) as fault:
        show(banner("orange", "✕ The decisions cannot be read.", safe(str(fault))))
        return []


def asked_name() -> None:
    """The reader's name, once on a page, above its forms."""
    with st.container(width=320):
        access.asked()


def send(
    here: Chosen,
    subject: Subject,
    kind: str,
    seen: Sequence[Decision],
    label: str,
    told: Told,
    *,
    key: str,
    disabled: bool = False,
    primary: bool = True,
    help_: str | None = None,
) -> None:
    """The button of a form: takes the decision, and keeps what became of it for `outcome`."""
    latest = max((decision.sequence_no for decision in seen), default=0)
    st.form_submit_button(
        label,
        key=f"send_{key}",
        disabled=disabled,
        type="primary" if primary else "secondary",
        help=help_,
        on_click=_take,
        args=(here.run.run_id, subject, kind, latest, told, key),
    )


def _take(run_id: str, subject: Subject, kind: str, latest: int, told: Told, key: str) -> None:
    try:
        payload, reason = told()
    except NotYetError as fault:
        st.session_state[f"outcome_{key}"] = ("orange", str(fault))
        return
    st.session_state[f"outcome_{key}"] = take(run_id, subject, kind, latest, payload, reason)


def take(
    run_id: str,
    subject: Subject,
    kind: str,
    latest: int,
    payload: Mapping[str, Any],
    reason: str,
) -> tuple[str, str]:
    """Take one decision. Returns a tone and a sentence: kept, or why not."""
    person = access.who(home_folder())
    if person is None:
        return "orange", "Say first who you are (“Your name”, or sign in): nothing was kept."
    try:
        kept = store().decide(
            **subject.named(),
            kind=kind,
            decided_by=person.name,
            seen_run_id=run_id,
            seen_sequence_no=latest,
            payload=payload,
            reason=reason,
        )
    except ActedMeanwhileError as fault:
        return "violet", str(fault)
    except (RuleBrokenError, StoreUnavailableError, KnobError) as fault:
        return "orange", str(fault)
    then = WHAT_THEN.get(kind, "It enters the figures with the next run.")
    return "green", f"{kept.words.rstrip('.')}. {then}"


def outcome(key: str) -> None:
    """What became of the last act of that form, until the next one."""
    told = st.session_state.get(f"outcome_{key}")
    if told:
        tone, sentence = told
        sign = {"green": "✓ Kept.", "violet": "↻ Somebody was quicker."}.get(tone, "✕ Not kept.")
        show(banner(tone, sign, safe(sentence)))


def history(here: Chosen, decisions: Sequence[Decision]) -> Html:
    """Who did what, when, on which figures; the newest first."""
    if not decisions:
        return Html('<p class="soft">Nobody has decided anything about it yet.</p>')
    rows = [vars(decision) for decision in reversed(decisions)]
    columns = [
        Column(
            "decided_at",
            "When",
            say=lambda r: words.moment(r["decided_at"], here.zone, seconds=True),
        ),
        Column("decided_by", "Who"),
        Column("kind", "Did", say=act),
        Column("reason", "Why", "wide", say=lambda r: r["reason"] or words.NONE),
        Column("seen_run_id", "Seen in run"),
    ]
    return table(columns, rows, style="stack")


def act(row: Mapping[str, Any]) -> str:
    """What somebody did, with what the payload adds to it."""
    payload = row["payload"]
    told = KINDS.get(row["kind"], row["kind"])
    if row["kind"] == "sign_off" and payload.get("blockers"):
        told += f" in spite of {', '.join(payload['blockers'])}"
    if row["kind"] == "gap_reason":
        told += f": {payload.get('gap_reason')}"
    if row["kind"] == "correction":
        old, new = payload.get("old_value"), payload.get("new_value")
        told += f": {words.label(payload['column']).lower()} {old} → {new}"
    if row["kind"] == "exception_review":
        told += f": {str(payload.get('outcome', '')).replace('_', ' ')}"
    return told

"""Deciding in tests: on what stands in the store, whatever was decided before."""

from __future__ import annotations

from typing import Any

from dashboards.decisions import Decision, DecisionStore, Subject


def act(
    store: DecisionStore, kind: str, subject: Subject, by: str = "Ann", **told: Any
) -> Decision:
    """Decide on `subject` having seen all of its history."""
    seen = len(store.history(subject.subject_type, subject.subject_key))
    return store.decide(
        kind=kind,
        **subject.named(),
        decided_by=by,
        seen_run_id="run_1",
        seen_sequence_no=seen,
        **told,
    )

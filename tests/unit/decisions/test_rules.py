"""The rules of deciding, each with the fault it is for."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboards.decisions import Decision, DecisionStore, RuleBrokenError, Subject

DAY = date(2026, 3, 2)
STORE_DAY = Subject.store_day("NYC01", DAY)
ROW = Subject.row("sales_lines", ["T1", 2], "NYC01", DAY)
GAP = Subject.receipt_gap(
    {
        "store_id": "NYC01",
        "register_id": "1",
        "receipt_series": None,
        "first_missing": 12,
        "last_missing": 13,
        "business_date": DAY,
    }
)
CORRECTION = {
    "dataset": "sales_lines",
    "key": {"transaction_id": "T1", "line_number": "2"},
    "file_id": "f1",
    "column": "net_amount",
    "old_value": "100.00",
    "new_value": "90.00",
    "data_type": "decimal(18,2)",
}


@pytest.fixture
def store(tmp_path: Path) -> DecisionStore:
    return DecisionStore.open(tmp_path)


def act(
    store: DecisionStore, kind: str, subject: Subject, by: str = "Ann", **told: Any
) -> Decision:
    seen = len(store.history(subject.subject_type, subject.subject_key))
    return store.decide(
        kind=kind,
        **subject.named(),
        decided_by=by,
        seen_run_id="run_1",
        seen_sequence_no=seen,
        **told,
    )


def test_a_day_without_blockers_is_signed_off(store: DecisionStore) -> None:
    assert act(store, "sign_off", STORE_DAY, payload={"blockers": []}).sequence_no == 1


@pytest.mark.parametrize(
    ("payload", "reason", "words"),
    [
        ({"blockers": ["F4"]}, "seen", "while F4 stand in the way"),
        ({"blockers": ["F4"], "override": True}, "  ", "needs a reason"),
        ({}, None, "names what stands in its way"),
    ],
)
def test_a_day_with_blockers_needs_an_override_and_a_reason(
    store: DecisionStore, payload: dict[str, Any], reason: str | None, words: str
) -> None:
    with pytest.raises(RuleBrokenError, match=words):
        act(store, "sign_off", STORE_DAY, payload=payload, reason=reason)
    assert store.since(0) == []


def test_an_override_with_a_reason_is_kept(store: DecisionStore) -> None:
    kept = act(
        store,
        "sign_off",
        STORE_DAY,
        payload={"blockers": ["F4"], "override": True},
        reason="The till broke.",
    )
    assert kept.payload["blockers"] == ["F4"]


def test_only_a_standing_sign_off_is_taken_back(store: DecisionStore) -> None:
    with pytest.raises(RuleBrokenError, match="not signed off"):
        act(store, "sign_off_withdrawn", STORE_DAY, reason="no")
    act(store, "sign_off", STORE_DAY, payload={"blockers": []})
    with pytest.raises(RuleBrokenError, match="needs a reason"):
        act(store, "sign_off_withdrawn", STORE_DAY)
    act(store, "sign_off_withdrawn", STORE_DAY, reason="Too early.")
    with pytest.raises(RuleBrokenError, match="not signed off"):
        act(store, "sign_off_withdrawn", STORE_DAY, reason="again")


@pytest.mark.parametrize("same", ["Ann", "ann", " ANN "])
def test_nobody_approves_their_own_correction(store: DecisionStore, same: str) -> None:
    proposed = act(store, "correction", ROW, payload=CORRECTION, reason="Typed wrongly.")
    with pytest.raises(RuleBrokenError, match="somebody else"):
        act(
            store,
            "correction_approval",
            ROW,
            by=same,
            payload={"correction_id": proposed.decision_id},
        )
    assert store.open_items() == [proposed]
    act(
        store, "correction_approval", ROW, by="Bob", payload={"correction_id": proposed.decision_id}
    )
    assert store.open_items() == []


def test_a_correction_is_approved_once_and_not_after_it_was_taken_back(
    store: DecisionStore,
) -> None:
    proposed = act(store, "correction", ROW, payload=CORRECTION, reason="Typed wrongly.")
    about = {"correction_id": proposed.decision_id}
    with pytest.raises(RuleBrokenError, match="waiting already"):
        act(store, "correction", ROW, payload=CORRECTION | {"new_value": "80.00"}, reason="No.")
    act(store, "correction_withdrawn", ROW, payload=about, reason="Was right.")
    with pytest.raises(RuleBrokenError, match="waits no more: Ann took a correction back"):
        act(store, "correction_approval", ROW, by="Bob", payload=about)
    with pytest.raises(RuleBrokenError, match="taken back already"):
        act(store, "correction_withdrawn", ROW, payload=about, reason="Again.")
    with pytest.raises(RuleBrokenError, match="no such correction"):
        act(store, "correction_approval", ROW, by="Bob", payload={"correction_id": "x"})


@pytest.mark.parametrize(
    ("change", "reason", "words"),
    [
        ({"dataset": ""}, "why", "names the dataset"),
        ({"file_id": None}, "why", "names the file"),
        ({"key": {}}, "why", "key columns"),
        ({"new_value": "100.00"}, "why", "same as the old"),
        ({"new_value": "ninety"}, "why", "cannot be read as a decimal"),
        ({"new_value": "NaN"}, "why", "cannot be read as a decimal"),
        ({"data_type": "date", "new_value": "2026-13-01"}, "why", "cannot be read as a date"),
        ({}, "", "needs a reason"),
    ],
)
def test_a_correction_is_whole(
    store: DecisionStore, change: dict[str, Any], reason: str, words: str
) -> None:
    with pytest.raises(RuleBrokenError, match=words):
        act(store, "correction", ROW, payload=CORRECTION | change, reason=reason)


@pytest.mark.parametrize(
    ("told", "reason", "words"),
    [
        ("other", "", "needs a reason"),
        ("unexplained", "", "needs a reason"),
        ("stolen", "x", "is one of void"),
    ],
)
def test_other_gap_reasons_need_words(
    store: DecisionStore, told: str, reason: str, words: str
) -> None:
    with pytest.raises(RuleBrokenError, match=words):
        act(store, "gap_reason", GAP, payload={"gap_reason": told}, reason=reason)


def test_voids_and_training_explain_a_gap(store: DecisionStore) -> None:
    assert act(store, "gap_reason", GAP, payload={"gap_reason": "void"}).reason is None
    assert act(store, "gap_reason", GAP, payload={"gap_reason": "training"}).sequence_no == 2


@pytest.mark.parametrize(
    ("kind", "subject", "told", "words"),
    [
        ("hope", STORE_DAY, {}, "no kind of decision"),
        ("sign_off", ROW, {"payload": {"blockers": []}}, "about a store_day"),
        ("month_lock", Subject.month(DAY), {}, "name its run"),
        ("exception_review", Subject.exception("X1|2026-03"), {}, "needs a reason"),
        ("note", STORE_DAY, {}, "needs a reason"),
        ("note", STORE_DAY, {"reason": "x" * 2_001}, "longer than 2000"),
        ("note", STORE_DAY, {"reason": "x", "by": "  "}, "Say who decides"),
    ],
)
def test_a_decision_says_all_it_has_to(
    store: DecisionStore, kind: str, subject: Subject, told: dict[str, Any], words: str
) -> None:
    with pytest.raises(RuleBrokenError, match=words):
        act(store, kind, subject, **told)
    assert store.since(0) == []

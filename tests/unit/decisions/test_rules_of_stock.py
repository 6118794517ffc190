"""The rules about discrepancies, counts, stock takes and actions, each with the fault it is for."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboards.decisions import Act, ActedMeanwhileError, DecisionStore, RuleBrokenError, Subject
from tests.unit.decisions.deciding import act

DAY = date(2026, 3, 2)


def discrepancy(name: str, store_id: str = "NYC01") -> Subject:
    return Subject.discrepancy({"discrepancy_id": name, "store_id": store_id, "counted_on": DAY})


LOST = discrepancy("C1|RING|S1")
HERE, THERE = discrepancy("C1|RING|S2"), discrepancy("C2|RING|S2", "NYC02")
COUNT = Subject.count("C1", "NYC01")
TAKE = Subject.stock_take("NYC01", 2026)
ACCEPTED = {"verdict": "accepted", "proposed_cause": "timing", "root_cause": "timing"}
REJECTED = {"verdict": "rejected", "proposed_cause": "timing", "root_cause": "true_loss"}
ACTION = {"owner": "Bob", "due_on": "2026-03-09", "text": "Search the vault."}


@pytest.fixture
def store(tmp_path: Path) -> DecisionStore:
    return DecisionStore.open(tmp_path)


@pytest.mark.parametrize(
    ("payload", "reason", "words"),
    [
        ({"verdict": "perhaps"}, "why", "is one of accepted"),
        (ACCEPTED | {"root_cause": "true_loss"}, "why", "takes the cause proposed"),
        (ACCEPTED | {"root_cause": "magic", "proposed_cause": "magic"}, "why", "A cause is one of"),
        (REJECTED | {"root_cause": "timing"}, "why", "names another cause"),
        (REJECTED, " ", "needs a reason"),
        (ACCEPTED | {"paired_discrepancy_id": "C2|RING|S1"}, "", "settles both"),
        ({"verdict": "reopened"}, "", "is not accepted"),
    ],
)
def test_a_verdict_names_a_cause_and_says_why_it_differs(
    store: DecisionStore, payload: dict[str, Any], reason: str, words: str
) -> None:
    with pytest.raises(RuleBrokenError, match=words):
        act(store, "discrepancy_verdict", LOST, payload=payload, reason=reason)
    assert store.since(0) == []


def test_a_verdict_may_change_but_is_not_given_twice(store: DecisionStore) -> None:
    act(store, "discrepancy_verdict", LOST, payload=ACCEPTED)
    with pytest.raises(RuleBrokenError, match="accepted already: Ann"):
        act(store, "discrepancy_verdict", LOST, by="Bob", payload=ACCEPTED)
    act(store, "discrepancy_verdict", LOST, payload=REJECTED, reason="The vault was searched.")
    act(store, "discrepancy_verdict", LOST, payload={"verdict": "recount"})
    assert act(store, "discrepancy_verdict", LOST, payload=ACCEPTED).sequence_no == 4


def both(store: DecisionStore, here: dict[str, Any], there: dict[str, Any], seen: int = 0) -> int:
    kept = store.decide_together(
        [
            Act("discrepancy_verdict", HERE, here | {"paired_discrepancy_id": "C2|RING|S2"}, seen),
            Act(
                "discrepancy_verdict", THERE, there | {"paired_discrepancy_id": "C1|RING|S2"}, seen
            ),
        ],
        decided_by="Ann",
        seen_run_id="run_1",
        reason="Seen on the transfer note.",
    )
    return len(kept)


def test_one_piece_is_settled_on_both_sides_or_on_neither(store: DecisionStore) -> None:
    act(store, "note", THERE, reason="Looking into it.")
    with pytest.raises(ActedMeanwhileError, match="Ann left a note"):
        both(store, ACCEPTED, ACCEPTED)
    assert len(store.since(0)) == 1
    assert both(store, ACCEPTED, ACCEPTED, seen=1) == 2
    assert [d.decision_no for d in store.since(0)] == [1, 2, 3]


def test_an_accepted_pair_is_opened_again_on_both_sides(store: DecisionStore) -> None:
    both(store, ACCEPTED, ACCEPTED)
    with pytest.raises(RuleBrokenError, match="together with its other side"):
        act(store, "discrepancy_verdict", THERE, payload={"verdict": "reopened"})
    assert both(store, REJECTED, {"verdict": "reopened"}, seen=1) == 2


@pytest.mark.parametrize(
    ("payload", "reason", "words"),
    [
        ({"verdict": "fine"}, "why", "is one of accepted, rejected"),
        ({"verdict": "rejected", "coverage": 1}, "", "needs a reason"),
        ({"verdict": "accepted", "coverage": "0.98"}, "", "does not cover every line"),
        ({"verdict": "accepted"}, "", "does not cover every line"),
    ],
)
def test_a_count_is_accepted_when_it_covers_every_line(
    store: DecisionStore, payload: dict[str, Any], reason: str, words: str
) -> None:
    with pytest.raises(RuleBrokenError, match=words):
        act(store, "count_verdict", COUNT, payload=payload, reason=reason)
    act(store, "count_verdict", COUNT, payload={"verdict": "accepted", "coverage": "1.0000"})
    with pytest.raises(RuleBrokenError, match="the verdict already"):
        act(store, "count_verdict", COUNT, payload={"verdict": "accepted", "coverage": 1})


def step(store: DecisionStore, name: str, by: str = "Ann", reason: str = "", **told: Any) -> None:
    act(store, "stock_take_step", TAKE, by=by, payload={"step": name} | told, reason=reason)


def begun(store: DecisionStore) -> None:
    for name in ("planned", "frozen"):
        step(store, name)
    step(store, "counting", counter="Bob")


APPROVAL: dict[str, Any] = {"count_id": "C9", "unexplained_lines": 0, "unexplained_cost": "0"}


def test_a_stock_take_goes_step_by_step(store: DecisionStore) -> None:
    with pytest.raises(RuleBrokenError, match="After the beginning comes planned, not frozen"):
        step(store, "frozen")
    begun(store)
    with pytest.raises(RuleBrokenError, match="comes recount or approved, not reported"):
        step(store, "reported")
    step(store, "recount", counter="Cleo")
    step(store, "approved", **APPROVAL)
    step(store, "reported")
    with pytest.raises(RuleBrokenError, match="After reported comes nothing"):
        step(store, "planned")


def test_who_counted_neither_recounts_nor_approves(store: DecisionStore) -> None:
    step(store, "planned")
    step(store, "frozen")
    with pytest.raises(RuleBrokenError, match="Say who counts"):
        step(store, "counting", counter=" ")
    step(store, "counting", counter="Bob")
    with pytest.raises(RuleBrokenError, match="somebody else has to recount"):
        step(store, "recount", counter="BOB ")
    step(store, "recount", counter="Cleo")
    for by in ("bob", "Cleo"):
        with pytest.raises(RuleBrokenError, match="somebody else has to approve"):
            step(store, "approved", by=by, **APPROVAL)
    with pytest.raises(RuleBrokenError, match="somebody else has to approve"):
        step(store, "approved", by="Ann", **APPROVAL | {"counted_by": ["ANN"]})


def test_what_is_not_explained_needs_a_recount_and_above_tolerance_a_reason(
    store: DecisionStore,
) -> None:
    begun(store)
    open_lines = APPROVAL | {"unexplained_lines": 2, "unexplained_cost": "900.00"}
    with pytest.raises(RuleBrokenError, match="recounted first"):
        step(store, "approved", **open_lines)
    with pytest.raises(RuleBrokenError, match="names the count"):
        step(store, "approved", **APPROVAL | {"count_id": None})
    with pytest.raises(RuleBrokenError, match="how many lines"):
        step(store, "approved", **APPROVAL | {"unexplained_lines": None})
    step(store, "recount", counter="Cleo")
    for tolerated in ({"tolerated_lines": 1}, {"tolerated_lines": 2, "tolerated_cost": "899"}):
        with pytest.raises(RuleBrokenError, match="Approving with 2 lines not explained"):
            step(store, "approved", **open_lines | tolerated)
    step(store, "approved", reason="Reported to the insurer.", **open_lines)
    with pytest.raises(RuleBrokenError, match="Taking an approval back needs"):
        step(store, "recount", counter="Dora")
    step(store, "recount", counter="Dora", reason="The vault was forgotten.")
    step(store, "approved", **open_lines, tolerated_lines=2, tolerated_cost="900")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"owner": " "}, "says whose it is"),
        ({"text": ""}, "says what has to be done"),
        ({"due_on": "soon"}, "by which day"),
        ({"due_on": None}, "by which day"),
    ],
)
@pytest.mark.parametrize("subject", [LOST, Subject.store("NYC01")])
def test_an_action_has_an_owner_a_day_and_words(
    store: DecisionStore, subject: Subject, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(RuleBrokenError, match=words):
        act(store, "action", subject, payload=ACTION | change)


def test_an_action_ends_once_with_proof_or_with_a_reason(store: DecisionStore) -> None:
    first, second = (act(store, "action", LOST, payload=ACTION) for _ in range(2))
    about = {"action_id": first.decision_id}
    with pytest.raises(RuleBrokenError, match="with its proof"):
        act(store, "action_done", LOST, payload=about)
    with pytest.raises(RuleBrokenError, match="needs a reason"):
        act(store, "action_dropped", LOST, payload=about)
    act(store, "action_done", LOST, by="Bob", payload=about | {"proof": "TR-77"})
    with pytest.raises(RuleBrokenError, match="open no more: Bob reported"):
        act(store, "action_dropped", LOST, payload=about, reason="No.")
    with pytest.raises(RuleBrokenError, match="no such action"):
        act(store, "action_done", LOST, payload={"action_id": "x", "proof": "y"})
    dropped = {"action_id": second.decision_id}
    assert act(store, "action_dropped", LOST, payload=dropped, reason="Twice.").sequence_no == 4

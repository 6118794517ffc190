"""One stock take per store and fiscal year: its state, its next step, what is not explained."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboards.decisions import DecisionStore
from dashboards.questions import actions, network, stock_takes
from dashboards.questions.stock_takes import Campaign
from dashboards.warehouse import Run
from tests.browser.published_counts import WALL_TO_WALL
from tests.browser.published_home import PublishedHome

Open = Callable[..., Any]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DecisionStore:
    monkeypatch.setenv("LOUPE_DECISIONS_URL", f"sqlite:///{tmp_path / 'decisions.sqlite'}")
    return DecisionStore.open(tmp_path)


def campaigns(run: Run, home: PublishedHome, store: DecisionStore) -> dict[str, Campaign]:
    # The year of the wall-to-wall count, whichever day the tests run on.
    year = stock_takes.fiscal_year(run, home.last_day - timedelta(days=20))
    told = store.find(subject_type="stock_take")
    found = stock_takes.campaigns(run, year, network.stores(run), told)
    return {campaign.store["store_id"]: campaign for campaign in found}


def test_a_store_without_a_step_is_not_planned(
    run: Run, home: PublishedHome, store: DecisionStore
) -> None:
    found = campaigns(run, home, store)
    assert {c.state for c in found.values()} == {"not_planned"}
    assert found["US03"].next_steps == ("planned",)
    assert [c["count_id"] for c in found["US03"].full_counts] == [WALL_TO_WALL]
    assert found["US01"].full_counts == []


def test_what_is_not_explained_shrinks_with_each_verdict(run: Run, store: DecisionStore) -> None:
    left = stock_takes.unexplained(run, WALL_TO_WALL, [])
    assert (left.lines, left.cost, left.is_tolerated) == (1, 5200, False)
    [finding] = left.findings
    store.decide(
        kind="discrepancy_verdict",
        subject_type="discrepancy",
        subject_key=finding.key,
        decided_by="Ada",
        seen_run_id="run_1",
        seen_sequence_no=0,
        payload={
            "verdict": "rejected",
            "proposed_cause": "unknown",
            "root_cause": "unposted_sale",
        },
        reason="The receipt was found.",
    )
    left = stock_takes.unexplained(run, WALL_TO_WALL, store.since(0))
    assert (left.lines, left.is_tolerated) == (0, True)


def press(page: Any, label: str) -> None:
    next(b for b in page.test.button if b.label == label).click().run()


def box(page: Any, label: str) -> Any:
    return next(box for box in page.test.text_input if box.label == label)


def test_a_campaign_is_taken_from_step_to_step_on_the_page(
    open_page: Open, store: DecisionStore, home: PublishedHome
) -> None:
    day = (home.last_day - timedelta(days=20)).isoformat()
    page = open_page("stock_take", store="US03", date=day)
    assert "0 of 6 stores have reported their stock take</b>" in page.html
    box(page, "Your name").set_value("Ada").run()
    press(page, "Plan it")
    press(page, "Freeze the book")
    box(page, "Who counts").input("Bea")
    press(page, "Begin to count")
    press(page, "Approve it")
    assert "recounted first" in page.html
    box(page, "Who counts").input("Cleo")
    press(page, "Begin a recount")
    press(page, "Approve it")
    assert "Approving with 1 lines not explained" in page.html
    box(page, "Reason").input("Reported to the insurer.")
    press(page, "Approve it")
    newest = store.since(0)[-1]
    assert (newest.payload["step"], newest.payload["count_id"]) == ("approved", WALL_TO_WALL)
    assert (newest.payload["unexplained_lines"], newest.payload["unexplained_cost"]) == (
        1,
        "5200.00",
    )
    assert "Report it" in open_page("stock_take", store="US03", date=day).html


def test_an_action_whose_day_is_over_is_overdue(store: DecisionStore) -> None:
    asked = [
        store.decide(
            kind="action",
            subject_type="store",
            subject_key="US01",
            store_id="US01",
            decided_by="Ada",
            seen_run_id="run_1",
            seen_sequence_no=seen,
            payload={"owner": owner, "text": "Search.", "due_on": due},
        )
        for seen, owner, due in ((0, "Bea", "2026-03-02"), (1, "Cleo", "2026-03-03"))
    ]
    on = date(2026, 3, 3)
    found = actions.listed(asked, on)
    assert [(a.asked.payload["owner"], a.status) for a in found] == [
        ("Bea", "overdue"),
        ("Cleo", "open"),
    ]
    done = store.decide(
        kind="action_done",
        subject_type="store",
        subject_key="US01",
        store_id="US01",
        decided_by="Bea",
        seen_run_id="run_1",
        seen_sequence_no=2,
        payload={"action_id": asked[0].decision_id, "proof": "TR-7"},
    )
    assert [a.status for a in actions.listed([*asked, done], on)] == ["open", "done"]
    assert actions.listed(asked, on, ["US02"]) == []
    assert actions.owners([*asked, done]) == ["Cleo", "Bea"]

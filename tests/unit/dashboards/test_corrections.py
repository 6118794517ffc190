"""Correcting a value of a receipt: proposed by one, approved by another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards.decisions import DecisionStore
from dashboards.questions import corrections, receipts
from dashboards.warehouse import Run
from tests.browser.published_home import PublishedHome

Open = Callable[..., Any]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DecisionStore:
    monkeypatch.setenv("LOUPE_DECISIONS_URL", f"sqlite:///{tmp_path / 'decisions.sqlite'}")
    return DecisionStore.open(tmp_path)


@pytest.fixture
def golden(home: PublishedHome) -> str:
    return f"US04-{home.last_day:%y%m%d}-75"


def named(page: Any, name: str) -> None:
    next(box for box in page.test.text_input if box.label == "Your name").set_value(name).run()


def press(page: Any, label: str) -> None:
    next(button for button in page.test.button if button.label == label).click().run()
    assert not page.test.exception, page.test.exception


def write(page: Any, label: str, value: str) -> None:
    next(box for box in page.test.text_input if box.label == label).input(value)


def choose(page: Any, label: str, place: int) -> None:
    next(box for box in page.test.selectbox if box.label == label).select_index(place).run()


def propose(page: Any, new: str, reason: str) -> None:
    write(page, "New tender amount", new)
    write(page, "Reason", reason)
    press(page, "Propose it")


def test_one_proposes_and_another_approves(
    open_page: Open, store: DecisionStore, golden: str
) -> None:
    page = open_page("receipts", receipt=golden)
    named(page, "Ada")
    choose(page, "Which row", 1)
    assert "It is <b>100" in page.html
    propose(page, "80.00", "Typed twice.")
    [kept] = store.since(0)
    assert kept.subject_key == f"tenders|{golden}|1"
    assert kept.payload["key"] == {"transaction_id": golden, "tender_number": "1"}
    assert (kept.payload["column"], kept.payload["new_value"]) == ("tender_amount", "80.00")
    assert "waits for approval" in page.html

    press(page, "Approve")
    assert "Ada proposed this correction; somebody else has to approve it." in page.html

    other = open_page("receipts", receipt=golden)
    named(other, "Bea")
    press(other, "Approve")
    assert [d.kind for d in store.since(0)] == ["correction", "correction_approval"]
    assert "it enters the figures with the next run" in other.html


def test_a_value_that_cannot_stand_is_not_kept(
    open_page: Open, store: DecisionStore, golden: str
) -> None:
    page = open_page("receipts", receipt=golden)
    named(page, "Ada")
    choose(page, "Which row", 1)
    propose(page, "eighty", "Why not.")
    assert "“eighty” cannot be read as a decimal" in page.html
    propose(page, "", "Why not.")
    assert "tender amount is needed" in page.html
    propose(page, "80", "")
    assert "A correction needs a reason in words" in page.html
    assert store.since(0) == []


def test_a_choice_is_one_of_those_allowed(run: Run, golden: str) -> None:
    found = receipts.receipt(run, golden)
    assert found is not None
    [kind] = [c for c in corrections.columns(run, "tenders") if c.name == "tender_type"]
    assert kind.one_of == ("card", "cash")
    assert kind.fault("gold") == "tender type is one of card, cash."
    assert kind.fault("card") is None
    line, payment = corrections.targets(found)
    assert line.subject.subject_key == f"sales_lines|{golden}|1"
    assert payment.payload(kind, "card")["old_value"] == "cash"


def test_a_till_closing_is_corrected_where_tenders_stand(
    open_page: Open, store: DecisionStore, home: PublishedHome
) -> None:
    page = open_page("tenders", stores="US01")
    named(page, "Ada")
    assert any("Madison Avenue, register R1" in o for o in page.test.selectbox[-2].options)
    choose(page, "Which row", 1)
    write(page, "New counted amount", "305.64")
    write(page, "Reason", "Counted again.")
    press(page, "Propose it")
    [kept] = store.since(0)
    assert kept.subject_key.startswith("till_closings|US01|R1|")
    assert kept.payload["key"]["tender_type"] == "cash"
    assert (kept.store_id, kept.business_date) == ("US01", home.last_day)


def test_who_took_a_correction_back_is_said(
    open_page: Open, store: DecisionStore, golden: str
) -> None:
    page = open_page("receipts", receipt=golden)
    named(page, "Ada")
    choose(page, "Which row", 1)
    propose(page, "80", "Typed twice.")
    press(page, "Take it back")
    assert "needs a reason in words" in page.html
    write(page, "In words (needed to take it back)", "Was right.")
    press(page, "Take it back")
    assert "taken back" in page.html and "Was right." in page.html

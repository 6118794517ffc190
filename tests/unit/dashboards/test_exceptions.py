"""Acts to review first, then rates, each with its counts; and what people said of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards.decisions import DecisionStore
from dashboards.questions import exceptions
from dashboards.warehouse import Run
from tests.browser.published_home import PublishedHome

Open = Callable[..., Any]
POST_VOID = "X2|US01|E007|1"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DecisionStore:
    monkeypatch.setenv("LOUPE_DECISIONS_URL", f"sqlite:///{tmp_path / 'decisions.sqlite'}")
    return DecisionStore.open(tmp_path)


def test_acts_rates_and_the_rest_are_told_apart(run: Run, home: PublishedHome) -> None:
    first = home.last_day.replace(day=1)
    assert exceptions.months(run) == [first]
    month = exceptions.month(run, first)
    assert [f.row["rule_id"] for f in month.acts] == ["X2"]
    assert [(f.row["employee_id"], f.counts) for f in month.rates] == [("E007", "9 of 60")]
    assert len(month.ordinary) == 2
    assert exceptions.month(run, first, ["US02"]).acts == []
    [act] = exceptions.events(run, month.acts[0].row)
    assert act["transaction_id"].startswith("US01")


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (None, "–"),
        (0.6, "ordinary"),
        (0.01, "one in 100"),
        (0.000004, "one in 250,000"),
        (0.0, "less than one in a million"),
    ],
)
def test_a_probability_is_said_in_words(probability: float | None, words: str) -> None:
    assert exceptions.chance(probability) == words


def test_the_page_puts_counts_beside_rates(open_page: Open) -> None:
    html = open_page("exceptions").html
    assert "<b>1 act to review" in html
    assert "1 rate stands out" in html
    for said in ("9 of 60", "15.0 %", "2.0 % (120 of 6,000)", "less than one in a million"):
        assert said in html
    assert "too few" in html
    one = open_page("exceptions", exception="X1|US01|E007|1").html
    assert "9 of 60 (15.0 %); the network does 2.0 % (120 of 6,000): more than chance" in one


def test_a_review_is_kept_with_its_reason(
    open_page: Open, store: DecisionStore, home: PublishedHome
) -> None:
    page = open_page("exceptions", exception=POST_VOID)
    assert "receipt=US01" in page.html

    def box(label: str) -> Any:
        return next(box for box in page.test.text_input if box.label == label)

    def press() -> None:
        next(b for b in page.test.button if b.label == "Keep this review").click().run()

    box("Your name").set_value("Ada").run()
    press()
    assert "A review needs a reason in words" in page.html
    box("Reason").input("The client changed her mind; seen on camera.")
    press()
    [kept] = store.since(0)
    assert (kept.subject_key, kept.payload["outcome"]) == (POST_VOID, "explained")
    assert kept.seen_run_id == home.newest_run
    assert "<b>0 acts to review" in page.html
    assert "1 of 1 group of acts (one rule, one person) reviewed" in open_page("exceptions").html

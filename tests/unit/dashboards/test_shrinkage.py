"""From the gross difference to what nobody can explain, in sums that agree."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dashboards.questions import shrinkage
from dashboards.questions.shrinkage import Shrinkage
from dashboards.warehouse import Run

Open = Callable[..., Any]


def asked(run: Run, span: str = "period", *stores: str) -> Shrinkage:
    return shrinkage.shrinkage(run, shrinkage.periods(run)[0], "USD", span, stores)


def test_the_steps_lead_from_gross_to_unknown(run: Run) -> None:
    found = asked(run)
    assert [step["step"] for step in found.steps] == [
        "gross_difference",
        "unposted_receipt",
        "true_loss",
        "unknown_loss",
    ]
    *before, last = [step["step_cost"] for step in found.steps]
    assert sum(before) == last == found.total["unknown_cost"] == Decimal(16200)


@pytest.mark.parametrize("span", ["period", "year"])
@pytest.mark.parametrize("basis", ["cost", "retail"])
def test_gross_is_explained_known_and_unknown(run: Run, span: str, basis: str) -> None:
    found = asked(run, span)
    for row in [found.total, *found.stores]:
        parts = [row[f"{name}_{basis}"] for name in ("explained", "known", "unknown")]
        assert row[f"gross_{basis}"] == sum(parts)


def test_a_year_adds_what_flows_and_keeps_what_trails(run: Run) -> None:
    one, year = asked(run), asked(run, "year")
    assert year.total["unknown_cost"] == one.total["unknown_cost"] + 8000
    for name in ("trailing_shrink_retail", "average_stock_cost"):
        assert year.total[name] == one.total[name]


def test_shares_divide_sums_and_never_by_nothing(run: Run) -> None:
    found = asked(run, "period", "US02")
    share = shrinkage.share(found.total, "shrink_retail", "net_sales")
    assert share == pytest.approx(50400 / 500000)
    assert shrinkage.share({"a": Decimal(1), "b": Decimal(0)}, "a", "b") is None
    assert shrinkage.share({"a": None, "b": Decimal(1)}, "a", "b") is None


def test_the_page_answers_first_at_cost_and_at_list_price(open_page: Open) -> None:
    page = open_page("shrinkage")
    assert "<b>USD 25,200 lost at cost</b>, of it <b>16,200 unknown</b>" in page.html
    assert "trailing 52 weeks" in page.html
    for said in ("explained", "known loss", "unknown", "Receipt not posted", "True loss"):
        assert said in page.html
    retail = open_page("shrinkage", basis="retail", span="year").html
    assert "<b>USD 66,400 lost at list price</b>" in retail
    assert "the twelve periods to" in retail


def test_a_store_without_stock_is_said(open_page: Open) -> None:
    assert "No store of these has reported stock" in open_page("shrinkage", stores="US06").html

"""Counts of a week, their discrepancies, and what people said of them; both sides of one piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards.decisions import DecisionStore, RuleBrokenError
from dashboards.questions import counts, discrepancies
from dashboards.questions.discrepancies import Finding
from dashboards.warehouse import Run
from tests.browser.published_home import PublishedHome, build

Open = Callable[..., Any]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DecisionStore:
    monkeypatch.setenv("LOUPE_DECISIONS_URL", f"sqlite:///{tmp_path / 'decisions.sqlite'}")
    return DecisionStore.open(tmp_path)


def found_in(run: Run, home: PublishedHome, store: DecisionStore) -> dict[str, Finding]:
    """The discrepancies of the newest week by serial number."""
    week = counts.week(run, counts.monday(home.last_day))
    told = store.find(subject_type="discrepancy")
    found = discrepancies.of_counts(run, [c.count_id for c in week.counts], told)
    return {finding.row["serial_number"]: finding for finding in found}


def decide(store: DecisionStore, finding: Finding, verdict: str, cause: str | None = None) -> int:
    kept = store.decide_together(
        discrepancies.acts(finding, verdict, cause),
        decided_by="Ada",
        seen_run_id="run_1",
        reason="Looked at.",
    )
    return len(kept)


def test_a_week_has_its_counts_its_plan_and_what_was_not_counted(
    run: Run, home: PublishedHome
) -> None:
    monday = counts.monday(home.last_day)
    assert counts.weeks(run)[0] == monday
    week = counts.week(run, monday)
    assert {c.row["store_id"] for c in week.counts} == {"US01", "US02", "US03", "US04"}
    assert week.kept_to_plan == (5, 6)
    assert [plan["store_id"] for plan in week.not_counted][:1] == ["US04"]
    assert {c.row["store_id"] for c in counts.week(run, monday, ["US02"]).counts} == {"US02"}


def test_differences_are_summed_net_and_without_their_sign(run: Run, home: PublishedHome) -> None:
    week = counts.week(run, counts.monday(home.last_day))
    over = counts.Count({**week.counts[0].row, "net_variance_cost": Decimal(25200)}, [])
    partial = counts.Count({**over.row, "is_final": False}, [])
    sums = counts.totals([week.counts[0], over, partial], "USD")
    assert (sums["net_variance_cost"], sums["absolute_variance_cost"]) == (0, 50400)
    assert (sums["counts"], sums["final"]) == (3, 2)
    assert counts.totals(week.counts, "EUR")["coverage"] is None


def test_accepting_one_side_settles_both_and_unknown_drops(
    run: Run, home: PublishedHome, store: DecisionStore
) -> None:
    found = found_in(run, home, store)
    one, other = found["SN-SWAP-A"], found["SN-SWAP-B"]
    assert one.other and one.other.key == other.key
    assert discrepancies.summed([one, other], "USD").unknown == 10000
    assert decide(store, one, "accepted", "serial_swap") == 2
    found = found_in(run, home, store)
    assert [found[name].state for name in ("SN-SWAP-A", "SN-SWAP-B")] == ["accepted"] * 2
    told = discrepancies.summed([found["SN-SWAP-A"], found["SN-SWAP-B"]], "USD")
    assert (told.unknown, told.explained) == (0, 10000)


def test_rejecting_one_side_of_a_settled_pair_opens_the_other_again(
    run: Run, home: PublishedHome, store: DecisionStore
) -> None:
    decide(store, found_in(run, home, store)["SN-SWAP-A"], "accepted", "serial_swap")
    again = found_in(run, home, store)["SN-SWAP-B"]
    assert decide(store, again, "rejected", "true_loss") == 2
    found = found_in(run, home, store)
    assert (found["SN-SWAP-A"].state, found["SN-SWAP-B"].state) == ("open", "rejected")
    assert found["SN-SWAP-B"].cause == "true_loss"
    assert decide(store, found["SN-SWAP-A"], "recount") == 1


def test_a_verdict_on_an_earlier_count_stands_until_the_line_itself_is_judged(
    run: Run, home: PublishedHome, store: DecisionStore
) -> None:
    lost = found_in(run, home, store)["SN-LOST-0001"]
    told = {"review": "rejected", "effective_cause": "true_loss", "cause_from": "person"}
    carried = replace(lost, row={**lost.row, **told, "loss_kind": "known"})
    assert (lost.state, lost.kind) == ("open", "unknown")
    assert (carried.state, carried.cause, carried.kind) == ("rejected", "true_loss", "known")
    decide(store, lost, "recount")
    again = replace(carried, history=found_in(run, home, store)["SN-LOST-0001"].history)
    assert (again.state, again.cause, again.kind) == ("recount", "unknown", "unknown")


def test_a_pair_waits_to_be_accepted_however_sure_it_is(
    run: Run, home: PublishedHome, store: DecisionStore
) -> None:
    receipt = found_in(run, home, store)["SN-RECEIPT"]
    assert (receipt.row["confidence"], receipt.kind) == ("proved", "explained")
    paired = replace(receipt, row={**receipt.row, "is_proved": False})
    assert paired.kind == "unknown"
    older = {name: told for name, told in receipt.row.items() if name != "is_proved"}
    assert replace(receipt, row=older).kind == "explained"


def test_a_pair_in_two_stores_is_found_though_one_is_not_chosen(
    run: Run, home: PublishedHome, store: DecisionStore
) -> None:
    swapped = found_in(run, home, store)["SN-SWAP-A"]
    assert swapped.other
    far = replace(swapped, other=replace(swapped.other, row={**swapped.other.row, "store_id": "X"}))
    acts = discrepancies.acts(far, "accepted", "serial_swap")
    assert [act.subject.store_id for act in acts] == ["US01", "X"]
    with pytest.raises(RuleBrokenError, match="settles both"):
        store.decide_together(acts[:1], decided_by="Ada", seen_run_id="run_1")


def test_what_waits_and_is_dear_comes_first(
    run: Run, home: PublishedHome, store: DecisionStore
) -> None:
    assert next(iter(found_in(run, home, store))) == "SN-LOST-0001"
    decide(store, found_in(run, home, store)["SN-LOST-0001"], "accepted", "unknown")
    found = found_in(run, home, store)
    assert list(found)[-1] == "SN-LOST-0001"
    assert found["SN-LOST-0001"].is_unknown


def test_evidence_comes_with_its_file(run: Run, home: PublishedHome, store: DecisionStore) -> None:
    [row] = discrepancies.evidence(run, found_in(run, home, store)["SN-SWAP-A"])
    assert row["is_decisive"] and row["file_name"].startswith("US01/sales_lines")


def test_the_page_puts_net_beside_absolute(open_page: Open, home: PublishedHome) -> None:
    html = open_page("counts").html
    assert "discrepancies to review</b> of 5 in" in html
    assert "5 of 6 planned counts were done in time" in html
    for said in ("Net difference, USD at cost", "Absolute difference, USD at cost", "Kept to plan"):
        assert said in html
    assert "US04-C-MISSED" in html
    old = counts.monday(home.last_day) - timedelta(weeks=60)
    assert "discrepancies to review" in open_page("counts", week=old.isoformat()).html


def press(page: Any, label: str) -> None:
    next(b for b in page.test.button if b.label == label).click().run()


def box(page: Any, label: str) -> Any:
    return next(box for box in page.test.text_input if box.label == label)


def test_a_verdict_stands_in_the_history_at_once_and_after_a_reload(
    open_page: Open, store: DecisionStore, home: PublishedHome
) -> None:
    key = f"US01-C{home.last_day:%y%m%d}|SKU013|SN-SWAP-A"
    page = open_page("counts", discrepancy=key)
    assert "stands on the receipt of the day" in page.html
    box(page, "Your name").set_value("Ada").run()
    press(page, "Accept both sides")
    assert "Its other side was settled with it" in page.html
    assert "judged a discrepancy: accepted the cause serial swap" in page.html
    assert [d.subject_key.rpartition("|")[2] for d in store.since(0)] == ["SN-SWAP-A", "SN-SWAP-B"]
    again = open_page("counts", discrepancy=key.replace("SWAP-A", "SWAP-B")).html
    assert "accepted the cause serial swap" in again and "accepted</span>" in again


def test_rejecting_needs_a_reason_and_an_action_reaches_its_owner(
    open_page: Open, store: DecisionStore, home: PublishedHome
) -> None:
    page = open_page("counts", discrepancy=f"US02-C{home.last_day:%y%m%d}|SKU012|SN-LOST-0002")
    box(page, "Your name").set_value("Ada").run()
    press(page, "Reject")
    assert "needs a reason in words" in page.html and store.since(0) == []
    box(page, "Reason").input("It was seen on Monday.")
    press(page, "Reject")
    assert "rejected the cause true loss, gave unknown" in page.html
    box(page, "What has to be done").input("Search the vault.")
    box(page, "Owner").input("Bea Brook")
    press(page, "Keep this action")
    assert "It is on its owner&#x27;s list" in page.html
    assert [d.kind for d in store.since(0)] == ["discrepancy_verdict", "action"]
    html = open_page("counts").html
    assert "Search the vault." in html and "Bea Brook" in html


def test_a_count_is_accepted_on_the_page(open_page: Open, store: DecisionStore) -> None:
    page = open_page("counts")
    name = page.html.partition("count=")[2].partition('"')[0].partition("&")[0]
    page = open_page("counts", count=name.partition("#")[0])
    box(page, "Your name").set_value("Ada").run()
    press(page, "Accept this count")
    [kept] = store.since(0)
    assert (kept.kind, kept.payload["verdict"]) == ("count_verdict", "accepted")


def test_a_run_without_counts_says_so(open_page: Open, tmp_path: Path) -> None:
    built = build(tmp_path)
    file = tmp_path / "published" / built.newest_run / "loupe.duckdb"
    with duckdb.connect(str(file)) as database:
        database.execute("drop table inventory.stock_accuracy")
    assert "does not publish counts yet" in open_page("counts", at=tmp_path).html

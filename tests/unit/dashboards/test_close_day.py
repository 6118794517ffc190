"""Closing a day: what stands in the way, who signed off, and who was quicker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboards.decisions import DecisionStore, Subject
from dashboards.questions import close_day, restatements
from dashboards.warehouse import Published, Run
from tests.browser.published_home import PublishedHome

Open = Callable[..., Any]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DecisionStore:
    """Decisions of this test only."""
    monkeypatch.setenv("LOUPE_DECISIONS_URL", f"sqlite:///{tmp_path / 'decisions.sqlite'}")
    return DecisionStore.open(tmp_path)


def moments(run: Run, home: PublishedHome) -> list[restatements.Moment]:
    return restatements.moments(run, Published(home.home).runs())


def act(store: DecisionStore, subject: Subject, kind: str, by: str = "Bea", **more: Any) -> None:
    seen = store.history(subject.subject_type, subject.subject_key)
    store.decide(
        **subject.named(),
        kind=kind,
        decided_by=by,
        seen_run_id="run_1",
        seen_sequence_no=len(seen),
        **more,
    )


def name_given(page: Any, name: str = "Ada") -> None:
    next(box for box in page.test.text_input if box.label == "Your name").set_value(name).run()


def press(page: Any, label: str) -> None:
    next(button for button in page.test.button if button.label.startswith(label)).click().run()
    assert not page.test.exception, page.test.exception


def test_each_store_knows_what_stands_in_its_way(run: Run, home: PublishedHome) -> None:
    day = close_day.day(run, home.last_day)
    states = {store.store_id: store.state for store in day.stores}
    assert states["US06"] == "closed"
    assert states["US04"] == "ready"
    assert states["US02"] == states["US05"] == "in_the_way"
    by_id = {store.store_id: store for store in day.stores}
    assert [b.check_id for b in by_id["US02"].blockers] == ["F4"]
    assert "10412-10414" in by_id["US02"].blockers[0].words
    assert [check["check_id"] for check in day.checks] == ["F1", "F4", "F7"]


def test_a_file_that_is_waited_for_stands_in_the_way() -> None:
    late = [{"dataset": "till_closings", "status": "late"}]
    [blocker] = close_day._blockers({}, late)
    assert (blocker.check_id, blocker.words) == (
        "F1",
        "Deliveries are waited for (till closings late)",
    )


def test_only_checks_that_block_or_fail_stand_in_the_way() -> None:
    def check(check_id: str, severity: str, passed: bool = False) -> dict[str, Any]:
        told = {"check_id": check_id, "severity": severity, "passed": passed}
        return told | {"fault": check_id, "detail": None}

    rows = [check("F9", "warn"), check("F19", "info"), check("F7", "error"), check("F2", "block")]
    rows.append(check("F4", "block", passed=True))
    found = close_day._blockers({row["check_id"]: row for row in rows}, [])
    assert [b.check_id for b in found] == ["F2", "F7"]


def test_a_gap_is_told_with_the_receipts_around_it(run: Run, home: PublishedHome) -> None:
    [gap] = close_day.gaps(run, home.last_day, ["US02"])
    assert (gap["first_missing"], gap["last_missing"], gap["register_id"]) == (10412, 10414, "R1")
    assert gap["before"]["number"] < 10412
    assert gap["before"]["at"] is None or gap["before"]["id"].startswith("US02")


def test_a_day_is_signed_off_and_shown_at_once_and_after_reload(
    open_page: Open, store: DecisionStore, home: PublishedHome
) -> None:
    page = open_page("close_day", store="US04")
    assert "0 of 5 open stores" in page.html
    name_given(page)
    press(page, "Sign off Design District")
    assert "✓ Kept." in page.html and "Ada signed off" in page.html
    [kept] = store.history("store_day", f"US04|{home.last_day}")
    assert (kept.decided_by, kept.seen_run_id) == ("Ada", home.newest_run)
    assert kept.payload["blockers"] == []
    again = open_page("close_day", store="US04")
    assert "1 of 5 open stores is signed off" in again.html
    assert f"On the figures of</dt><dd>{home.newest_run}" in again.html


def test_a_blocked_day_needs_the_override_and_its_reason(
    open_page: Open, store: DecisionStore, home: PublishedHome
) -> None:
    page = open_page("close_day", store="US02")
    sign = next(b for b in page.test.button if b.label.startswith("Sign off Rodeo"))
    assert sign.disabled
    assert "<b>F4</b> Receipt numbers are missing" in page.html
    name_given(page)
    next(c for c in page.test.checkbox if "in spite" in c.label).check().run()
    press(page, "Sign off Rodeo")
    assert "needs a reason" in page.html
    assert store.history("store_day", f"US02|{home.last_day}") == []
    next(a for a in page.test.text_area if a.label == "Reason").input("Seen with the store.")
    press(page, "Sign off Rodeo")
    [kept] = store.history("store_day", f"US02|{home.last_day}")
    assert kept.payload["override"] and kept.payload["blockers"] == ["F4"]
    assert "in spite of F4" in page.html


def test_nobody_signs_off_without_a_name(open_page: Open, store: DecisionStore) -> None:
    page = open_page("close_day", store="US04")
    press(page, "Sign off Design District")
    assert "Say first who you are" in page.html
    assert store.since(0) == []


def test_the_second_person_is_told_who_acted_meanwhile(
    open_page: Open, store: DecisionStore, home: PublishedHome
) -> None:
    page = open_page("close_day", store="US04")
    name_given(page)
    act(store, Subject.store_day("US04", home.last_day), "sign_off", payload={"blockers": []})
    press(page, "Sign off Design District")
    assert "↻ Somebody was quicker." in page.html
    assert "Bea signed off on" in page.html
    assert [d.decided_by for d in store.since(0)] == ["Bea"]


def test_all_that_is_ready_is_signed_off_at_once(
    open_page: Open, store: DecisionStore, home: PublishedHome
) -> None:
    page = open_page("close_day")
    name_given(page)
    press(page, "Sign off 3 store-days")
    assert sorted(d.store_id or "" for d in store.since(0)) == ["US01", "US03", "US04"]
    assert "3 of 5 open stores are signed off" in page.html


def test_a_sign_off_is_taken_back_with_a_reason(
    open_page: Open, store: DecisionStore, home: PublishedHome
) -> None:
    act(store, Subject.store_day("US04", home.last_day), "sign_off", payload={"blockers": []})
    page = open_page("close_day", store="US04")
    name_given(page)
    next(a for a in page.test.text_area if a.key.startswith("why_back")).input("Wrong day.")
    press(page, "Take it back")
    assert [d.kind for d in store.since(0)] == ["sign_off", "sign_off_withdrawn"]
    assert "0 of 5 open stores" in page.html


def test_a_gap_gets_its_reason(open_page: Open, store: DecisionStore, home: PublishedHome) -> None:
    page = open_page("close_day", store="US02")
    [fold] = [e for e in page.test.expander if "missing on" in e.label]
    assert fold.label.startswith("Rodeo Drive, register R1: 10412 to 10414 missing")
    assert "no reason yet" in fold.label
    name_given(page)
    next(r for r in page.test.radio if "missing" in r.label).set_value("other")
    press(page, "Keep this reason")
    assert "needs a reason in words" in page.html
    next(r for r in page.test.radio if "missing" in r.label).set_value("training")
    press(page, "Keep this reason")
    [kept] = store.since(0)
    assert (kept.kind, kept.payload) == ("gap_reason", {"gap_reason": "training"})
    [fold] = [e for e in page.test.expander if "missing on" in e.label]
    assert "★ training" in fold.label


def test_a_month_is_locked_as_this_run_knows_it(
    open_page: Open, store: DecisionStore, run: Run, home: PublishedHome
) -> None:
    page = open_page("close_day")
    name_given(page)
    press(page, "Lock ")
    [lock] = store.since(0)
    assert lock.payload == {"run_id": home.newest_run}
    assert f"./?run={home.newest_run}" in page.html
    [locked] = [m for m in close_day.months(run, [lock], moments(run, home)) if m.lock]
    assert f"{locked.first:%Y-%m}" == lock.subject_key
    assert locked.moved_since == 0


def test_what_moved_after_a_lock_is_counted(
    store: DecisionStore, run: Run, home: PublishedHome
) -> None:
    month = Subject.month(home.restated_day.replace(day=1))
    act(store, month, "month_lock", payload={"run_id": home.earlier_run})
    found = {m.first: m for m in close_day.months(run, store.since(0), moments(run, home))}
    assert found[home.restated_day.replace(day=1)].moved_since == 1


def test_nothing_is_decided_on_old_figures(
    open_page: Open, store: DecisionStore, home: PublishedHome
) -> None:
    day = home.last_day - timedelta(days=1)
    page = open_page("close_day", run=home.earlier_run, date=day.isoformat())
    labels = [button.label for button in page.test.button]
    assert not any(label.startswith(("Sign off", "Keep", "Take")) for label in labels)


def test_a_gap_of_a_counter_that_tills_share_names_no_till() -> None:
    gap = {"store_id": "S", "register_id": None, "receipt_series": None}
    gap |= {"first_missing": 7, "last_missing": 9, "business_date": None}
    assert Subject.receipt_gap(gap).subject_key == "S|||7|9"

"""The day of a boutique's coordinator: what waits, why, and for whom it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards import day_words
from dashboards.decisions import Decision
from dashboards.questions import my_day, my_day_goods, my_day_tasks
from dashboards.questions.my_day import Day, Item, Shop
from dashboards.questions.my_day_papers import Opening
from dashboards.questions.my_day_sections import Decided, days, paperwork_hour
from dashboards.warehouse import Run
from tests.browser import published_my_day as story
from tests.browser.published_home import PublishedHome, build

Open = Callable[..., Any]


@pytest.fixture
def next_day(home: PublishedHome) -> date:
    """The day after the newest business date, whatever hour it is now."""
    return home.last_day + timedelta(days=1)


def shop(store_id: str, today: date, ahead: int = 7) -> dict[str, Shop]:
    return {store_id: Shop(store_id, store_id, "America/Chicago", today, ahead)}


def the_day(run: Run, store: str, on: date, decided: Decided | None = None) -> Day:
    [(day, _)] = days(run, [store], on, decided)
    return day


def items(day: Day, name: str) -> list[Item]:
    found = next(section for section in day.sections if section.name == name).items
    assert found is not None
    return found


def test_the_day_is_the_boutiques_own() -> None:
    moment = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    assert my_day.local_day(moment, "America/New_York") == date(2026, 11, 19)
    assert my_day.local_day(moment, "Europe/Paris") == date(2026, 11, 20)
    assert my_day.local_day(moment, "Nowhere/Atall") == date(2026, 11, 20)


def test_a_day_is_overdue_today_coming_or_later() -> None:
    own = shop("A", date(2026, 11, 20))["A"]
    assert my_day.dated(date(2026, 11, 18), own) == ("overdue", 2)
    assert my_day.dated(date(2026, 11, 20), own) == ("today", 0)
    assert my_day.dated(date(2026, 11, 27), own) == ("coming", 7)
    assert my_day.dated(date(2026, 11, 28), own)[0] == "later"
    assert my_day.dated(None, own)[0] == "later"


def test_what_has_arrived_in_part_says_how_much_is_on_the_way(run: Run, next_day: date) -> None:
    found = my_day_goods.in_transit(run, shop("US03", next_day))
    assert found is not None
    receive, sent = found
    assert sent == []
    late, new = receive
    assert (late.what, late.is_late, late.is_open) == ("TR-LATE", True, True)
    assert late.why.startswith("partly received, 1 of 3 still on the way; expected ")
    assert "7 business days ago, and 2 are waited" in late.why
    assert late.status is day_words.OVERDUE
    # What is on the way and not due is good to know, and nothing to do.
    assert (new.what, new.is_open, new.status) == ("TR-NEW", False, day_words.MOVING)


def test_the_sender_sees_what_is_open(run: Run, next_day: date) -> None:
    found = my_day_goods.in_transit(run, shop("US01", next_day))
    assert found is not None
    assert found[0] == []
    assert [item.what for item in found[1]] == ["TR-LATE", "TR-NEW"]
    assert "to Oak Street" in found[1][0].about


def test_a_clients_piece_says_so_and_names_nobody(run: Run, next_day: date) -> None:
    found = my_day_goods.repairs(run, shop("US03", next_day))
    assert found is not None
    [soon] = found
    assert soon.about == "client-owned: SN-12, at workshop"
    assert soon.why.startswith("promised for ")
    assert soon.status is day_words.COMING and not soon.is_open
    assert "C-12" not in f"{soon.what}{soon.about}{soon.why}"
    assert my_day_goods.repairs(run, shop("US03", next_day, ahead=1)) == []
    [late] = my_day_goods.repairs(run, shop("US03", next_day + timedelta(days=4))) or []
    assert late.is_late and "2 days late" in late.why


def test_a_memo_that_is_overdue_says_so_once(run: Run, next_day: date) -> None:
    [memo] = my_day_goods.consignments(run, shop("US02", next_day)) or []
    assert memo.is_late
    assert memo.why.endswith("3 days overdue; no signed memo")
    assert memo.about == "SKU003 SN-3, with a client"


def test_a_piece_held_too_long_is_listed(run: Run, next_day: date) -> None:
    found = my_day_goods.reservations(run, shop("US01", next_day))
    assert found is not None
    [held], number = found
    assert (held.what, number) == ("SKU005 SN-5", {"US01": 1})
    assert "or before" in held.about


def test_a_count_says_why_it_is_on_the_list(run: Run, home: PublishedHome, next_day: date) -> None:
    found = my_day_tasks.counts(run, shop("US03", next_day), [])
    [count] = [i for i in found or [] if i.what == story.OVERDUE]
    late = (next_day - story.count_due(home.last_day)).days
    assert count.why == f"{late} days overdue; not counted for 61 days; 240 thousand USD at cost"
    assert count.leads_to == ("count_sheet", {"store": "US03", "task": f"{story.OVERDUE}|1"})
    [planned] = my_day_tasks.counts(run, shop("US02", next_day), []) or []
    assert (planned.status, planned.is_open) == (day_words.COMING, False)
    assert my_day_tasks.counts(run, shop("US02", next_day, ahead=1), []) == []


def decision(kind: str, store: str, **payload: Any) -> Decision:
    return Decision(
        decision_no=1,
        decision_id="D-1",
        decided_at=datetime(2026, 11, 1),
        decided_by="Ann",
        kind=kind,
        subject_type="store",
        subject_key=store,
        store_id=store,
        business_date=None,
        sequence_no=1,
        reason="",
        payload=payload,
        seen_run_id="r",
    )


def test_an_action_comes_and_goes_with_what_people_decide(run: Run, next_day: date) -> None:
    shops = shop("US02", next_day)
    [late] = my_day_tasks.actions(run, shops, [], live=True) or []
    assert late.is_late and late.why.endswith("2 days overdue")
    asked = decision("action", "US02", text="Train", owner="Bo", due_on=next_day.isoformat())
    found = my_day_tasks.actions(run, shops, [asked], live=True) or []
    assert [i.what for i in found if i.status is day_words.TODAY] == ["Train"]
    done = decision("action_done", "US02", action_id="A-1", proof="TR-7")
    assert my_day_tasks.actions(run, shops, [done], live=True) == []
    assert my_day_tasks.actions(run, shops, [done], live=False) == [late]


def test_the_checks_that_fail_open_the_day(run: Run, home: PublishedHome) -> None:
    [(day, opening)] = days(run, ["US02"], home.last_day)
    [failed] = items(day, "checks")
    assert (failed.what, failed.about, failed.is_late) == (
        "F4",
        "Receipt numbers are missing",
        True,
    )
    assert (opening.status, opening.balanced) == ("blocked", True)
    [(quiet, opening)] = days(run, ["US01"], home.last_day)
    assert items(quiet, "checks") == []
    assert (opening.status, opening.made) == ("complete", 3)
    [(_, closed)] = days(run, ["US06"], home.last_day)
    assert closed.is_closed


def test_paperwork_is_what_is_not_in(run: Run, home: PublishedHome) -> None:
    owed = items(the_day(run, "US05", home.last_day), "paperwork")
    assert owed[0].what == "Sales lines, tenders and till closings"
    assert owed[0].is_late
    papers = items(the_day(run, "US02", home.last_day), "paperwork")
    said = {item.what: item for item in papers}
    assert said["US02-EXPORT"].about == "export sale: airway bill is missing"
    assert said["US02-EXPORT"].leads_to == ("receipts", {"receipt": "US02-EXPORT"})
    assert any(what.startswith("Sign-off of ") for what in said)
    assert paperwork_hour(run) == "20:00"


def test_a_day_signed_off_since_the_run_asks_for_nothing(run: Run, home: PublishedHome) -> None:
    before = items(the_day(run, "US01", home.last_day), "paperwork")
    assert [i.status for i in before if i.what.startswith("Sign-off")] == [day_words.TO_SIGN]
    signed = replace(
        decision("sign_off", "US01"),
        decided_at=run.run_at.replace(tzinfo=None) + timedelta(minutes=5),
        subject_type="store_day",
        business_date=home.last_day,
    )
    after = the_day(run, "US01", home.last_day, Decided(store_days=[signed]))
    assert not [i for i in items(after, "paperwork") if i.what.startswith("Sign-off")]


def test_late_things_come_first_and_are_counted(run: Run, home: PublishedHome) -> None:
    day = the_day(run, "US03", home.last_day)
    assert {item.store_id for section in day.sections for item in section.items or []} == {"US03"}
    assert day.late and len(day.late) <= len(day.open)
    first = items(day, "receive")[0]
    assert first.is_late


def test_the_page_of_one_boutique_answers_first(open_page: Open, home: PublishedHome) -> None:
    page = open_page("my_day", stores="US03")
    assert page.title == "My day"
    html = page.html
    assert "to do</b> in Oak Street on " in html
    assert "Begin with " in html
    for title in (*my_day.SECTIONS.values(),):
        assert title in html
    assert "Paperwork by 20:00" in html
    assert "partly received, 1 of 3 still on the way" in html
    assert "client-owned: SN-12" in html and "C-12" not in html
    assert "Most worth counting next: Salon Rings (not counted for 33 days;" in html
    assert "./count_sheet?" in html and "task=US03-C-OVERDUE%7C1" in html
    drawn = [html.index(f"<h3>{title}") for title in my_day.SECTIONS.values()]
    assert drawn == sorted(drawn)


def test_several_boutiques_ask_which_one(open_page: Open) -> None:
    html = open_page("my_day").html
    assert "Which boutique is yours?" in html
    assert "6 boutiques have " in html
    assert 'href="./my_day?stores=US03"' in html
    assert "Opening checks" not in html


def test_a_coordinator_sees_their_own_boutique_only(
    open_page: Open, kept_to: Callable[..., None]
) -> None:
    kept_to("US02")
    html = open_page("my_day").html
    assert "in Rodeo Drive on " in html
    assert "C-77" not in html and "with a client" in html
    other = open_page("my_day", stores="US03").html
    assert "in Rodeo Drive on " in other and "US03-C-OVERDUE" not in other
    kept_to("US02", "US04")
    html = open_page("my_day").html
    assert "2 boutiques have " in html and "Oak Street" not in html


def test_the_spreadsheet_names_no_client(run: Run, home: PublishedHome) -> None:
    from dashboards.parts.my_day import sheet

    made = sheet(the_day(run, "US02", home.last_day))
    assert "C-77" not in str(made.rows)
    assert {row["section"] for row in made.rows} <= set(my_day.SECTIONS.values())


def test_an_older_run_says_what_it_does_not_publish(tmp_path: Path, open_page: Open) -> None:
    old = build(tmp_path)
    with duckdb.connect(str(tmp_path / "published" / old.newest_run / "loupe.duckdb")) as db:
        for table in (
            "inventory.transfers_in_transit",
            "inventory.open_consignments",
            "inventory.open_repairs",
            "inventory.reservations",
            "inventory.actions",
            "inventory.day_limits",
            "inventory.count_suggestions",
            "core.fct_count_plans",
            "finance.check_findings",
        ):
            db.execute(f"drop table {table}")
    html = open_page("my_day", at=tmp_path, stores="US03").html
    for what in ("goods in transit", "consignments", "repairs", "reservations", "actions"):
        assert f"This run does not publish {what} yet." in html
    assert "This run does not publish planned counts yet." in html
    assert "<h3>Paperwork</h3>" in html


def test_a_quiet_day_is_said() -> None:
    from dashboards.parts.my_day import lead

    own = Shop("A", "Madison <Avenue>", "UTC", date(2026, 11, 20))
    opening = Opening(date(2026, 11, 19), "complete", 20, [], True, 0)
    said = lead(Day(own), opening)
    assert said == (
        "<b>Nothing waits for you</b> in Madison &lt;Avenue&gt; on Fri 20 Nov 2026."
        " Thu 19 Nov is complete, and balances."
    )
    off = replace(opening, unbalanced=["F7"], balanced=False)
    assert "does not balance (F7)" in lead(Day(own), off)


def test_units_that_are_no_whole_ones_are_said_as_they_are(run: Run, next_day: date) -> None:
    line = {
        "transfer_id": "T",
        "transit_id": "T|I|",
        "item_id": "I",
        "serial_number": None,
        "sender_store_name": None,
        "in_transit_units": Decimal("1.5"),
        "status": "in_transit",
        "is_overdue": False,
        "expected_on": None,
        "has_alarm": False,
        "alarm_reason": None,
        "whole": {},
    }
    item = my_day_goods._transfer([line], shop("US03", next_day)["US03"], "from")
    assert item.about == "1.5 units: I, from an unknown place"
    assert item.why == "no day was promised"

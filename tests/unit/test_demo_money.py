"""The money of a world without planted errors: it all arrives, and the books say the same."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.demo import bank_days, write_network
from tests.unit.demo_reading import by, dataset, money, paid_total

UNTIL = date(2026, 1, 30)  # over a New Year, with Christmas and King's day


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    write_network(
        folder / "landing", folder / "truth.json", stores=4, days=45, until=UNTIL, seed=5,
        plant_errors=False,
    )  # fmt: skip
    return folder / "landing"


def _completed(landing: Path) -> set[str]:
    return {
        row["transaction_id"]
        for row in dataset(landing, "sales_lines")
        if row["transaction_status"] == "completed"
    }


def _bank_days_between(start: date, end: date) -> int:
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(map(bank_days.is_bank_day, days))


def test_banks_keep_the_holidays_of_the_federal_reserve() -> None:
    # https://www.frbservices.org/about/holiday-schedules
    told = "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25"
    weekdays = {day for day in bank_days.bank_holidays(2026) if day.weekday() < 5}
    assert weekdays == {date.fromisoformat(f"2026-{day}") for day in told.split()}
    # A Sunday's holiday is kept on Monday (2023), a Saturday's not at all (2026: July 4).
    assert not bank_days.is_bank_day(date(2023, 1, 2))
    assert bank_days.is_bank_day(date(2026, 7, 3))
    assert bank_days.after(date(2026, 1, 16), 1) == date(2026, 1, 20)


def test_each_card_payment_is_settled_once_within_three_bank_days(landing: Path) -> None:
    completed = _completed(landing)
    where = ("store_id", "business_date", "card_last_four", "tender_amount")
    waiting = by(
        (
            row
            for row in dataset(landing, "tenders")
            if row["tender_type"] == "card" and row["transaction_id"] in completed
        ),
        *where,
    )
    refunds = without_code = 0
    for row in dataset(landing, "card_settlements"):
        key = row["store_id"], row["captured_on"], row["card_last_four"], row["gross_amount"]
        tender = waiting[key].pop()
        if row["authorization_code"]:
            assert row["authorization_code"] == tender["authorization_code"]
        without_code += not row["authorization_code"]
        assert money(row["net_amount"]) == money(row["gross_amount"]) - money(row["fee_amount"])
        assert money(row["fee_amount"]) >= 0
        captured, settled = (date.fromisoformat(row[n]) for n in ("captured_on", "settled_on"))
        assert bank_days.is_bank_day(settled) and settled <= UNTIL
        assert 1 <= _bank_days_between(captured, settled) <= 3
        refunds += money(row["gross_amount"]) < 0
    still = [row for rows in waiting.values() for row in rows]
    assert refunds and without_code and still
    assert all(row["business_date"] >= "2026-01-27" for row in still)


def test_every_bag_holds_what_the_tills_set_aside_and_is_credited(landing: Path) -> None:
    banked = {
        key: sum(money(row["banked_amount"]) for row in rows)
        for key, rows in by(dataset(landing, "till_closings"), "store_id", "business_date").items()
    }
    latest = {row["deposit_id"]: row for row in dataset(landing, "bank_deposits")}
    bags = {
        (row["store_id"], row["business_date"]): money(row["deposited_amount"])
        for row in latest.values()
    }
    assert bags == {key: amount for key, amount in banked.items() if amount}
    for row in latest.values():
        if not row["credited_on"]:
            assert row["business_date"] >= "2026-01-26"
            continue
        assert row["credited_amount"] == row["deposited_amount"]
        days = (date.fromisoformat(row[name]) for name in ("business_date", "credited_on"))
        assert 1 <= _bank_days_between(*days) <= 3


def test_the_drawer_is_continuous_and_its_cash_is_all_there(landing: Path) -> None:
    closings = [row for row in dataset(landing, "till_closings") if row["tender_type"] == "cash"]
    assert any(money(row["paid_out"]) for row in closings)
    assert any(money(row["paid_in"]) for row in closings)
    for rows in by(closings, "store_id", "register_id").values():
        left = money("500")
        for row in sorted(rows, key=lambda r: r["business_date"]):
            assert money(row["opening_float"]) == left
            moved = money(row["paid_in"]) - money(row["paid_out"])
            expected = left + money(row["declared_amount"]) + moved
            assert money(row["counted_amount"]) == expected
            left = expected - money(row["banked_amount"])


def test_the_journal_tells_what_the_closing_tells(landing: Path) -> None:
    moved = {
        key: sum(money(row["amount"]) for row in rows)
        for key, rows in by(
            dataset(landing, "till_events"),
            "store_id", "register_id", "business_date", "event_type",
        ).items()
    }  # fmt: skip
    assert any(key[3] == "drawer_opened" for key in moved)
    kinds = {
        "float_set": "opening_float", "pick_up": "banked_amount",
        "paid_in": "paid_in", "paid_out": "paid_out",
    }  # fmt: skip
    for row in dataset(landing, "till_closings"):
        if row["tender_type"] == "cash":
            till = row["store_id"], row["register_id"], row["business_date"]
            for kind, column in kinds.items():
                assert moved.get((*till, kind), 0) == money(row[column])


def test_the_ledger_books_what_the_tills_rang(landing: Path) -> None:
    completed = _completed(landing)
    day = ("store_id", "business_date")
    sales = by(
        (
            row
            for row in dataset(landing, "sales_lines")
            if row["transaction_id"] in completed and row["is_voided_line"] != "true"
        ),
        *day,
    )
    paid = by(
        (row for row in dataset(landing, "tenders") if row["transaction_id"] in completed),
        *day,
        "tender_type",
    )
    booked = by(dataset(landing, "ledger_postings"), *day)
    assert booked.keys() == by(dataset(landing, "till_closings"), *day).keys()
    for key, rows in booked.items():
        by_kind = by(rows, "account_kind")
        goods = (r for r in sales.get(key, []) if r["line_type"] in ("merchandise", "service"))
        (revenue,) = by_kind["net_sales",]
        assert money(revenue["amount"]) == sum(money(row["net_amount"]) for row in goods)
        tax = sum(money(row["tax_amount"]) for row in sales.get(key, []))
        assert sum(money(row["amount"]) for row in by_kind.get(("sales_tax",), [])) == tax
        for row in by_kind.get(("tender",), []):
            assert money(row["amount"]) == paid_total(paid[(*key, row["tender_type"])])


def test_special_sales_have_their_papers(landing: Path) -> None:
    sold = by(dataset(landing, "sales_lines"), "transaction_id")
    held = by(dataset(landing, "sale_documents"), "transaction_id")
    special = {
        key[0]
        for key, rows in sold.items()
        if rows[0]["transaction_status"] == "completed"
        and (rows[0]["tax_exemption"] != "none" or rows[0]["sale_channel"] == "distance")
        and not any(row["original_transaction_id"] for row in rows)
    }
    assert special == {key[0] for key in held}
    assert all(row["received_on"] and row["reference"] for rows in held.values() for row in rows)

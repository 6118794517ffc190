"""Money that is not where it should be is found, and keeps no figures from being published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dashboards.questions import close_day
from dashboards.warehouse import Published, Run
from pipelines.settings import Home
from tests.street import files
from tests.street.files import Receipt
from tests.street.town import Children, Town

DAY = date(2026, 3, 2)
NEXT = DAY + timedelta(days=1)
"""LAX has closed by then."""


def settled(
    code: str, store: str, gross: int, on: date, currency: str = "USD"
) -> dict[str, object]:
    """A settled card operation without fee."""
    return {
        "settlement_id": f"{store}-{code}-{gross}",
        "store_id": store,
        "authorization_code": code,
        "captured_on": on,
        "gross_amount": f"{gross}.00",
        "net_amount": f"{gross}.00",
        "settled_on": on,
        "currency": currency,
    }


def drop(town: Town, store: str, day: date, *told: tuple[Receipt, str, str]) -> None:
    """A store-day of receipts, each with its authorization code and currency."""
    rung = [receipt for receipt, _, _ in told]
    for dataset, text in (
        ("sales_lines", files.sales(store, day, rung)),
        ("tenders", files.tenders(store, day, rung)),
    ):
        head, *lines = text.splitlines()
        lines = [
            f"{line.replace('USD', currency)},{code}"
            for line, (_, code, currency) in zip(lines, told, strict=True)
        ]
        column = "authorization_code" if dataset == "tenders" else "return_reason"
        town.drop(
            f"{dataset}_{store}_{day:%Y%m%d}.csv", "\n".join([f"{head},{column}", *lines, ""])
        )


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, children: Children) -> Run:
    """Two stores, three store-days, one run."""
    town = Town(Home(tmp_path_factory.mktemp("odd")), children)
    rows = files.stores().splitlines()
    rows = [f"{row},{DAY if row.startswith('LAX') else ''}" for row in rows[1:]]
    head = files.stores().splitlines()[0]
    town.drop("stores_20260301.csv", "\n".join([f"{head},closed_on", *rows, ""]))
    town.drop("items_20260301.csv", files.items())
    drop(
        town,
        "NYC",
        DAY,
        (Receipt(1, "RING-1", 12000), "A1", "USD"),
        (Receipt(2, "RING-1", 12000), "A2", "EUR"),
    )
    first = files.sales("NYC", DAY, [Receipt(1, "RING-1", 12000)])
    again = files.sales("NYC", NEXT, [Receipt(3, "RING-1", 12000)])
    repeated = first.splitlines()[1].replace(f"{DAY}", f"{NEXT}", 1)
    town.drop(f"sales_lines_NYC_{NEXT:%Y%m%d}.csv", f"{again}{repeated}\n")
    town.drop(
        f"tenders_NYC_{NEXT:%Y%m%d}.csv",
        files.tenders("NYC", NEXT, [Receipt(3, "RING-1", 12000)]),
    )
    drop(town, "LAX", DAY, (Receipt(1, "RING-1", 12000), "B1", "USD"))
    town.drop(
        "card_settlements_20260303.csv",
        files.table(
            [
                settled("A1", "NYC", 12000, DAY, "EUR"),
                settled("B1", "LAX", 12000, DAY),
                settled("B9", "LAX", 777, NEXT),
            ]
        ),
    )
    outcome = town.run()
    assert outcome.folder, outcome.message
    return Published(town.home.root).newest()


def found(run: Run, check_id: str, store: str, day: date) -> list[str]:
    rows = run.ask(
        "select subject from finance.check_findings"
        " where check_id = ? and store_id = ? and business_date = ? order by 1",
        [check_id, store, day],
    )
    return [row["subject"] for row in rows]


def test_what_was_settled_for_a_closed_store_is_shown_and_blocks_no_publish(odd: Run) -> None:
    assert found(odd, "F13", "LAX", NEXT) == ["settlement|LAX-B9-777"]
    told = close_day.day(odd, NEXT, ["LAX"])
    [lax] = told.stores
    assert (lax.state, lax.is_open, lax.can_be_signed) == ("unowed", False, False)
    assert [blocker.check_id for blocker in lax.blockers] == ["F13"]


def test_amounts_in_another_currency_than_the_store_counts_in_are_found(odd: Run) -> None:
    assert found(odd, "F20", "NYC", DAY) == ["NYC-260302-2 in EUR", "NYC-260302-2 paid in EUR"]


def test_a_payment_is_not_settled_in_another_currency(odd: Run) -> None:
    rows = odd.ask(
        "select settlement_id, status from finance.card_reconciliation"
        " where settlement_id is not null order by 1"
    )
    assert [(row["settlement_id"], row["status"]) for row in rows] == [
        ("LAX-B1-12000", "matched"),
        ("LAX-B9-777", "unmatched_settlement"),
        ("NYC-A1-12000", "unmatched_settlement"),
    ]


def test_a_receipt_that_comes_again_on_the_next_day_is_found(odd: Run) -> None:
    assert found(odd, "F5", "NYC", NEXT) == ["receipt NYC-260302-1"]
    assert found(odd, "F5", "NYC", DAY) == []

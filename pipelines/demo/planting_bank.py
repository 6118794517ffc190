"""Errors of bank, card processor and ledger: money that does not come, or comes as another sum."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from pipelines.demo import bank_days, banking, money
from pipelines.demo.banking import Operation
from pipelines.demo.labels import Label, Scene, card, tender_balance


def bag_short(scene: Scene) -> Label | None:
    """The bank counted less than the store."""
    bag = scene.day.bag
    if bag is None or bag.amount < 20_00:
        return None
    off = scene.rng().randrange(5_00, 15_00)
    bag.credited -= off
    return _bag(scene, bag.credits_on, "short", credit_difference=money.written(-off))


def bag_differs(scene: Scene) -> Label | None:
    """The store put less into the bag than its tills had set aside."""
    bag = scene.day.bag
    if bag is None or bag.amount < 20_00:
        return None
    off = scene.rng().randrange(5_00, 15_00)
    bag.amount -= off
    bag.credited -= off
    label = _bag(scene, bag.day, "short", bag_difference=money.written(-off))
    # What a bag is off by stands with the till that put most into it.
    cash = [one for one in scene.exports["till_closings"].rows if one.tender_type == "cash"]
    till = min(cash, key=lambda one: (-money.read(one.banked_amount), one.register_id))
    label.expected.append(
        tender_balance(scene.error, till.register_id, "cash", deposited_difference=-off)
    )
    return label


def bag_late(scene: Scene) -> Label | None:
    """Taken to the bank, and never credited."""
    bag = scene.day.bag
    if bag is None:
        return None
    label = _bag(scene, bag.credits_on, "late")
    bag.credits_on = None
    return label


def bag_missing(scene: Scene) -> Label | None:
    """Cash was set aside, and no bag was ever taken to the bank."""
    if scene.day.bag is None or not scene.had_bags:  # before its first bag a store owes none
        return None
    scene.day.bag = None
    return _bag(scene, scene.error.day, "no_bag")


def _bag(scene: Scene, told_on: date | None, status: str, **values: object) -> Label:
    return Label(
        scene.network_file("bank_deposits", told_on),
        [
            scene.failed("F12"),
            scene.row("finance.deposit_reconciliation", {}, status=status, **values),
        ],
    )


def card_not_settled(scene: Scene) -> Label | None:
    """A card payment the processor knows nothing of."""
    receipt = scene.first_sale()
    gone = _operation(scene)
    scene.day.operations.remove(gone)
    gross = money.written(receipt.total)
    label = _card(
        scene,
        gone.settles_on,
        scene.day.operations,
        receipt.transaction_id,
        status="unmatched_tender",
        tender_amount=gross,
    )
    label.expected.append(tender_balance(scene.error, receipt.register_id, "card"))
    return label


def card_unknown(scene: Scene) -> Label | None:
    """The processor settled what no till took."""
    rng = scene.rng()
    gross = rng.randrange(200_00, 4_000_00)
    one = Operation(
        f"PSP{rng.randrange(10**15):015d}", scene.error.store_id, f"{rng.randrange(10**6):06d}",
        f"{rng.randrange(10**4):04d}", scene.error.day, gross, gross // 50,
        bank_days.after(scene.error.day, 1), "VI",
    )  # fmt: skip
    return _card(
        scene,
        one.settles_on,
        [*scene.day.operations, one],
        one.settlement_id,
        status="unmatched_settlement",
        gross_amount=money.written(gross),
    )


def card_amount_differs(scene: Scene) -> Label | None:
    """Settled with another amount than was taken, under the same authorisation."""
    one = _operation(scene)
    off = min(scene.rng().randrange(1_00, 90_00), one.gross // 3)
    other = replace(
        one, gross=one.gross - off, authorization=scene.first_sale().payments[0].authorization
    )
    rest = [settled for settled in scene.day.operations if settled is not one]
    label = _card(
        scene,
        one.settles_on,
        [*rest, other],
        one.settlement_id,
        status="amount_differs",
        difference=money.written(-off),
    )
    register = scene.first_sale().register_id
    label.expected.append(tender_balance(scene.error, register, "card", settled_difference=-off))
    return label


def card_chargeback(scene: Scene) -> Label | None:
    """Weeks later the client's bank takes the money back."""
    one = _operation(scene)
    rng = scene.rng()
    captured_on = bank_days.after(scene.error.day, 7)
    back = replace(
        one,
        settlement_id=f"PSP{rng.randrange(10**15):015d}",
        authorization=scene.first_sale().payments[0].authorization,
        gross=-one.gross,
        fee=15_00,
        captured_on=captured_on,
        settles_on=bank_days.after(captured_on, 1),
    )
    label = _card(
        scene,
        back.settles_on,
        [*scene.day.operations, back],
        back.settlement_id,
        status="chargeback",
        gross_amount=money.written(back.gross),
    )
    return replace(label, expected=label.expected[1:])  # the day's own payment was settled


def _card(
    scene: Scene, told_on: date, operations: list[Operation], subject: str, **values: str
) -> Label:
    """`subject` is the operation, or the receipt where there is none."""
    scene.day.operations = operations
    return Label(
        scene.network_file("card_settlements", told_on),
        [scene.failed("F13"), card(scene.error, subject, **values)],
        {"subject": subject},
    )


def _operation(scene: Scene) -> Operation:
    """What the processor made of the first sale, which was paid by one card."""
    return banking.settled(scene.day.operations, scene.first_sale().payments[0])


def ledger_differs(scene: Scene) -> Label | None:
    """Somebody typed another amount into the ledger, or booked the whole day twice."""
    rng = scene.rng()
    at = rng.randrange(len(scene.day.postings))
    row = scene.day.postings[at]
    off = rng.randrange(1_00, 2_000_00)
    told = money.written(money.read(row.amount) + off)
    scene.day.postings[at] = row._replace(
        amount=told, posted_on=(scene.error.day + timedelta(days=2)).isoformat()
    )
    return Label(
        scene.network_file("ledger_postings"),
        [scene.failed("F14")],
        {
            "posting_id": row.posting_id,
            "account_kind": row.account_kind,
            "old_value": row.amount,
            "new_value": told,
        },
    )

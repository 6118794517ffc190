"""Acts of people at the till that somebody should look at, each on its own."""

from __future__ import annotations

from pipelines.demo import money
from pipelines.demo.labels import Expected, Label, Scene, replaced
from pipelines.demo.planting_receipts import before_opening, rung_at
from pipelines.demo.receipts import Receipt
from pipelines.demo.rows import TillEvent

_HALF_AN_HOUR = 30


def post_void(scene: Scene) -> Label | None:
    """Closed, paid, and cancelled afterwards."""
    return _spoilt(scene, "X2")


def employee_discount(scene: Scene) -> Label | None:
    """An employee's purchase, cheaper than the policy allows."""
    return _spoilt(scene, "X9")


def below_cost(scene: Scene) -> Label | None:
    """Sold for less than it cost, and so for less than half of its price."""
    label = _spoilt(scene, "X16")
    if label:
        about = scene.first_sale().transaction_id
        label.expected += [scene.failed("F20"), scene.finding("F20", transaction_id=about)]
    return label


def gift_card_unpaid(scene: Scene) -> Label | None:
    """A gift card was handed out, and nobody paid for it."""
    label = _spoilt(scene, "X12")
    if label:
        label.file_name = scene.file("tenders")
        receipt = _first(scene)
        about = {"transaction_id": receipt.transaction_id}
        label.expected += [
            scene.failed("F7"),
            scene.row(
                "finance.unbalanced_transactions",
                about,
                lines_total=money.written(receipt.total),
                tenders_total="0.00",
            ),
            scene.row("finance.payment_oddities", {"kind": "receipt_without_payment", **about}),
        ]
    return label


def override_before_opening(scene: Scene) -> Label | None:
    """A price typed by hand, far below the list, before the doors were open."""
    if not scene.first_sale().is_spoilt:
        return None
    receipt = scene.first_sale()
    rung_at(scene, receipt.transaction_id, before_opening(scene, _HALF_AN_HOUR))
    note = "price typed by hand outside opening hours"
    return _about(scene, receipt, [_event(scene, "X8", receipt.transaction_id, note=note)])


def tender_changed(scene: Scene) -> Label | None:
    """After the receipt was closed, its card payment was turned into cash."""
    receipt = scene.first_sale()
    amount = money.written(receipt.total)
    _journal(scene, "tender_changed", receipt, amount, "card", "cash")
    return _journal_label(scene, "X11", receipt)


def seller_changed(scene: Scene) -> Label | None:
    """After the receipt was closed, the sale was given to another seller."""
    receipt = scene.first_sale()
    other = next(one for one in scene.staff if one != receipt.associate)
    _journal(scene, "associate_changed", receipt, "", receipt.associate, other)
    return _journal_label(scene, "X18", receipt)


def refund_without_receipt(scene: Scene) -> Label | None:
    """A piece was taken back, and nobody asked for the receipt that sold it."""
    found = _returned(scene)
    if found is None:
        return None
    receipt = found
    export = scene.exports["sales_lines"]
    export.rows = [
        one._replace(original_transaction_id="")
        if one.transaction_id == receipt.transaction_id
        else one
        for one in scene.edit("sales_lines")
    ]
    about = {"transaction_id": receipt.transaction_id}
    odd = scene.row("finance.payment_oddities", {"kind": "refund_without_original", **about})
    return _about(scene, receipt, [_event(scene, "X5", receipt.transaction_id), odd])


def self_refund(scene: Scene) -> Label | None:
    """Whoever sold it took it back."""
    receipt = _returned(scene)
    if receipt is None:
        return None
    seller = next(line.sold_by for line in receipt.lines if line.returns)
    export = scene.exports["sales_lines"]
    match = {"transaction_id": receipt.transaction_id}
    export.rows = replaced(scene.edit("sales_lines"), match, operator_id=seller)
    return _about(scene, receipt, [_event(scene, "X6", receipt.transaction_id)])


def _first(scene: Scene) -> Receipt:
    """The receipt that was spoilt, whatever became of it."""
    return scene.day.receipts[0]


def _returned(scene: Scene) -> Receipt | None:
    """The first return of the day that gives back one line, and nothing else."""
    for receipt in scene.day.receipts:
        if receipt.counts and len(receipt.lines) == 1 and receipt.lines[0].returns:
            return receipt
    return None


def _journal(scene: Scene, kind: str, receipt: Receipt, amount: str, old: str, new: str) -> None:
    day = scene.error.day
    scene.day.events.append(
        TillEvent(
            f"{scene.error.store_id}-{receipt.register_id}-{day:%Y%m%d}-J90",
            scene.error.store_id, receipt.register_id, day.isoformat(),
            scene.place.stamp(receipt.at), kind, receipt.transaction_id, amount,
            receipt.operator, old, new, "client asked",
        )
    )  # fmt: skip


def _journal_label(scene: Scene, rule: str, receipt: Receipt) -> Label:
    label = _about(scene, receipt, [_event(scene, rule, receipt.transaction_id)])
    label.file_name = scene.network_file("till_events")
    return label


def _spoilt(scene: Scene, rule: str) -> Label | None:
    receipt = _first(scene)
    if not receipt.is_spoilt:
        return None
    return _about(scene, receipt, [_event(scene, rule, receipt.transaction_id)])


def _about(scene: Scene, receipt: Receipt, expected: list[Expected]) -> Label:
    details = {"transaction_id": receipt.transaction_id}
    return Label(scene.file("sales_lines"), expected, details)


def _event(scene: Scene, rule: str, transaction_id: str, **values: str) -> Expected:
    key = {"rule_id": rule, "transaction_id": transaction_id}
    return scene.row("kpi.exception_events", key, **values)

"""Errors of receipts: unpaid, untaxed, out of time, priced wrongly, sold but not moved."""

from __future__ import annotations

from datetime import timedelta

from pipelines.demo import banking, money
from pipelines.demo.labels import Expected, Label, Scene, card, replaced, tender_balance
from pipelines.demo.trading import hours


def line_mismatch(scene: Scene) -> Label | None:
    """Quantity, price and discount do not come to the amount of the line."""
    receipt = scene.first_sale()
    line = receipt.piece
    if line is None or line.is_override or line.reason:  # its price says nothing else
        return None
    off = scene.rng().randrange(1_00, 90_00)
    match = {
        "transaction_id": receipt.transaction_id,
        "line_number": receipt.lines.index(line) + 1,
    }
    export = scene.exports["sales_lines"]
    told = money.written(line.discount + off)
    export.rows = replaced(scene.edit("sales_lines"), match, discount_amount=told)
    return _about(scene, "F6", old_value=money.written(line.discount), new_value=told)


def receipt_unpaid(scene: Scene) -> Label | None:
    """The payment of a receipt did not come with the others; the processor did settle it."""
    receipt = scene.first_sale()
    export = scene.exports["tenders"]
    rows = scene.edit("tenders")
    export.rows = [one for one in rows if one.transaction_id != receipt.transaction_id]
    total = receipt.total
    unbalanced = scene.row(
        "finance.unbalanced_transactions",
        {"transaction_id": receipt.transaction_id},
        lines_total=money.written(total),
        tenders_total="0.00",
    )
    balance = tender_balance(scene.error, receipt.register_id, "card", declared_difference=total)
    failed = [scene.failed(check) for check in ("F7", "F8", "F13", "F14")]
    operation = banking.settled(scene.day.operations, receipt.payments[0])
    unknown = card(scene.error, operation.settlement_id, status="unmatched_settlement")
    return Label(
        export.file_name,
        [unbalanced, balance, unknown, *failed, _odd(scene, "receipt_without_payment")],
        {"transaction_id": receipt.transaction_id},
    )


def payment_without_receipt(scene: Scene) -> Label | None:
    """A payment by check on a receipt that no till rang."""
    rows = scene.edit("tenders")
    rng = scene.rng()
    template = scene.first_sale()
    amount = money.written(rng.randrange(300_00, 2_500_00))
    stray = f"{template.transaction_id[:-6]}9{rng.randrange(10**5):05d}"
    like = next(one for one in rows if one.transaction_id == template.transaction_id)
    rows.append(
        like._replace(
            transaction_id=stray, tender_number=1, tender_type="check", tender_amount=amount,
            change_amount="0.00", card_last_four="", authorization_code="", payer_name="",
            payer_document_number="", instrument_number="", instrument_issuer="",
            instrument_face_amount="",
        )
    )  # fmt: skip
    return Label(
        scene.file("tenders"),
        [
            scene.row(
                "finance.unbalanced_transactions",
                {"transaction_id": stray},
                lines_total="0.00",
                tenders_total=amount,
            ),
            *[scene.failed(check) for check in ("F7", "F8", "F14")],
            _odd(scene, "payment_without_receipt", stray),
            tender_balance(
                scene.error, template.register_id, "check", declared_difference=-money.read(amount)
            ),
        ],
        {"transaction_id": stray, "amount": amount},
    )


def negative_tender(scene: Scene) -> Label | None:
    """More was taken by card than was owed, and the rest handed out in cash."""
    if not scene.first_sale().is_spoilt:
        return None
    return Label(
        scene.file("tenders"),
        [_odd(scene, "negative_tender")],
        {"transaction_id": scene.first_sale().transaction_id},
    )


def _odd(scene: Scene, kind: str, transaction_id: str = "") -> Expected:
    about = transaction_id or scene.first_sale().transaction_id
    return scene.row("finance.payment_oddities", {"kind": kind, "transaction_id": about})


def wrong_tax(scene: Scene) -> Label | None:
    return _spoilt(scene, "F16", _tax(scene, status="off"))


def untaxed(scene: Scene) -> Label | None:
    return _spoilt(scene, "F16", _tax(scene, status="zero_without_reason"))


def _tax(scene: Scene, **values: str) -> list[Expected]:
    receipt = scene.first_sale()
    if receipt.piece is None:
        return []
    key = {
        "transaction_id": receipt.transaction_id,
        "line_number": receipt.lines.index(receipt.piece) + 1,
    }
    return [scene.row("finance.tax_checks", key, **values)]


def price_too_high(scene: Scene) -> Label | None:
    return _spoilt(scene, "F20")


def price_too_low(scene: Scene) -> Label | None:
    return _spoilt(scene, "F20")


def two_of_a_piece(scene: Scene) -> Label | None:
    """One piece with one serial number, and a quantity of two; one left the stock."""
    receipt = scene.first_sale()
    if receipt.is_spoilt and receipt.piece and receipt.piece.parcel:
        export = scene.exports["stock_movements"]
        match = {
            "source_transaction_id": receipt.transaction_id,
            "serial_number": receipt.piece.parcel.serial,
        }
        export.rows = replaced(scene.edit("stock_movements"), match, quantity=-1)
    return _spoilt(scene, "F20", [scene.failed("F15"), _finding(scene, "F15")])


def sold_twice(scene: Scene) -> Label | None:
    """The tag of a piece that was sold before is on another one."""
    receipt = scene.first_sale()
    if not receipt.is_spoilt:
        return None
    key = {"rule_id": "X15", "transaction_id": receipt.transaction_id}
    return Label(
        scene.file("sales_lines"),
        [scene.row("kpi.exception_events", key)],
        {"transaction_id": receipt.transaction_id},
    )


def sold_not_moved(scene: Scene) -> Label | None:
    """A piece was sold, and the stock system never heard of it."""
    receipt = scene.first_sale()
    if receipt.piece is None or receipt.piece.parcel is None:
        return None
    export = scene.exports["stock_movements"]
    serial = receipt.piece.parcel.serial
    export.rows = [
        one
        for one in scene.edit("stock_movements")
        if (one.source_transaction_id, one.serial_number) != (receipt.transaction_id, serial)
    ]
    residual = scene.row("inventory.stock_rollforward_daily", {}, residual_units="-1")
    return Label(
        export.file_name,
        [scene.failed("F15"), _finding(scene, "F15"), residual],
        {"transaction_id": receipt.transaction_id, "serial_number": serial},
    )


def paper_missing(scene: Scene) -> Label | None:
    """One paper of a special sale was never filed."""
    receipt = scene.first_sale()
    held = [one for one in scene.day.papers if one.transaction_id == receipt.transaction_id]
    if not held:
        return None
    gone = held[0]
    scene.day.papers = [one for one in scene.day.papers if one != gone]
    return Label(
        scene.network_file("sale_documents"),
        [scene.failed("F17"), _finding(scene, "F17")],
        {"transaction_id": receipt.transaction_id, "document_type": gone.document_type},
    )


def time_disorder(scene: Scene) -> Label | None:
    """The clock of a till went back: its second completed receipt is earlier than the first."""
    rung = [one for one in scene.day.receipts if one.register_id == "01" and one.counts]
    if len(rung) < 2:
        return None
    first, second = rung[:2]
    at = first.at - timedelta(minutes=3)
    rung_at(scene, second.transaction_id, scene.place.stamp(at))
    details = {"transaction_id": second.transaction_id, "sold_at": scene.place.stamp(at)}
    return Label(scene.file("sales_lines"), [scene.failed("F18")], details)


def outside_hours(scene: Scene) -> Label | None:
    """A receipt hours before the doors opened."""
    receipt = scene.first_sale()
    at = before_opening(scene, 150)
    rung_at(scene, receipt.transaction_id, at)
    details = {"transaction_id": receipt.transaction_id, "sold_at": at}
    return Label(scene.file("sales_lines"), [scene.failed("F18")], details)


def before_opening(scene: Scene, minutes: int) -> str:
    """A moment before the doors open, as the store writes it."""
    open_hours = hours(scene.place, scene.error.day)
    if open_hours is None:
        raise ValueError("Errors are planted on open days.")
    return scene.place.stamp(open_hours.opens - timedelta(minutes=minutes))


def rung_at(scene: Scene, transaction_id: str, at: str) -> None:
    """The receipt says it was rung at another moment."""
    export = scene.exports["sales_lines"]
    export.rows = replaced(
        scene.edit("sales_lines"), {"transaction_id": transaction_id}, sold_at=at
    )


def _spoilt(scene: Scene, check: str, more: list[Expected] | None = None) -> Label | None:
    """What was rung wrongly, and booked by everybody as it was rung."""
    if not scene.first_sale().is_spoilt:
        return None
    label = _about(scene, check)
    label.expected += more or []
    return label


def _about(scene: Scene, check: str, **details: str) -> Label:
    receipt = scene.first_sale()
    return Label(
        scene.file("sales_lines"),
        [scene.failed(check), _finding(scene, check)],
        {"transaction_id": receipt.transaction_id, **details},
    )


def _finding(scene: Scene, check: str) -> Expected:
    return scene.finding(check, transaction_id=scene.first_sale().transaction_id)

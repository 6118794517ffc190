"""How clients pay: mostly by card, sometimes with cash and change, seldom by something rarer."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from pipelines.demo.receipts import Payment, Receipt

_BANKS = ("First Imaginary Bank", "Harbor & Fable Trust", "Bank of Nowhere")
_CASH_REFUND_LIMIT = 300_00
_DIPLOMATIC = "diplomatic"


def pay(receipt: Receipt, rng: Random, gift_cards: list[int]) -> list[Payment]:
    """Payments that settle the receipt, to the cent but where cash is rounded.

    Payments already on the receipt (a deposit applied) are kept and the rest is paid. `gift_cards`
    are balances still unspent.
    """
    due = receipt.total - sum(payment.worth for payment in receipt.payments)
    payments = list(receipt.payments)
    if due < 0:
        payments.append(_refund(receipt, due, rng))
    elif due > 0:
        payments += _charge(receipt, due, rng, gift_cards)
    return payments


def pay_by(kind: str, receipt: Receipt, rng: Random) -> list[Payment]:
    """The whole sum by card or in cash, as it was rung. As many dice whatever the sum."""
    if kind == "cash":
        return [_cash(receipt, receipt.total, named=False)]
    back = receipt.cash_back
    card = _card(receipt.total + back, rng)
    if receipt.is_free:
        return []
    if receipt.status == "post_voided":
        return [card, replace(card, amount=-card.amount)]
    return [card, Payment("cash", -back)] if back else [card]


def _refund(receipt: Receipt, due: int, rng: Random) -> Payment:
    if -due <= _CASH_REFUND_LIMIT and rng.random() < 0.4:
        return Payment("cash", receipt.place.in_cash(due, receipt.at.date()))
    if rng.random() < 0.08:
        return Payment("store_credit", due)
    return _card(due, rng)


def _charge(receipt: Receipt, due: int, rng: Random, gift_cards: list[int]) -> list[Payment]:
    payments: list[Payment] = []
    if receipt.exemption != _DIPLOMATIC and gift_cards and rng.random() < 0.12:
        balance = gift_cards.pop(0)
        used = min(balance, due)
        if used < balance:
            gift_cards.append(balance - used)
        payments.append(Payment("gift_card", used))
        due -= used
    if due:
        payments += _rest(receipt, due, rng)
    return payments


def _rest(receipt: Receipt, due: int, rng: Random) -> list[Payment]:
    dice = rng.random()
    if receipt.channel in ("distance", "online") or receipt.exemption == _DIPLOMATIC:
        by_wire = due > 40_000_00 or (due > 15_000_00 and dice < 0.3)
        return [_wire(due, rng) if by_wire else _card(due, rng)]
    if due < 3_000_00 and dice < 0.14:
        return [_cash(receipt, due, named=False)]
    if receipt.client is not None and due > 2_000_00:
        rare = _by_a_named_payer(receipt, due, dice, rng)
        if rare:
            return [rare]
    if due > 1_000_00 and dice > 0.93:
        part = due * rng.randrange(30, 70) // 100 // 100 * 100
        other = due - part
        in_cash = other < 4_000_00 and rng.random() < 0.4
        second = (
            _cash(receipt, other, named=receipt.client is not None)
            if in_cash
            else _card(other, rng)
        )
        return [_card(part, rng), second]
    return [_card(due, rng)]


def _by_a_named_payer(receipt: Receipt, due: int, dice: float, rng: Random) -> Payment | None:
    """The rarer means, which only known clients use; None for a card."""
    if 3_000_00 < due < 45_000_00 and dice < 0.02:
        return _cash(receipt, due, named=True)
    for below, kind, most in (
        (0.05, "check", None),
        (0.08, "cashiers_check", None),
        (0.0825, "money_order", 9_000_00),
        (0.085, "travelers_check", 9_000_00),
        (0.09, "bank_draft", None),
    ):
        if dice < below and (most is None or due < most):
            return _instrument(kind, due, rng)
    return _wire(due, rng) if due > 60_000_00 and dice < 0.45 else None


def _cash(receipt: Receipt, due: int, *, named: bool) -> Payment:
    """Notes: the next 20, or 100 for more than 500; the rest is handed back."""
    due = receipt.place.in_cash(due, receipt.at.date())
    note = 20_00 if due < 500_00 else 100_00
    tendered = -(-due // note) * note
    return Payment("cash", tendered, tendered - due, names_payer=named)


def _card(due: int, rng: Random) -> Payment:
    digits, approval = f"{rng.randrange(10_000):04d}", f"{rng.randrange(10**6):06d}"
    return Payment("card", due, card=digits, authorization=approval)


def _wire(due: int, rng: Random) -> Payment:
    return Payment("wire", due, instrument=_number("W", rng), issuer=rng.choice(_BANKS))


def _instrument(kind: str, due: int, rng: Random) -> Payment:
    return Payment(
        kind, due, instrument=_number("N", rng), issuer=rng.choice(_BANKS), names_payer=True
    )


def _number(letter: str, rng: Random) -> str:
    return f"FICTION{letter}{rng.randrange(10**8):08d}"

"""Puts on sold lines what registers write as lines of their own: rewards, discounts and tax.

Cash rounding, which belongs to no line, is found here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pipelines.ingest.mapping.layout import Poslog
from pipelines.ingest.readers.poslog.amounts import ZERO, number, signed, split
from pipelines.ingest.readers.poslog.sold import Sold
from pipelines.ingest.readers.poslog.transactions import Line, Transaction
from pipelines.ingest.readers.xml_stream import Element

_NUMBER = re.compile(r"[0-9]{1,9}\Z")
REWARD = "LoyaltyReward"
ROUNDING = "Rounding"

# ── rewards ──────────────────────────────────────────────────────────────────────────────────


def is_money(line: Line) -> bool:
    # NCR counts offers and messages in the same element: their "amounts" are no money.
    category = line.value("RewardCategory")
    return category is None or category == "Monetary"


def place_rewards(lines: list[Line], sold: list[Sold]) -> list[tuple[Line, Decimal]]:
    """Puts rewards on the lines they reward; returns those that no line can be found for.

    NCR tells each reward twice: in detail, by line (OperatorSequenceReference), and as a summary of
    the promotion. The summary only counts where there is no detail.
    """
    by_sequence = {text: one for one in sold if (text := one.line.value("OperatorSequence"))}
    rewards = [
        (line, amount)
        for line in lines
        if line.kind == REWARD
        and not line.is_voided
        and is_money(line)
        and (amount := number(line.either("ExtendedRewardAmount", "Amount")))
    ]
    detailed = {line.value("PromotionID") for line, _ in rewards if _reference(line) in by_sequence}
    orphans = []
    for line, amount in rewards:
        promotion = line.value("PromotionID")
        target = by_sequence.get(_reference(line) or "")
        if target is not None:
            target.rewards += amount
            if promotion is not None:
                target.reasons.append(promotion)
        elif promotion not in detailed:
            orphans.append((line, amount))
    return orphans


def _reference(line: Line) -> str | None:
    return line.value("OperatorSequenceReference")


# ── discounts on the whole receipt ───────────────────────────────────────────────────────────


def place_receipt_discounts(
    transaction: Transaction,
    sold: list[Sold],
    options: Poslog,
    rounding: list[Rounding],
    orphans: list[tuple[Line, Decimal]],
) -> None:
    """Splits Discount lines over the sold lines, where these do not hold them already.

    Some registers share a discount out over the lines and tell its sum once more (seen: NCR),
    others only tell the sum. The receipt's grand total says which; without one, lines that have
    discounts of at least that sum are taken to hold it.
    """
    told = [
        abs(number(line.value("Amount")) or ZERO)
        for line in transaction.lines
        if line.kind == "Discount" and not line.is_voided
    ]
    discount = sum(told, ZERO)
    if not discount or not sold:
        return
    total = transaction.total("TransactionGrandAmount", "TransactionGrossAmount")
    grand = number(total.text) if total is not None else None
    found = sum((_taxable(one, options) for one in sold), ZERO)
    back = found < 0
    if grand is not None:
        beside = sum((one.amount for one in rounding), ZERO) + sum(
            (amount for _, amount in orphans), ZERO
        )
        tax = sum((one.tax for one in sold), ZERO) if options.tax == "added" else ZERO
        rest = found + beside + tax - grand
        is_held = abs(rest) < abs(rest - signed(discount, back))
    else:
        is_held = sum((abs(one.discount) for one in sold), ZERO) >= discount
    if is_held:
        return
    weights = [_taxable(one, options) for one in sold]
    for one, share in zip(sold, split(signed(discount, back), weights), strict=True):
        one.rewards -= share


# ── tax ──────────────────────────────────────────────────────────────────────────────────────


def place_tax(transaction: Transaction, sold: list[Sold], options: Poslog) -> Decimal:
    """Puts the tax on the lines it taxes; returns its sum.

    In this order: what a line says itself; tax lines of the receipt, split over what they tax; the
    receipt's total of tax, split over all lines.
    """
    told = any(one.has_tax for one in sold)
    if not told and sold:
        lines = [line for line in transaction.lines if line.kind == "Tax" and not line.is_voided]
        for line in lines:
            amount = number(line.value("Amount"))
            if amount is not None:
                told = True
                _spread(amount, _taxed_by(line, sold), options)
        if not told and (total := transaction.total("TransactionTaxAmount")) is not None:
            _spread(number(total.text) or ZERO, sold, options)
    return sum((one.tax for one in sold), ZERO)


def _taxed_by(line: Line, sold: list[Sold]) -> list[Sold]:
    """NCR marks what a tax applies to: TaxID 1 taxes the lines whose Itemizers say Tax1."""
    tax = line.body.attribute("TaxID") if line.body is not None else None
    marked = []
    for one in sold:
        assert one.line.body is not None
        marks = one.line.body.first("Itemizers")
        if tax is not None and marks is not None and marks.attribute(f"Tax{tax}") == "true":
            marked.append(one)
    return marked or sold


def _spread(amount: Decimal, over: Iterable[Sold], options: Poslog) -> None:
    taxed = list(over)
    weights = [_taxable(one, options) for one in taxed]
    # A refund's tax goes back with it, also where the register writes it without a sign.
    if sum(weights, ZERO) < 0 < amount:
        amount = -amount
    for one, share in zip(taxed, split(amount, weights), strict=True):
        one.tax += share


def _taxable(one: Sold, options: Poslog) -> Decimal:
    found = (one.extended or ZERO) + one.rewards
    return found - one.discount if options.extended_amount == "before_discount" else found


# ── rounding ─────────────────────────────────────────────────────────────────────────────────


def is_rounding(line: Line) -> bool:
    """Whether a line is cash rounding: some registers ring it up as a kind of tender."""
    if line.kind == ROUNDING:
        return True
    kind = (line.body.attribute("TenderType") or "") if line.body is not None else ""
    return line.kind == "Tender" and "rounding" in kind.lower()


@dataclass(frozen=True)
class Rounding:
    """Cash rounding; positive when the client pays more."""

    amount: Decimal
    at: int
    number: str | None
    line: Line | None = None


def roundings(transaction: Transaction) -> list[Rounding]:
    """A line of its own, else what stands with a tender, else the receipt's total."""
    lines = [line for line in transaction.lines if not line.is_voided]
    found = [
        (line, _rounded(line.body.first("Rounding") or line.body))
        for line in lines
        if is_rounding(line) and line.body is not None
    ]
    if not found:
        found = [
            (line, _rounded(told))
            for line in lines
            if line.kind == "Tender"
            and line.body is not None
            and (told := line.body.first("Rounding")) is not None
        ]
    kept = [Rounding(amount, line.at, line.number, line) for line, amount in found if amount]
    if kept:
        return kept
    total = transaction.total("RoundingAmount", "TransactionRoundingAmount")
    amount = _rounded(total) if total is not None else None
    if total is None or not amount:
        return []
    numbers = (line.number or "" for line in transaction.lines)
    last = max((int(text) for text in numbers if _NUMBER.match(text)), default=0)
    return [Rounding(amount, total.line, str(last + 1))]


def _rounded(told: Element) -> Decimal | None:
    amount = number(told.text) if told.text is not None else number(told.value("Amount"))
    if amount is None:
        return None
    way = (told.attribute("RoundingDirection") or "").lower()
    return -abs(amount) if way == "down" else abs(amount) if way == "up" else amount

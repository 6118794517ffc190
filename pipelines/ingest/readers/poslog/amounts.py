"""Exact amounts of a POSLog: read, signed, split to the cent."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)
_LONGEST = 40
# An exponent is what a spreadsheet leaves of a long number, and no decimal of XML.
_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)\Z")
EXPECTED = "a number such as 1250.50"
# Nothing that fits an amount of the contract is near; beyond, sums would lose digits.
_LARGEST = Decimal(10) ** 16


def number(text: str | None) -> Decimal | None:
    """The number, None when the text is none (or is absurdly long)."""
    if text is None or len(text) > _LONGEST or not _PLAIN.match(text):
        return None
    found = Decimal(text)
    return found if abs(found) < _LARGEST else None


def unread(*texts: str | None) -> str | None:
    """The first that is there and no number: to leave it out would change a sum in silence."""
    return next((text for text in texts if text is not None and number(text) is None), None)


def written(amount: Decimal | None) -> str | None:
    """The number as text: no exponent, no zeros behind."""
    if amount is None:
        return None
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(amount: Decimal, is_back: bool) -> Decimal:
    """What goes back is negative, whether the register wrote a sign or not."""
    return -abs(amount) if is_back else amount


def split(total: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """`total` in proportion to the weights, to the cent, adding up to it exactly.

    The cents left over go to those cut the most; nothing is lost or made up.
    """
    whole = sum(weights, ZERO)
    if not weights:
        return []
    # Where the weights of an exchange all but cancel out there is no proportion: the heaviest of
    # them bears it all.
    is_exchange = min(weights) < 0 < max(weights)
    if whole == 0 or (is_exchange and 2 * abs(total) > abs(whole)):
        heaviest = max(range(len(weights)), key=lambda at: abs(weights[at]))
        return [total if at == heaviest else ZERO for at in range(len(weights))]
    exact = [total * weight / whole for weight in weights]
    shares = [share.quantize(CENT, ROUND_DOWN) for share in exact]
    left = total - sum(shares, ZERO)
    step = CENT if left > 0 else -CENT
    order = sorted(range(len(shares)), key=lambda at: (-abs(exact[at] - shares[at]), at))
    for at in order * 2:
        if abs(left) < CENT:
            break
        shares[at] += step
        left -= step
    # Registers that count in thousandths leave less than a cent: it stays on the first share.
    shares[order[0]] += left
    return shares

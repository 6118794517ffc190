"""Whether a mapping reads the amounts as their registers mean them.

ExtendedAmount is before the discount at some vendors and after it at others; prices hold the tax in
Europe and not in the United States. A receipt's own grand total tells: when the mapping's reading
meets it for fewer than half of the receipts that can tell, and another reading for more, the file
is refused with the words to put into the mapping.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import product

from pipelines.ingest.mapping.layout import Poslog
from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.poslog.amounts import number
from pipelines.ingest.readers.poslog.transactions import Transaction

# Net plus tax misses the total by a cent in real files.
_TOLERANCE = Decimal("0.011")
_READINGS = tuple(product(("after_discount", "before_discount"), ("added", "included")))


class Plausible:
    """Counts, for each reading of the amounts, the receipts whose lines meet their total."""

    def __init__(self, options: Poslog) -> None:
        self._chosen = (options.extended_amount, options.tax)
        self._met = dict.fromkeys(_READINGS, 0)
        self._judged = 0

    def judge(
        self,
        transaction: Transaction,
        *,
        extended: Decimal,
        discounts: Decimal,
        tax: Decimal,
        beside: Decimal,
    ) -> None:
        """Looks at one receipt; those without discount and tax cannot tell readings apart."""
        total = transaction.total("TransactionGrandAmount", "TransactionGrossAmount")
        told = number(total.text) if total is not None else None
        if told is None or transaction.status != "completed" or not (discounts or tax):
            return
        self._judged += 1
        for reading in _READINGS:
            found = extended + beside
            if reading[0] == "before_discount":
                found -= discounts
            if reading[1] == "added":
                found += tax
            if abs(found - told) < _TOLERANCE:
                self._met[reading] += 1

    def check(self) -> None:
        """Raises Refused when another reading than the mapping's is the right one."""
        best = max(_READINGS, key=lambda reading: self._met[reading])
        mine = self._met[self._chosen]
        if mine * 2 < self._judged < self._met[best] * 2:
            raise Refused(
                f"its amounts are not what its mapping takes them for: {mine:,} of "
                f"{self._judged:,} receipts meet their own total, and {self._met[best]:,} would "
                f"with poslog: {{extended_amount: {best[0]}, tax: {best[1]}}} in the mapping"
            )

"""The outgoing border: what we promise of the published tables, judged before they are published.

Each promise has an id, words, a severity and a version, and stands in `promises/` under its subject
matter. Nothing here loads the library: documentation and the dictionary read this list too.
"""

from __future__ import annotations

from expectations.checks import Check
from expectations.promises import decisions, finance, keys, quality, sales, stock
from pipelines.ingest.contracts import Contract


def outgoing_checks(contract: Contract) -> list[Check]:
    """Every check of the outgoing border, in the order people read them."""
    return [
        *keys.PROMISES,
        *sales.PROMISES,
        *finance.PROMISES,
        *stock.PROMISES,
        *quality.PROMISES,
        *decisions.PROMISES,
        *quality.personal_promises(contract),
    ]

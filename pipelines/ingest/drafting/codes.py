"""Which code of a file is which value of a column."""

from __future__ import annotations

from difflib import SequenceMatcher

from pipelines.ingest.contracts import Column
from pipelines.ingest.drafting.matching import words
from pipelines.ingest.readers.headers import bare

# What a code most likely means when nothing tells.
_USUAL = {
    "transaction_status": "completed",
    "line_type": "merchandise",
    "tender_type": "other",
    "sale_channel": "in_store",
    "stock_status": "available",
    "movement_type": "adjustment",
    "closing_status": "final",
    "store_format": "boutique",
    "measure": "net_sales",
    "count_type": "cycle",
}


def usual(column: Column) -> str:
    """The value of a column with few values that is right most often."""
    assert column.one_of is not None
    return _USUAL.get(column.name, column.one_of[0])


def translated(column: Column, values: list[str]) -> tuple[dict[str, str], list[str]]:
    """Each value with what it is taken for, and those that are a mere guess."""
    assert column.one_of is not None
    told = words()["codes"].get(column.name, {})
    names = {bare(value): value for value in column.one_of}
    names |= {bare(word): value for value, spoken in told.items() for word in spoken}
    codes: dict[str, str] = {}
    guessed: list[str] = []
    for value in values:
        plain = bare(value)
        if plain in names:
            codes[value] = names[plain]
            continue
        near = max(names, key=lambda name: SequenceMatcher(None, plain, name).ratio())
        close = SequenceMatcher(None, plain, near).ratio() > 0.8 and len(plain) > 3
        codes[value] = names[near] if close else usual(column)
        guessed.append(value)
    return codes, guessed

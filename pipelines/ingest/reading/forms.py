"""What was expected of a value, in the form of the file it stood in: 31/12/2024, 1250,50."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.rules import ColumnRule
from pipelines.ingest.mapping.strict import AUTO

_EXAMPLE = datetime(2024, 12, 31, 18, 5)
# More ways to write a date than these help nobody.
_FORMS = 3


def in_own_form(faults: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """The faults with examples as the mapping reads them, and the header the sender knows."""
    if mapping.is_native or not faults.height:
        return faults
    told = faults.select("column_name", "rule", "expected").rows()
    words = [_words(mapping, *one) for one in told]
    return faults.with_columns(pl.Series("expected", words, dtype=pl.String))


def _words(mapping: Mapping, column: str | None, promise: str, expected: str) -> str:
    rule = mapping.rules.get(column or "")
    if rule is None:
        return expected
    forms = rule.dates or mapping.dates
    numbers = rule.numbers or mapping.numbers
    if promise == "date" and forms:
        expected = f"a date such as {_examples(forms)}"
    elif promise == "time" and forms:
        clocks = tuple(form for form in forms if "%H" in form or "%I" in form)
        expected = f"a time such as {_examples(clocks or forms)}"
    elif promise == "number" and numbers != AUTO and mapping.number_style.decimal == ",":
        expected = "a number such as 1250,50"
    elif promise not in ("number", "whole number", "required", "intact identifier"):
        return expected
    return expected + _where(rule)


def _examples(forms: tuple[str, ...]) -> str:
    return " or ".join(dict.fromkeys(_EXAMPLE.strftime(form) for form in forms[:_FORMS]))


def _where(rule: ColumnRule) -> str:
    headers = sorted(rule.value_headers)
    return f", in {' and '.join(headers)}" if 0 < len(headers) <= _FORMS else ""

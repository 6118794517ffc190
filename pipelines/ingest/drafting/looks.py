"""What a column of a sample holds, whatever it is called."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

_DAYS = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d",
    "%Y%m%d", "%d%m%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y",
)  # fmt: skip
_TIMES = (
    "", " %H:%M", " %H:%M:%S", "T%H:%M:%S", "T%H:%M", "T%H:%M:%SZ", " %I:%M %p", " %I:%M:%S %p",
)  # fmt: skip
_SHAPED = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b.*|\d{8}|\d{1,2}[ -][A-Za-z]{3}[ -]\d{4}.*"
    r"|[A-Z][a-z]{2} \d.*"
)
_NUMBER = re.compile(r"[\s$€£¥(+\-−]*(?:\d[\d.,'’\s]*|[.,]\d+)[\s$€£¥)\-−]*")
_WHOLE = re.compile(r"[+-]?(?:\d+(?:\.0)?|\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+)")
_CONTRACT_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_ZONED = re.compile(r".*(Z|[+-]\d\d:?\d\d)")
# ISO 4217, those a boutique may take.
CURRENCIES = frozenset(
    [
        "USD",
        "EUR",
        "GBP",
        "CHF",
        "CAD",
        "MXN",
        "BRL",
        "JPY",
        "CNY",
        "HKD",
        "SGD",
        "AED",
        "SAR",
        "QAR",
        "KWD",
        "AUD",
        "NZD",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "HUF",
        "TRY",
        "ZAR",
        "INR",
        "KRW",
        "THB",
        "TWD",
        "MYR",
        "IDR",
        "ILS",
        "ARS",
        "CLP",
        "COP",
    ]
)
_TRIED = 200
_YEARS = range(1990, 2101)


@dataclass
class Look:
    """What was seen. `forms` are the ways its dates may be written, the likeliest first."""

    filled: int = 0
    empty: int = 0
    numbers: float = 0.0
    decimals: float = 0.0
    # Whole numbers, with nothing but digits and spaces between thousands.
    digits: float = 0.0
    negative: bool = False
    distinct: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    is_moment: bool = False
    is_zoned: bool = False
    is_contract: bool = False
    # How its times of day are written, when it holds nothing else.
    clock: str | None = None
    stores: float = 0.0
    currencies: float = 0.0
    barcodes: float = 0.0
    first: str | None = None

    @property
    def is_date(self) -> bool:
        return bool(self.forms) or self.is_contract

    @property
    def is_unclear(self) -> bool:
        """Whether day and month could be the other way round."""
        orders = {form.replace("%d", "#").replace("%m", "#") for form in self.forms}
        return len(orders) < len(self.forms)


def look_at(column: pl.Series, stores: frozenset[str]) -> Look:
    """What the values of a column are like; `stores` are the codes of stores known already."""
    values = [text for text in column.to_list() if text]
    if not values:
        return Look()
    distinct = list(dict.fromkeys(values))
    few = distinct[:_TRIED]

    def share(pattern: re.Pattern[str]) -> float:
        return sum(bool(pattern.fullmatch(text)) for text in few) / len(few)

    look = Look(len(values), len(column) - len(values), distinct=distinct, first=values[0])
    look.stores = sum(text in stores for text in few) / len(few)
    look.currencies = sum(text.upper() in CURRENCIES for text in few) / len(few)
    look.barcodes = share(re.compile(r"\d{12,14}"))
    look.numbers = share(_NUMBER)
    look.decimals = share(re.compile(r".*[.,]\d{2}\D*"))
    look.digits = share(_WHOLE)
    look.negative = any(text.lstrip("( ").startswith(("-", "−")) for text in few)
    if all(_CLOCK.fullmatch(text) for text in few):
        look.clock = "%H:%M:%S" if all(text.count(":") == 2 for text in few) else "%H:%M"
    if share(_SHAPED) > 0.9:
        shaped = [text.removesuffix(" 00:00:00") for text in few if _SHAPED.fullmatch(text)]
        look.is_contract = all(
            _CONTRACT_MOMENT.fullmatch(text) or re.fullmatch(r"\d{4}-\d\d-\d\d", text)
            for text in shaped
        )
        look.forms = _forms(shaped)
        look.is_moment = any(":" in text for text in shaped)
        look.is_zoned = look.is_moment and all(_ZONED.fullmatch(text) for text in shaped)
    return look


def _forms(values: list[str]) -> list[str]:
    """Forms that read every value; those of nearer days first, as one file has one period."""
    found: list[tuple[int, str]] = []
    for day in _DAYS:
        for clock in _TIMES:
            read = [_read(text, day + clock) for text in values]
            if all(read):
                days = [one.toordinal() for one in read if one]
                found.append((max(days) - min(days), day + clock))
    found.sort(key=lambda one: one[0])
    return [form for _, form in found]


def _read(text: str, form: str) -> date | None:
    try:
        found = datetime.strptime(text, form)
    except ValueError:
        return None
    return found if found.year in _YEARS else None

"""Numbers as systems write them, into numbers as the contract writes them. The only parser.

    plain(series, style)        # 1.234,56-  →  -1234.56;  what is no number stays as it is
    votes.add(series, lines)    # for each column of numbers, chunk by chunk
    votes.style()               # the file's style, or Refused in words

Whether the comma or the point is the decimal sign is a property of a file, never of a value:
`1.234` alone is two numbers. A sign followed by other than three digits, or both signs in one
number, decides; where nothing decides, nobody guesses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import polars as pl

from pipelines.ingest.mapping.layout import Numbers
from pipelines.ingest.readers import Refused

POINT_EXPECTED = " (the decimal sign should be a point)"
COMMA_EXPECTED = " (the decimal sign should be a comma)"
GROUP_UNEXPECTED = " (the sign between its thousands is not the one expected)"
# Space, no-break space, thin space, narrow no-break space: what French programs put between groups.
SPACES = r" \u00a0\u2009\u202f"
_GROUP_SIGNS = {".": r"\.", ",": ",", " ": f"[{SPACES}]", "'": "['\u2019]"}
_MONEY = r"[$€£¥]"
_MINUS = r"\-\u2212"
# 1.234,50 and 1 234.50-: thousands and cents, which neither days nor versions have.
_AMOUNT = (
    rf"\A[(+{_MINUS}$€£¥]*\d{{1,3}}(?:(?:\.\d{{3}})+,|(?:,\d{{3}})+\.|(?:['\u2019{SPACES}]\d{{3}})+[.,])"
    rf"\d{{2}}[)+{_MINUS}$€£¥\s]*\z"
)
# Dressed: brackets, signs and currencies around the digits.
_DRESSED = rf"\A[(+{_MINUS}$€£¥\s]*(\d[\d.,'\u2019{SPACES}]*?|[.,]\d+)[)+{_MINUS}$€£¥\s]*\z"
_BARE = r"\A-?\d+(?:\.\d+)?\z"
_BARE_WHOLE = r"\A-?\d+\z"

Sign = Literal[".", ","]


def plain(text: pl.Series, style: Numbers) -> pl.Series:
    """`1.250,50-` as `-1250.50`. What is no number in this style is left, to be set aside."""
    if not (~text.str.contains(_BARE if style.decimal == "." else _BARE_WHOLE)).any():
        return text
    # Most numbers need their signs changed and nothing else.
    group = _GROUP_SIGNS.get(style.thousands or "")
    decimal = r"\." if style.decimal == "." else ","
    grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+|" if group else ""
    odd = ~text.str.contains(rf"\A-?(?:{grouped}\d+)(?:{decimal}\d+)?\z")
    # A copy in any case: scatter writes into the series it is asked of.
    changed = text.clone() if group is None else text.str.replace_all(group, "")
    if style.decimal == ",":
        changed = changed.str.replace(",", ".", literal=True)
    if odd.any():
        at = odd.arg_true()
        changed = changed.scatter(at, _undressed(text.gather(at), style))
    return changed


def plain_expression(text: pl.Expr, style: Numbers) -> pl.Expr:
    """The same, lazily."""
    return text.map_batches(
        lambda series: plain(series, style), return_dtype=pl.String, is_elementwise=True
    )


def _undressed(text: pl.Series, style: Numbers) -> pl.Series:
    whole = r"\d*"
    if style.thousands is not None:
        whole = rf"\d{{1,3}}(?:{_GROUP_SIGNS[style.thousands]}\d{{3}})+|\d*"
    decimal = r"\." if style.decimal == "." else ","
    sign = f"[+{_MINUS}]"
    parts = (
        pl.DataFrame({"text": text})
        .select(
            pl.col("text"),
            pl.col("text")
            .str.strip_chars()
            .str.extract_groups(
                rf"\A(?<open>\()?\s*(?<lead>{sign})?\s*{_MONEY}?\s*(?<inner>{sign})?"
                rf"(?<whole>{whole})(?:{decimal}(?<part>\d*))?"
                rf"\s*(?<trail>{sign})?\s*{_MONEY}?(?<close>\))?\z"
            )
            .struct.unnest(),
        )
        .with_columns(pl.col("whole").str.replace_all(r"\D", "").fill_null(""))
    )
    signs = [pl.col(name) for name in ("lead", "inner", "trail")]
    given = pl.sum_horizontal(one.is_not_null() for one in (*signs, pl.col("open")))
    is_minus = pl.any_horizontal(one.is_in(["-", "\u2212"]).fill_null(False) for one in signs)
    part = pl.col("part").fill_null("")
    is_number = (
        ((pl.col("whole") != "") | (part != ""))
        & (given <= 1)
        & (pl.col("open").is_null() == pl.col("close").is_null())
    )
    number = pl.concat_str(
        pl.when(is_minus | pl.col("open").is_not_null()).then(pl.lit("-")).otherwise(pl.lit("")),
        pl.when(pl.col("whole") != "").then("whole").otherwise(pl.lit("0")),
        pl.when(part != "").then(pl.lit(".") + part).otherwise(pl.lit("")),
    )
    other, hint = (",", POINT_EXPECTED) if style.decimal == "." else (".", COMMA_EXPECTED)
    mistaken = pl.col("text").str.contains(_DRESSED) & pl.col("text").str.contains(
        other, literal=True
    )
    # 1.234,56 where the comma is rightly the decimal sign.
    grouped = pl.col("text").str.contains(rf"\d{{1,3}}(?:\{other}\d{{3}})+{decimal}\d*\D*\z")
    return parts.select(
        pl.when(is_number)
        .then(number)
        .when(mistaken & grouped)
        .then(pl.col("text") + GROUP_UNEXPECTED)
        .when(mistaken)
        .then(pl.col("text") + hint)
        .otherwise("text")
    ).to_series()


# ── the vote ─────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Seen:
    """How many cells said something, and the first that did."""

    cells: int = 0
    line: int = 0
    text: str = ""

    def add(self, cells: int, line: int, text: str) -> None:
        if not self.cells:
            self.line, self.text = line, text
        self.cells += cells

    def __str__(self) -> str:
        return f"{self.text} on line {self.line}"


def _decides(decimal: str, group: str) -> str:
    """Cells that cannot but have this decimal sign."""
    return (
        rf"\A(?:\d{{1,3}}(?:{group}\d{{3}})+{decimal}\d*"  # 1.234,56
        rf"|\d{{1,3}}(?:['\u2019{SPACES}]\d{{3}})+{decimal}\d*"  # 1 234,50
        rf"|\d*{decimal}(?:\d{{0,2}}|\d{{4,}})"  # 12,5 but not 1,234
        rf"|(?:0+|\d{{4,}}|0\d+){decimal}\d{{3}}"  # 0,123 and 1234,567
        rf"|{decimal}\d+"  # ,5
        rf"|\d{{1,3}}(?:{group}\d{{3}}){{2,}})\z"  # 1.234.567
    )


_SAYS: dict[str, str] = {
    "decimal ,": _decides(",", r"\."),
    "decimal .": _decides(r"\.", ","),
    "either ,": r"\A[1-9]\d{0,2},\d{3}\z",
    "either .": r"\A[1-9]\d{0,2}\.\d{3}\z",
    "thousands  ": rf"\A\d{{1,3}}(?:[{SPACES}]\d{{3}})+(?:[.,]\d*)?\z",
    "thousands '": r"\A\d{1,3}(?:['\u2019]\d{3})+(?:[.,]\d*)?\z",
    "thousands ,": r"\A\d{1,3}(?:,\d{3})+(?:\.\d*|(?:,\d{3})+)\z",
    "thousands .": r"\A\d{1,3}(?:\.\d{3})+(?:,\d*|(?:\.\d{3})+)\z",
}


@dataclass
class Votes:
    """What the numbers of a file say about how they are written."""

    seen: dict[str, _Seen] = field(default_factory=lambda: {what: _Seen() for what in _SAYS})

    def add(self, text: pl.Series, lines: pl.Series) -> None:
        """The cells of one column, and the lines they stand on."""
        signed = text.str.contains(rf"[.,'\u2019{SPACES}]").fill_null(False)
        if not signed.any():
            return
        frame = (
            pl.DataFrame({"text": text.filter(signed), "line": lines.filter(signed)})
            .with_columns(core=pl.col("text").str.strip_chars().str.extract(_DRESSED))
            .filter(pl.col("core").is_not_null())
        )
        for what, pattern in _SAYS.items():
            here = frame.filter(pl.col("core").str.contains(pattern))
            if here.height:
                self.seen[what].add(here.height, here["line"][0], here["text"][0].strip())

    def add_amounts(self, text: pl.Series, lines: pl.Series) -> None:
        """The cells of a column that nobody knows, but for those that can only be amounts."""
        amounts = text.str.strip_chars().str.contains(_AMOUNT).fill_null(False)
        if amounts.any():
            self.add(text.filter(amounts), lines.filter(amounts))

    def lean_on(self, others: Votes) -> None:
        """Takes the word of other cells where none of these tells which sign is the decimal one."""
        signs = ("decimal ,", "decimal .")
        if not any(self.seen[sign].cells for sign in signs):
            self.seen |= {sign: others.seen[sign] for sign in signs}

    def style(self) -> Numbers:
        """The style of the file. Raises Refused when its numbers can be read in two ways."""
        comma, point = self.seen["decimal ,"], self.seen["decimal ."]
        unclear = [self.seen["either ,"], self.seen["either ."]]
        if not comma.cells and not point.cells:
            self._refuse_guess(unclear)
            return Numbers(thousands=self._grouped(".", alone=True))
        if (
            comma.cells
            and point.cells
            and (comma.cells == point.cells or any(one.cells for one in unclear))
        ):
            raise Refused(
                f"its numbers are written in two ways: {comma}, {point}. Have it exported with "
                "one number format, or say numbers: for the columns that differ"
            )
        decimal: Sign = "," if comma.cells > point.cells else "."
        return Numbers(decimal=decimal, thousands=self._grouped(decimal))

    def _grouped(self, decimal: Sign, *, alone: bool = False) -> Literal[",", ".", " ", "'"] | None:
        """What stands between groups of digits, given the decimal sign."""
        other: Literal[",", "."] = "." if decimal == "," else ","
        told: dict[Literal[",", ".", " ", "'"], int] = {
            " ": self.seen["thousands  "].cells,
            "'": self.seen["thousands '"].cells,
        }
        if not alone:
            told[other] = self.seen[f"thousands {other}"].cells + self.seen[f"either {other}"].cells
        most = max(told, key=lambda sign: told[sign])
        return most if told[most] else None

    @staticmethod
    def _refuse_guess(unclear: list[_Seen]) -> None:
        given = [one for one in unclear if one.cells]
        if not given:
            return
        first = given[0]
        digits = Decimal("".join(sign for sign in first.text if sign.isdigit()))
        raise Refused(
            f"its numbers can be read in two ways: {first} is {digits:f} or "
            f"{(digits / 1000).normalize():f}, and no number of the file tells which "
            f"({sum(one.cells for one in given):,} like it). SAP prints pieces with three "
            "decimals. Say numbers: {decimal: ','} or numbers: {decimal: '.'} in its mapping, or "
            "export a column of amounts too"
        )


def shown(style: Numbers) -> str:
    """The style as an example: 1.234,56."""
    return f"1{style.thousands or ''}234{style.decimal}56"

"""Which header is which column: by its name in six languages, and by what stands below it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.ingest.contracts import Column, Contract, Dataset
from pipelines.ingest.drafting.looks import Look
from pipelines.ingest.readers.headers import bare

_WORDS = Path(__file__).with_name("words.yml")
_NUMBERS = ("decimal", "integer", "bigint", "double")
# Below this nobody should be bothered with a guess.
_ENOUGH = 0.4
_SURE = 0.95


@dataclass(frozen=True)
class Match:
    """A header taken for a column, how sure that is, and why it is not."""

    header: str
    column: str
    score: float
    why: str

    @property
    def is_sure(self) -> bool:
        return self.score >= _SURE


@cache
def words() -> dict[str, Any]:
    """What systems call columns, codes and datasets."""
    return yaml.safe_load(_WORDS.read_text("utf-8"))


@cache
def _names() -> dict[str, frozenset[str]]:
    """Every name of a column, bare."""
    return {
        column: frozenset({bare(column), *(bare(n) for names in told.values() for n in names)})
        for column, told in words()["columns"].items()
    }


@cache
def _all_names() -> frozenset[str]:
    return frozenset().union(*_names().values())


def is_known(header: str) -> bool:
    """Whether anything is called that."""
    return bare(header) in _all_names()


def match(dataset: Dataset, looks: dict[str, Look]) -> list[Match]:
    """The likeliest header of each column; none is taken twice."""
    pairs = []
    for header, look in looks.items():
        for at, column in enumerate(dataset.columns.values()):
            score, why = _score(header, look, column)
            if score >= _ENOUGH:
                pairs.append((score, column.required, -at, Match(header, column.name, score, why)))
    pairs.sort(key=lambda one: one[:3], reverse=True)
    found: dict[str, Match] = {}
    taken: set[str] = set()
    for *_, one in pairs:
        if one.header not in taken and one.column not in found:
            found[one.column] = one
            taken.add(one.header)
    return sorted(found.values(), key=lambda one: list(looks).index(one.header))


def is_called(header: str, column: str) -> bool:
    """Whether a header is a usual name of a column."""
    return _by_name(bare(header), column)[0] >= 1


def _score(header: str, look: Look, column: Column) -> tuple[float, str]:
    """How well a header fits a column, and what speaks for it when it is not its name."""
    by_name, why = _by_name(bare(header), column.name)
    by_content, seen = _by_content(look, column)
    if not look.filled:
        return by_name * 0.9, why or "the column is empty in the sample"
    if not _can_be(look, column):
        return 0.0, ""
    if by_name >= 1 and by_content:
        return by_name + by_content / 10, ""
    if by_name:
        return min(0.94, by_name + by_content / 4) if by_name < 1 else by_name, why
    return by_content, seen


@cache
def _by_name(name: str, column: str) -> tuple[float, str]:
    names = _names().get(column, frozenset({bare(column)}))
    if name == bare(column):
        return 1.05, ""
    if name in names:
        return 1.0, ""
    longest = max((one for one in names if len(one) >= 4 and one in name), key=len, default="")
    if longest:
        return 0.5 + 0.35 * len(longest) / len(name), "its name only contains the usual one"
    if len(name) >= 4 and get_close_matches(name, names, 1, 0.86):
        return 0.65, "its name is only like the usual one"
    return 0.0, ""


def _by_content(look: Look, column: Column) -> tuple[float, str]:
    told: dict[str, tuple[float, str]] = {
        "store_id": (0.9 * (look.stores > 0.8), "it holds codes of stores known already"),
        "currency": (0.6 * (look.currencies == 1), "it holds currencies"),
        "gtin": (0.5 * (look.barcodes > 0.9), "it holds 12 to 14 digits, as bar codes have"),
    }
    if column.name in told:
        return told[column.name]
    if column.one_of and column.required and look.filled:
        share = _translated(column, look.distinct)
        return (0.6 * (share > 0.75), "it holds codes that look like its values")
    if column.name == "business_date" and look.is_date and not look.is_moment:
        return 0.55, "it holds days"
    if column.data_type == "timestamp" and look.is_date and look.is_moment:
        return 0.45, "it holds moments"
    return 0.0, ""


def _translated(column: Column, values: list[str]) -> float:
    """The share of values that are known words for a value of the column."""
    assert column.one_of is not None
    known = {bare(value) for value in column.one_of}
    for spoken in words()["codes"].get(column.name, {}).values():
        known.update(map(bare, spoken))
    return sum(bare(value) in known for value in values) / len(values)


def _can_be(look: Look, column: Column) -> bool:
    """Whether what stands there can be read as the type of the column."""
    kind = column.data_type
    if kind in ("date", "timestamp"):
        return look.is_date
    if kind.startswith(_NUMBERS):
        enough = look.digits >= 0.95 if kind in ("integer", "bigint") else look.numbers > 0.8
        return enough and not (look.is_date and look.is_moment)
    if column.name == "currency":
        return look.currencies > 0.9
    if column.one_of:
        return len(look.distinct) <= 60
    # An identifier may look like a day, 20240214, but never like a moment.
    return not (column.is_identifier or column.name.endswith("_number")) or not look.is_moment


# ── which dataset ────────────────────────────────────────────────────────────────────────────


def rank(contract: Contract, looks: dict[str, Look], name: str) -> list[tuple[float, Dataset]]:
    """The datasets a file may be, the likeliest first; `name` is what the file is called."""
    spread: dict[str, int] = {}
    for dataset in contract.datasets.values():
        for column in dataset.columns:
            spread[column] = spread.get(column, 0) + 1
    plain = bare(name)
    found = []
    for dataset in contract.datasets.values():
        found_by_column = {one.column: one for one in match(dataset, looks)}
        matched = {name: one.score for name, one in found_by_column.items()}
        score = sum(min(1.0, sure) / spread[column] ** 0.5 for column, sure in matched.items())
        lacking = [c for c in dataset.columns.values() if c.required and c.name not in matched]
        # What every row has in common is often not in the file: it is not missed as much.
        score -= sum((0.2 if _is_common(c) else 0.6) / spread[c.name] ** 0.5 for c in lacking)
        score += len(matched) / len(looks)
        if _repeats_its_key(dataset, found_by_column, looks):
            score -= 1.5
        called = words()["datasets"].get(dataset.name, [])
        score += 0.8 * any(len(bare(word)) > 1 and bare(word) in plain for word in called)
        found.append((score, dataset))
    return sorted(found, key=lambda one: -one[0])


def _is_common(column: Column) -> bool:
    """Whether a file may do without the column: it is the same everywhere, or a mere number."""
    return column.one_of is not None or column.name in (
        *("register_id", "currency", "tax_amount", "line_number", "tender_number", "store_id"),
        *("business_date", "country", "time_zone", "posted_at", "scanned_at", "count_pass"),
    )


def _repeats_its_key(dataset: Dataset, found: dict[str, Match], looks: dict[str, Look]) -> bool:
    """Whether the only column of the key has the same value again and again."""
    if len(dataset.key) != 1 or dataset.key[0] not in found:
        return False
    look = looks[found[dataset.key[0]].header]
    return len(look.distinct) < 0.9 * look.filled

"""Where the header stands, and what its columns are called in the words of the mapping.

names = known_names(["Matériel", "Div."], mapping)      # ["MATNR", "WERKS"]
found = find_header(rows, mapping)                      # found.line, found.names
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.readers import Refused

# A header further down than this is none: the search must end where no header is.
SEARCHED_LINES = 50
_VOCABULARIES = Path(__file__).parent.parent / "vocabularies"
_NO_LETTER = re.compile(r"[\W_]+")


def bare(name: str) -> str:
    """A header without case, accents, spaces and signs: how two spellings of one are equal."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _NO_LETTER.sub("", plain).casefold()


@cache
def vocabulary(system: str) -> dict[str, str]:
    """Every header of a system in any language, bare, with the field it names."""
    return {
        bare(header): field
        for field, headers in _spoken(system).items()
        for header in (field, *headers)
    }


@cache
def _spoken(system: str) -> dict[str, list[str]]:
    tree = yaml.safe_load((_VOCABULARIES / f"{system}.yml").read_text("utf-8"))
    return {
        field: [header for headers in languages.values() for header in headers]
        for field, languages in tree.items()
    }


def known_names(found: list[str], mapping: Mapping) -> list[str]:
    """The headers under the names that the rules of the mapping use.

    A header that no rule reads keeps its own name; repeated, it gets a number, because lists of
    some systems show a currency or a unit beside each amount. One that a rule reads stays twice,
    to be refused: nobody can tell which is meant.
    """
    names = [name.strip() for name in found]
    if not mapping.has_other_names:
        return names
    other = _other_names(mapping)
    names = [
        name if name in mapping.known_headers else other.get(bare(name), name) for name in names
    ]
    read = _read(mapping)
    seen: dict[str, int] = {}
    for at, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if name and seen[name] > 1 and name not in read:
            names[at] = f"{name} ({seen[name]})"
    return names


def written_names(cells: list[str], names: list[str]) -> dict[str, str]:
    """The headers as the file writes them, by the names of `known_names`, where they differ."""
    pairs = zip(names, cells, strict=False)
    return {name: cell.strip() for name, cell in pairs if name and cell.strip() != name}


def refuse_two_of_one(cells: list[str], names: list[str]) -> None:
    """Raises Refused where two headers that are written differently mean the same field."""
    written: dict[str, list[str]] = {}
    for cell, name in zip(cells, names, strict=False):
        if name and cell.strip() not in written.setdefault(name, []):
            written[name].append(cell.strip())
    for name, several in written.items():
        if len(several) > 1:
            raise Refused(
                f"its columns {' and '.join(several)} are both taken for {name}: leave one out of "
                f"the layout of the export, or put one under ignore: in a mapping of your own"
            )


def _other_names(mapping: Mapping) -> dict[str, str]:
    known = mapping.known_headers
    other: dict[str, str] = {}
    if mapping.vocabulary is not None:
        told = vocabulary(mapping.vocabulary)
        other = {header: field for header, field in told.items() if field in known}
    for field, headers in mapping.synonyms.items():
        other |= {bare(header): field for header in headers}
    return other


def _read(mapping: Mapping) -> set[str]:
    read = set(mapping.required_headers)
    for rule in mapping.rules.values():
        read |= rule.headers
    return read


@dataclass(frozen=True)
class FoundHeader:
    """`at`: how many rows stand above it. `cells`: as written. `names`: as the rules say."""

    at: int
    cells: list[str]
    names: list[str]


def find_header(rows: Iterable[list[str]], mapping: Mapping) -> FoundHeader:
    """The first of `rows` that has every header the mapping needs.

    Raises Refused, naming what was looked for, and how near the nearest row came.
    """
    best: FoundHeader | None = None
    most = 0
    for at, cells in enumerate(rows):
        if at >= SEARCHED_LINES:
            break
        names = known_names(cells, mapping)
        here = set(names)
        if mapping.required_headers and mapping.required_headers <= here:
            refuse_two_of_one(cells, names)
            return FoundHeader(at, cells, names)
        score = len(here & mapping.known_headers)
        if score > most:
            best, most = FoundHeader(at, cells, names), score
    if best is not None and most * 2 >= len(mapping.required_headers):
        lacking = sorted(mapping.required_headers - set(best.names))
        raise Refused(
            f"its header (line {best.at + 1}) lacks {_in_words(lacking, mapping)}. Add "
            f"{'the column' if len(lacking) == 1 else 'the columns'} to the layout of the export"
        )
    needed = _in_words(sorted(mapping.required_headers), mapping)
    raise Refused(f"no header in its first {SEARCHED_LINES} lines: none of them names {needed}")


def _in_words(fields: list[str], mapping: Mapping) -> str:
    """Fields with what people see on their screens: MATNR (Material, Artikel …)."""
    spoken = _spoken(mapping.vocabulary) if mapping.vocabulary else {}
    told = []
    for field in fields:
        headers = [*mapping.synonyms.get(field, ()), *spoken.get(field, [])][:3]
        told.append(f"{field} ({', '.join(headers)} …)" if headers else field)
    return ", ".join(told)

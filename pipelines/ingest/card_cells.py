"""Card numbers in binary workbooks (.xls, .xlsb): looked for, since they cannot be masked there.

A number may lie there as text of one or two bytes a sign, in pieces, or as a floating point number,
between lengths that a mask would have to leave right. So every sheet is opened and its cells are
searched, hidden ones too, and then all other bytes: comments, headers, names. A workbook with a
card number is refused in words and kept nowhere; saved as .xlsx it is masked like any file.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.ingest.card_identifiers import is_identifier
from pipelines.ingest.card_numbers import Masker, masked_text
from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.workbooks.compound import Compound
from pipelines.ingest.readers.workbooks.facts import Book, Looked, letters
from pipelines.ingest.readers.workbooks.opening import look_into
from pipelines.ingest.readers.workbooks.package import damage_in_words
from pipelines.ingest.readers.workbooks.values import values_of
from pipelines.settings import Settings

_HEADER_ROWS = 30
# What has as many digits as a card number; few cells have.
LONG_NUMBER = r"[0-9](?:[ .\u00a0\u2009\u202f-]?[0-9]){12}"
_MEND = (
    "card numbers cannot be masked in this kind of workbook, so nothing of it was kept: save it as "
    ".xlsx, or take the number out, and send it again"
)


def refuse_cards_in_old_workbook(path: Path, settings: Settings) -> None:
    """Raises Refused when an .xls holds a card number, or cannot be looked into."""
    book = look_into(path, path.name, settings)
    known = _refuse_cells(path, book)
    file = Compound(path)
    for name in file.names():
        refuse_cards_in_bytes(file.read(name), known)


def refuse_cards_in_binary_workbook(path: Path, settings: Settings) -> None:
    """Raises Refused when an .xlsb holds a card number, or cannot be looked into."""
    book = look_into(path, path.name, settings)
    known = _refuse_cells(path, book)
    with damage_in_words(), zipfile.ZipFile(path) as package:
        for part in package.namelist():
            refuse_cards_in_bytes(package.read(part), known)


def card_number_in(column: pl.Series) -> int | None:
    """The first row of a column of text that holds a card number."""
    mask = column.str.contains(LONG_NUMBER).fill_null(False)
    for row in mask.arg_true().to_list() if mask.any() else ():
        if masked_text(column[row]) != column[row]:
            return int(row)
    return None


def _refuse_cells(path: Path, book: Book) -> set[bytes]:
    """Raises Refused; returns the numbers that are identifiers, by the headers above them."""
    known: set[bytes] = set()
    with damage_in_words():
        looked = Looked(book)
    with values_of(path) as values:
        for sheet in book.sheets:
            if not sheet.is_table:
                continue
            with damage_in_words():
                facts = looked.facts(sheet)
            if not facts.rows:
                continue
            frame, _ = values.sheet(sheet.name, facts)
            for at, column in enumerate(frame.iter_columns()):
                if any(map(_is_identifier, column.head(_HEADER_ROWS))):
                    known.update(_long_numbers(column))
                    continue
                if (row := card_number_in(column)) is not None:
                    place = f"{letters(facts.first_column + at)}{row + 1}"
                    raise Refused(
                        f"cell {place} of sheet {sheet.name} holds a card number: {_MEND}"
                    )
    return known


def _long_numbers(column: pl.Series) -> Iterator[bytes]:
    for text in column.filter(column.str.contains(LONG_NUMBER)):
        yield from Masker(is_whole=False).numbers(text.encode("utf-8", "replace"))


def _is_identifier(cell: str | None) -> bool:
    return cell is not None and is_identifier(cell.encode("utf-8", "replace"))


def refuse_cards_in_bytes(data: bytes, known: AbstractSet[bytes] = frozenset()) -> None:
    """Raises Refused when text of one or two bytes a sign holds a card number but `known` ones."""
    for view in _views(data):
        if any(one not in known for one in Masker(is_whole=False).numbers(view)):
            raise Refused(
                "outside of its cells, in a comment, a header or a name, it holds what looks like "
                f"a card number: {_MEND}"
            )


def _views(data: bytes) -> Iterator[bytes]:
    """The bytes, and twice what they are as UTF-16: its text begins at any byte."""
    yield data
    signs = np.frombuffer(data, dtype=np.uint8)
    for first in (0, 1):
        pairs = signs[first : first + (len(signs) - first) // 2 * 2].reshape(-1, 2)
        yield np.where(pairs[:, 1] == 0, pairs[:, 0], 0).astype(np.uint8).tobytes()

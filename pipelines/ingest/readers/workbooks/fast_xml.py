"""A sheet in XML as every program writes it, looked at by expressions instead of a parser.

A sheet has millions of cells, and a parser calls us for each. What is written in another way than
usual (prefixes, comments, cells without a place) is told by None: then the parser has its turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl

from pipelines.ingest.readers.workbooks.facts import Facts, Merge

_ODD = re.compile(rb"<!|<[\w.-]+:(?:c|row|v|is|sheetData|mergeCell)\b|<(?:row|c|v|is)\s[^>]*'")
_CELL = r"<c\b[^>]*>"
_PARTS = r'\A<c(?: [^>]*?)?? r="(?<column>[A-Z]{1,3})(?<row>[1-9][0-9]{0,6})"'
_TEXTS = ("s", "str", "inlineStr", "d")
_ROW = re.compile(rb"<row\b[^>]*>")
_HIDDEN = re.compile(rb'\shidden="(?:1|true|on)"')
_ROW_NO = re.compile(rb'\sr="(\d{1,7})"')
_MERGE = re.compile(rb'<mergeCell\b[^>]*\sref="([A-Z]{1,3})(\d+)(?::([A-Z]{1,3})(\d+))?"')


def fast_walk(pieces: Iterable[bytes], facts: Facts) -> int | None:
    """How many cells show a shared string; what else there is to know goes into `facts`.

    None for a sheet that is written in another way. Raises Refused.
    """
    shared = 0
    for piece in _whole_tags(pieces):
        if _ODD.search(piece):
            return None
        found = _cells(piece, facts)
        if found is None or not _hidden(piece, facts):
            return None
        shared += found
        for left, top, right, bottom in _MERGE.findall(piece):
            first, last = _column(left), _column(right or left)
            facts.merge(Merge(int(top) - 1, int(bottom or top) - 1, first, last))
    return shared


def longest(pieces: Iterable[bytes]) -> int:
    """No shared string is longer than this."""
    found = rest = 0
    for piece in pieces:
        parts = piece.split(b"</")
        found = max(found, rest + len(parts[0]), *map(len, parts))
        rest = len(parts[-1]) + (rest if len(parts) == 1 else 0)
    return found


def _whole_tags(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut before a tag."""
    held = b""
    for piece in pieces:
        held += piece
        cut = held.rfind(b"<")
        if cut > 0:
            yield held[:cut]
            held = held[cut:]
    if held:
        yield held


def _cells(piece: bytes, facts: Facts) -> int | None:
    text = piece.decode("utf-8", "replace")
    tags = pl.Series([text]).str.extract_all(_CELL).explode(empty_as_null=False)
    if tags.len() != len(re.findall(r"<c\b", text)):
        return None
    # One without content has no value.
    tags = tags.filter(~tags.str.ends_with("/>"))
    if not tags.len():
        return 0
    place = tags.str.extract_groups(_PARTS).struct.unnest()
    if place.get_column("row").null_count():
        return None
    kind = tags.str.extract(r'\st="(\w+)"')
    letters = place.get_column("column")
    known = {name: _column(name.encode()) for name in letters.unique()}
    columns = letters.replace_strict(known, return_dtype=pl.Int64).to_numpy()
    rows = place.get_column("row").cast(pl.Int64).to_numpy() - 1
    facts.many(rows, columns, np.asarray(kind.is_in(list(_TEXTS)).fill_null(False)))
    if errors := int((kind == "e").sum()):
        facts.error(errors)
    return int((kind == "s").sum())


def _hidden(piece: bytes, facts: Facts) -> bool:
    """Notes the hidden rows; false when a row does not say which it is."""
    if b"hidden" not in piece:
        return True
    for tag in _ROW.findall(piece):
        if _HIDDEN.search(tag):
            number = _ROW_NO.search(tag)
            if number is None:
                return False
            facts.hide(int(number[1]) - 1, int(number[1]) - 1)
    return True


def _column(name: bytes) -> int:
    column = 0
    for sign in name:
        column = column * 26 + sign - 64
    return column - 1

"""A received file without its card numbers, packed or not.

    with without_card_numbers(path) as file:
        file.read(1 << 20)

Plain files are masked as they are read. Packed ones (gzip, zip, which workbooks are, and Parquet)
are looked through first, and only packed anew when something was found in them: what is clean keeps
its bytes. What cannot be looked through to its end, or not be masked, is refused in words: nobody
knows what the archive would keep.
"""

from __future__ import annotations

import gzip
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from pipelines.ingest.card_cells import (
    refuse_cards_in_binary_workbook,
    refuse_cards_in_bytes,
    refuse_cards_in_old_workbook,
)
from pipelines.ingest.card_columns import find_in_parquet, parquet_anew
from pipelines.ingest.card_fields import Stretch
from pipelines.ingest.card_numbers import Masked, Masker, Readable, masked_text
from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.streams import Gunzip
from pipelines.ingest.readers.workbooks.compound import MAGIC as _COMPOUND
from pipelines.ingest.readers.workbooks.package import Package, damage_in_words
from pipelines.settings import Settings

_GZIP, _ZIP, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
# Kinds nobody here unpacks, by their first bytes.
_SEALED = {
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with Zstandard",
    b"\x04\x22\x4d\x18": "packed with LZ4",
    b"PK\x05\x06": "an empty or divided zip archive",
    b"PK\x07\x08": "a divided zip archive",
    b"%PDF": "a PDF",
}
# As generous as a reader may be told to be: what a reader opens was looked through.
_SETTINGS = Settings(max_expansion=300)
_STEP = 1 << 20
_IN_MEMORY = 8 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
_XML = (".xml", ".rels", ".vml")
# Where the text of one cell is cut into pieces, for the sake of its looks.
_CUTS = re.compile(
    rb"</(?:\w+:)?t>\s*</(?:\w+:)?r>\s*<(?:\w+:)?r(?:\s[^>]*)?>.{0,2000}?<(?:\w+:)?t(?:\s[^>]*)?>"
    rb"|</?text:span[^>]*>",
    re.DOTALL,
)
_IN_PIECES = (b"<r>", b":r>", b"<r ", b"<text:span")


class Writable(Protocol):
    def write(self, data: bytes, /) -> int: ...


@contextmanager
def without_card_numbers(path: Path, places: tuple[Stretch, ...] = ()) -> Iterator[Readable]:
    """The bytes of the file at `path`, masked; `places`: see `card_fields`.

    Raises OSError when it cannot be read, and Refused when nothing of it may be kept.
    """
    with path.open("rb", buffering=0) as file:
        start = file.read(8)
        file.seek(0)
        for magic, kind in _SEALED.items():
            if start.startswith(magic):
                raise Refused(
                    f"it is {kind}, which is not looked into: unpack it, and send what is in it"
                )
        if start.startswith(_PARQUET):
            with _packed_anew(path, _find_in_parquet, parquet_anew) as found:
                yield found or file
        elif start.startswith(_GZIP):
            find = partial(_find_in_gzip, places=places)
            with _packed_anew(path, find, partial(_gzip_anew, places=places)) as found:
                yield found or file
        elif start.startswith(_ZIP):
            with _packed_anew(path, _find_in_zip, _zip_anew) as found:
                yield found or file
        elif start == _COMPOUND:
            refuse_cards_in_old_workbook(path, _SETTINGS)
            yield file
        else:
            yield Masked(file, places=places)


@contextmanager
def _packed_anew(
    path: Path, find: Callable[[Path], bool], anew: Callable[[Path, BinaryIO], None]
) -> Iterator[Readable | None]:
    """The file packed anew without its card numbers; None when it has none. Raises Refused."""
    if not find(path):
        yield None
        return
    with cast(BinaryIO, tempfile.SpooledTemporaryFile(_IN_MEMORY)) as result:
        try:
            anew(path, result)
        except _BROKEN as fault:
            raise Refused("it is damaged: have it sent again") from fault
        result.seek(0)
        yield result


def _find_in_parquet(path: Path) -> bool:
    return find_in_parquet(path, _SETTINGS)


def _find_in_gzip(path: Path, places: tuple[Stretch, ...]) -> bool:
    with path.open("rb") as file:
        # A name and a comment may stand in front.
        head = file.read(1024).decode("latin-1")
        file.seek(0)
        unpacked = Gunzip(file, _SETTINGS.max_expansion)
        return _holds(unpacked, places) or head != masked_text(head)


def _gzip_anew(path: Path, result: BinaryIO, places: tuple[Stretch, ...]) -> None:
    with (
        gzip.open(path) as unpacked,
        gzip.GzipFile("", "wb", 6, result, mtime=0) as packed,
    ):
        _copy(Masked(unpacked, places=places), packed)


def _find_in_zip(path: Path) -> bool:
    package = Package(path, _SETTINGS)
    if "xl/workbook.bin" in package:
        refuse_cards_in_binary_workbook(path, _SETTINGS)
        return False
    with damage_in_words(), zipfile.ZipFile(path) as unpacked:
        members = unpacked.infolist()
        names = "\n".join(one.filename for one in members)
        if names != masked_text(names):
            raise Refused("a name in it holds a card number: nothing of it was kept. Rename it")
        found = bool(unpacked.comment)
        for one in members:
            with unpacked.open(one) as member:
                # All of them: in any there may be what no mask reaches.
                found = _holds(member) or found
            with unpacked.open(one) as member:
                if member.read(8) == _COMPOUND:
                    refuse_cards_in_bytes(unpacked.read(one))
            if one.filename.lower().endswith(_XML):
                _refuse_pieces(unpacked, one)
    return found


def _refuse_pieces(unpacked: zipfile.ZipFile, one: zipfile.ZipInfo) -> None:
    """Raises Refused when a card number stands in a cell whose text is cut into pieces."""
    data = unpacked.read(one)
    # Other numbers are masked by now: what is found without the cuts stood across one.
    if any(sign in data for sign in _IN_PIECES) and _found(_CUTS.sub(b"", _masked(data))):
        raise Refused(
            "a cell of it holds a card number of which a part is set in another type: nothing of "
            "it was kept. Take the number out, and send it again"
        )


def _masked(data: bytes) -> bytes:
    return Masker().mask(data)


def _found(data: bytes) -> bool:
    return _masked(data) is not data


def _zip_anew(path: Path, result: BinaryIO) -> None:
    with zipfile.ZipFile(path) as unpacked, zipfile.ZipFile(result, "w") as packed:
        for one in unpacked.infolist():
            again = zipfile.ZipInfo(one.filename, one.date_time)
            again.compress_type = zipfile.ZIP_DEFLATED
            with unpacked.open(one) as member, packed.open(again, "w") as target:
                _copy(Masked(member), target)


def _holds(stream: Readable, places: tuple[Stretch, ...] = ()) -> bool:
    """Whether a card number stands in it; read to its end. Raises Refused."""
    first = stream.read(8)
    if first.startswith((_GZIP, _ZIP, _PARQUET, *_SEALED)):
        raise Refused(
            "it holds a file that is packed once more, which is not looked into: send it without, "
            "or unpacked"
        )
    masked = Masked(_Chained(first, stream), places=places)
    while masked.read(_STEP):
        pass
    return masked.found


class _Chained:
    """A stream again from its start, of which some was read."""

    def __init__(self, first: bytes, rest: Readable) -> None:
        self._first = first
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        first, self._first = self._first, b""
        return first + self._rest.read(size) if first else self._rest.read(size)


def _copy(source: Masked, target: Writable) -> None:
    while piece := source.read(_STEP):
        target.write(piece)

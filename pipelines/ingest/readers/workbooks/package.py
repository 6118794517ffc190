"""Workbooks that are zip archives: unpacked once within bounds, and XML read without surprises."""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat

from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.workbooks.facts import MAX_UNPACKED
from pipelines.settings import Settings

_FREE_BYTES = 16 << 20
STEP = 1 << 20
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
Start = Callable[[str, dict[str, str]], None]


@contextmanager
def damage_in_words() -> Iterator[None]:
    """Whatever a damaged archive makes go wrong, as Refused."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        LookupError,
        OverflowError,
        struct.error,
        NotImplementedError,
        RuntimeError,
        expat.ExpatError,
        OSError,
        ValueError,
    ) as fault:
        raise Refused("it is no whole Excel workbook: save it again as .xlsx") from fault


class Package:
    """The entries of a zip archive, each unpacked once to learn its true size. Raises Refused."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path = path
        self._names: dict[str, str] = {}
        limit = min(MAX_UNPACKED, max(_FREE_BYTES, path.stat().st_size * settings.max_expansion))
        with damage_in_words(), zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                # Two entries of one name: what is looked at might not be what is read.
                if entry.filename.lower() in self._names:
                    raise Refused("it holds a part twice: save it again as .xlsx")
                if entry.flag_bits & 1:
                    raise Refused("it is protected by a password: save it without one")
                self._names[entry.filename.lower()] = entry.filename
            unpacked = 0
            for entry in archive.infolist():
                unpacked += _size(archive, entry, limit - unpacked, settings)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    @property
    def is_ods(self) -> bool:
        return "mimetype" in self and self.read("mimetype").strip().startswith(_ODS)

    def names(self) -> list[str]:
        return list(self._names)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of an entry, piece by piece."""
        with zipfile.ZipFile(self.path) as archive, archive.open(self._names[name.lower()]) as part:
            while piece := part.read(STEP):
                yield piece

    def read(self, name: str) -> bytes:
        """A small entry as a whole."""
        told = b""
        for piece in self.pieces(name):
            told += piece
            if len(told) > STEP:
                raise Refused("it is no ordinary workbook: its list of sheets is too long")
        return told

    def parse(
        self,
        name: str,
        start: Start,
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Each element of an XML entry, without its namespace. Raises Refused."""
        parser = expat.ParserCreate()
        parser.buffer_text = True

        def opened(tag: str, attributes: dict[str, str]) -> None:
            start(tag if ":" not in tag else tag.rpartition(":")[2], attributes)

        def closed(tag: str) -> None:
            assert end is not None
            end(tag if ":" not in tag else tag.rpartition(":")[2])

        def declared(*_: object) -> None:
            raise Refused(
                "it declares XML entities, which no spreadsheet program writes: it is not taken in"
            )

        parser.StartElementHandler = opened
        parser.StartDoctypeDeclHandler = declared
        parser.EntityDeclHandler = declared
        if end is not None:
            parser.EndElementHandler = closed
        if text is not None:
            parser.CharacterDataHandler = text
        for piece in self.pieces(name):
            parser.Parse(piece)
        parser.Parse(b"", True)

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Where the relations of a part lead: id to entry and kind (worksheet, chartsheet …)."""
        folder, _, file = name.rpartition("/")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, told: dict[str, str]) -> None:
            if tag == "Relationship":
                target = told.get("Target", "")
                entry = posixpath.normpath(posixpath.join(folder, target))
                if target.startswith("/"):
                    entry = target.lstrip("/")
                kind = told.get("Type", "").rpartition("/")[2]
                found[told.get("Id", "")] = (entry, kind)

        self.parse(f"{folder}/_rels/{file}.rels", start)
        return found


def _size(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: float, settings: Settings) -> int:
    size = 0
    with archive.open(entry) as stream:
        while piece := stream.read(STEP):
            size += len(piece)
            if size > left:
                raise Refused(
                    f"it unpacks to more than {MAX_UNPACKED >> 20} MB or "
                    f"{settings.max_expansion:g} times its size: send it as CSV"
                )
    return size

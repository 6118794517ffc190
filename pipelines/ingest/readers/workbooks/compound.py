"""Compound files ([MS-CFB]): a small file system, for old workbooks and for encrypted ones."""

from __future__ import annotations

import struct
from pathlib import Path

from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.workbooks.facts import MAX_UNPACKED

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA
_DAMAGED = (
    "it is damaged, or protected by a password in a way nobody knows here: save it again as .xlsx "
    "without a password"
)


class Compound:
    """The streams of a compound file. Raises Refused."""

    def __init__(self, path: Path) -> None:
        if path.stat().st_size > MAX_UNPACKED:
            raise Refused(f"it is larger than {MAX_UNPACKED >> 20} MB: send it as CSV")
        self._data = path.read_bytes()
        try:
            self._open()
        except (struct.error, IndexError, ValueError) as fault:
            raise Refused(_DAMAGED) from fault

    def _open(self) -> None:
        head = self._data
        shift, small_shift = struct.unpack_from("<HH", head, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise Refused(_DAMAGED)
        self._sector = 1 << shift
        (tables,) = struct.unpack_from("<I", head, 44)
        (first_folder,) = struct.unpack_from("<I", head, 48)
        self._cutoff, small_table = struct.unpack_from("<II", head, 56)
        more, _ = struct.unpack_from("<II", head, 68)
        places = list(struct.unpack_from("<109I", head, 76))
        entries = self._sector // 4
        seen = 0
        while more < _LAST and len(places) < tables:
            part = struct.unpack(f"<{entries}I", self._at(more))
            places += part[:-1]
            more = part[-1]
            seen += 1
            if seen > len(head) // self._sector:
                raise Refused(_DAMAGED)
        self._next: list[int] = []
        for place in places[:tables]:
            self._next += struct.unpack(f"<{entries}I", self._at(place))
        folder = b"".join(self._at(place) for place in self._chain(first_folder, self._next))
        self._streams: dict[str, tuple[int, int]] = {}
        root = (0, 0)
        for at in range(0, len(folder), 128):
            (length,) = struct.unpack_from("<H", folder, at + 64)
            name = folder[at : at + max(0, min(64, length) - 2)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", folder, at + 116)
            kind = folder[at + 66]
            if kind == 5:
                root = (start, size)
            elif kind == 2:
                self._streams.setdefault(name.lower(), (start, size))
        table = [self._at(place) for place in self._chain(small_table, self._next)]
        packed = b"".join(table)
        self._small_next = list(struct.unpack(f"<{len(packed) // 4}I", packed))
        small = b"".join(self._at(place) for place in self._chain(root[0], self._next))
        self._small = small[: root[1]]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._streams

    def names(self) -> list[str]:
        return list(self._streams)

    def read(self, name: str) -> bytes:
        """A stream as a whole."""
        start, size = self._streams[name.lower()]
        try:
            if size < self._cutoff:
                chain = self._chain(start, self._small_next)
                data = b"".join(self._small[place << 6 : (place + 1) << 6] for place in chain)
            else:
                data = b"".join(self._at(place) for place in self._chain(start, self._next))
        except (struct.error, IndexError, ValueError) as fault:
            raise Refused(_DAMAGED) from fault
        return data[:size]

    def _at(self, place: int) -> bytes:
        start = (place + 1) * self._sector
        data = self._data[start : start + self._sector]
        if not data:
            raise Refused(_DAMAGED)
        return data.ljust(self._sector, b"\0")

    @staticmethod
    def _chain(start: int, following: list[int]) -> list[int]:
        found = []
        while start < _LAST:
            found.append(start)
            if len(found) > len(following):
                raise Refused(_DAMAGED)
            start = following[start]
        return found

"""Bytes of a file as they come: plain, or unpacked within bounds and transcoded to UTF-8."""

from __future__ import annotations

import codecs
import zlib
from pathlib import Path
from typing import BinaryIO, Protocol

from pipelines.ingest.readers import Refused

GZIP_MAGIC = b"\x1f\x8b"
# Below this a high expansion is harmless: a hundred empty lines pack very well.
FREE_BYTES = 16 << 20
_PACKED_STEP = 256 << 10


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


class Gunzip:
    """A gzip stream that gives up on bombs and on files cut short. Raises Refused."""

    def __init__(self, packed: BinaryIO, max_expansion: float) -> None:
        self._packed = packed
        self._max_expansion = max_expansion
        self._inflate = zlib.decompressobj(31)
        self._pending = b""
        self._taken = 0
        self._given = 0

    def read(self, size: int, /) -> bytes:
        out = bytearray()
        while len(out) < size:
            if not self._pending:
                self._pending = self._packed.read(_PACKED_STEP)
                self._taken += len(self._pending)
            if not self._pending:
                if not self._inflate.eof and self._taken:
                    raise Refused("the compressed file ends in the middle: have it sent again")
                break
            if self._inflate.eof:
                self._pending = self._pending.lstrip(b"\0")
                if not self._pending:
                    continue
                self._inflate = zlib.decompressobj(31)
            try:
                piece = self._inflate.decompress(self._pending, size - len(out))
            except zlib.error as fault:
                raise Refused("the compressed file is damaged: have it sent again") from fault
            self._pending = self._inflate.unconsumed_tail or self._inflate.unused_data
            out += piece
            self._given += len(piece)
            if self._given > max(FREE_BYTES, self._taken * self._max_expansion):
                raise Refused(
                    f"unpacks to more than {self._max_expansion:g} times its size: this is no "
                    "export. If it is one, raise max_expansion in loupe.toml"
                )
        return bytes(out)

    def close(self) -> None:
        self._packed.close()


class Transcoded:
    """Text of another encoding as UTF-8; what cannot be read becomes U+FFFD."""

    def __init__(self, stream: Stream, encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._ended = False

    def read(self, size: int, /) -> bytes:
        while not self._ended:
            piece = self._stream.read(size)
            self._ended = not piece
            try:
                text = self._decoder.decode(piece, final=self._ended)
            except UnicodeError as fault:
                # UTF-16 without its mark: which byte of a pair comes first is not said.
                raise Refused(
                    f"it is not written as {self._encoding}, as its mapping says. If the system "
                    "may write it otherwise, say encoding: auto in the mapping"
                ) from fault
            if text:
                return text.encode("utf-8", errors="replace")
        return b""

    def close(self) -> None:
        self._stream.close()


def open_stream(path: Path, max_expansion: float) -> Stream:
    """The bytes of the file, unpacked when they are gzip, whatever it is called."""
    file = path.open("rb")
    packed = file.read(2) == GZIP_MAGIC
    file.seek(0)
    return Gunzip(file, max_expansion) if packed else file

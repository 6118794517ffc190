"""The archive keeps every original under the hash of its bytes: archive/ab/abcd…/<name>."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipelines.ingest.killpoints import reached

_STEP = 1 << 20


@dataclass(frozen=True)
class Kept:
    """An original in the archive. `file_id` is the SHA-256 of its bytes."""

    file_id: str
    path: Path
    # Whether the file is so short that it can only be a header.
    is_one_line: bool


def keep(source: Path, archive: Path) -> Kept:
    """Copies a file into the archive while hashing it, in one pass; owner-only.

    The copy has its name only when it is whole; it is brought to disk before the batch is
    committed, all copies at once. Raises OSError when the source cannot be read.
    """
    archive.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open("rb", buffering=0) as file:
        first = file.read(_STEP)
        size = len(first)
        digest.update(first)
        if size < _STEP and not (more := file.read(_STEP)):
            return _place(first, digest.hexdigest(), source.name, archive)
        if size == _STEP:
            more = file.read(_STEP)
        temporary = archive / f".{os.getpid()}.incoming"
        with _private(temporary) as copy, ThreadPoolExecutor(1) as hasher:
            copy.write(first)
            while more:
                hashed = hasher.submit(digest.update, more)
                copy.write(more)
                hashed.result()
                reached("mid_archive")
                size += len(more)
                more = file.read(_STEP)
    file_id = digest.hexdigest()
    target = _target(file_id, source.name, size, archive)
    temporary.replace(target)
    return Kept(file_id, target, is_one_line=False)


def _place(data: bytes, file_id: str, name: str, archive: Path) -> Kept:
    target = _target(file_id, name, len(data), archive)
    if not target.exists():
        temporary = archive / f".{os.getpid()}.incoming"
        with _private(temporary) as copy:
            copy.write(data)
        reached("mid_archive")
        temporary.replace(target)
    return Kept(file_id, target, is_one_line=data.strip().count(b"\n") == 0)


def _target(file_id: str, name: str, size: int, archive: Path) -> Path:
    """Where the bytes belong: the copy that is there already, unless a power cut left it short."""
    folder = archive / file_id[:2] / file_id
    if not folder.is_dir():
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / name
    for kept in folder.iterdir():
        if kept.stat().st_size == size:
            return kept
        kept.unlink()
    return folder / name


def _private(path: Path) -> BinaryIO:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

"""The archive keeps every original under the hash of its bytes: archive/ab/abcd…/<name>."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from pipelines.ingest.card_fields import Stretch
from pipelines.ingest.card_files import without_card_numbers
from pipelines.ingest.killpoints import reached
from pipelines.ingest.readers import Refused

_STEP = 1 << 20
_AT_ONCE = 1_000
# More do not make a disk faster.
_MOST_THREADS = 8
_putting = threading.Lock()


@dataclass(frozen=True)
class Kept:
    """An original in the archive. `file_id` is the SHA-256 of its bytes."""

    file_id: str
    path: Path
    # Whether the file is so short that it can only be a header.
    is_one_line: bool
    # In words why the bytes were not kept; a note stands in the archive instead of them.
    refusal: str | None = None


# A file, and where in its lines a card number may stand when it is of fixed width.
Source = tuple[Path, tuple[Stretch, ...]]


def keep_all(sources: Iterable[Source], archive: Path) -> Iterator[Kept | OSError]:
    """`keep` for many files, some at a time; in their order, each one's fault in its place.

    Threads do, a quarter sooner on two cores: hashing and copying leave the interpreter free.
    """
    waiting = iter(sources)
    threads = min(_MOST_THREADS, len(os.sched_getaffinity(0)))
    with ThreadPoolExecutor(threads, "archive") as pool:
        while some := list(islice(waiting, _AT_ONCE)):
            yield from pool.map(lambda one: _kept(one[0], one[1], archive), some)


def _kept(source: Path, places: tuple[Stretch, ...], archive: Path) -> Kept | OSError:
    try:
        return keep(source, archive, places)
    except Refused as fault:
        return _keep_note(source, str(fault), archive)
    except OSError as fault:
        return fault


def _keep_note(source: Path, refusal: str, archive: Path) -> Kept | OSError:
    """What is archived of a file nobody may keep: the hash of its bytes, and why."""
    try:
        with source.open("rb") as file:
            received = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        return fault
    note = f"Not kept: {refusal}\nSHA-256 of what was received: {received}\n".encode()
    name = source.name + ".not-kept.txt"
    kept = _place(note, hashlib.sha256(note).hexdigest(), name, archive)
    return replace(kept, refusal=refusal)


def keep(source: Path, archive: Path, places: tuple[Stretch, ...] = ()) -> Kept:
    """Copies a file into the archive while hashing it, in one pass; owner-only.

    Without its card numbers: they are masked on the way, and the hash is that of the copy.

    The copy has its name only when it is whole; it is brought to disk before the batch is
    committed, all copies at once. Raises OSError when the source cannot be read, and Refused when
    nothing of it may be kept.
    """
    archive.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with without_card_numbers(source, places) as file:
        first = file.read(_STEP)
        size = len(first)
        digest.update(first)
        if size < _STEP and not (more := file.read(_STEP)):
            return _place(first, digest.hexdigest(), source.name, archive)
        if size == _STEP:
            more = file.read(_STEP)
        temporary = _temporary(archive)
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
    target = _put(temporary, file_id, source.name, size, archive)
    return Kept(file_id, target, is_one_line=False)


def _place(data: bytes, file_id: str, name: str, archive: Path) -> Kept:
    target = _target(file_id, name, len(data), archive)
    if not target.exists():
        temporary = _temporary(archive)
        with _private(temporary) as copy:
            copy.write(data)
        reached("mid_archive")
        target = _put(temporary, file_id, name, len(data), archive)
    return Kept(file_id, target, is_one_line=data.strip().count(b"\n") == 0)


def _put(temporary: Path, file_id: str, name: str, size: int, archive: Path) -> Path:
    """Gives a whole copy its name, unless another thread kept the same bytes meanwhile."""
    with _putting:
        target = _target(file_id, name, size, archive)
        if target.exists():
            temporary.unlink()
        else:
            temporary.replace(target)
    return target


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
        kept.unlink(missing_ok=True)
    return folder / name


def _temporary(archive: Path) -> Path:
    """Where this thread writes; an interrupted run's are thrown away by the next."""
    return archive / f".{os.getpid()}-{threading.get_ident()}.incoming"


def _private(path: Path) -> BinaryIO:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

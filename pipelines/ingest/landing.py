"""What lies in the landing folder, and what of it is ready to be read.

A file waits while it grows, while its marker is missing, or while it carries a name that says it is
still being sent. Files known from before, unchanged, cost one look at their folder.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipelines.ingest import unclaimed
from pipelines.ingest.card_fields import Stretch, stretches
from pipelines.ingest.card_numbers import masked_name
from pipelines.ingest.mapping.faults import MappingError
from pipelines.ingest.mapping.register import Claim, Register
from pipelines.settings import Settings

CONTROL = ".control.json"
_PARTIAL = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".!ut")
_NOISE = {"thumbs.db", "desktop.ini"}
_SECOND_LOOK = 1.0


@dataclass(frozen=True)
class Stamp:
    """What tells a file that changed from one that did not."""

    size: int
    mtime_ns: int
    inode: int
    # The same of its control totals, when it has some.
    control: str = ""


@dataclass(frozen=True)
class Known:
    """A file the ledger knows under this path."""

    stamp: Stamp
    # With which mappings, contract and reader it was looked at.
    considered: str


@dataclass
class Found:
    """A file that is ready to be read."""

    path: Path
    name: str
    stamp: Stamp
    claims: list[Claim] = field(default_factory=list)
    # Set when nobody can read it, in words.
    refusal: str | None = None

    @property
    def control(self) -> Path | None:
        return self.path.with_name(self.path.name + CONTROL) if self.stamp.control else None

    @property
    def card_places(self) -> tuple[Stretch, ...]:
        """Where in its lines a card number may stand, when it is of fixed width."""
        layouts = (claim.mapping.columns_at for claim in self.claims)
        return tuple({one: None for layout in layouts if layout for one in stretches(layout)})

    @property
    def received_at(self) -> datetime:
        """When it arrived, naive UTC."""
        return datetime.fromtimestamp(self.stamp.mtime_ns // 1_000 / 1_000_000, UTC).replace(
            tzinfo=None
        )


@dataclass
class Scan:
    """`found` are ready; `waiting` are not, and why; `unchanged` counts those known from before."""

    found: list[Found] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    unchanged: int = 0


def scan(
    landing: Path,
    settings: Settings,
    register: Register,
    known: MappingType[str, Known],
    considered: str,
) -> Scan:
    """Everything below `landing` that is new or changed since the ledger saw it."""
    result = Scan()
    young: list[Found] = []
    newest_quiet = time.time() - settings.quiet_seconds
    for entry, name, beside in _walk(landing, result.waiting, register):
        try:
            stamp = _stamp(entry, beside)
        except OSError as fault:
            result.waiting[name] = f"cannot be looked at: {_words(fault)}"
            continue
        before = known.get(name)
        if before is not None and before.stamp == stamp and before.considered == considered:
            result.unchanged += 1
            continue
        found = Found(Path(entry.path), name, stamp)
        if missing := _claim(found, register, beside):
            result.waiting[name] = missing
            continue
        result.found.append(found)
        if settings.quiet_seconds and stamp.mtime_ns / 1e9 > newest_quiet:
            young.append(found)
    if young:
        time.sleep(_SECOND_LOOK)
        for found in young:
            if not unchanged(found):
                result.waiting[found.name] = "is still being written"
        result.found = [one for one in result.found if one.name not in result.waiting]
    return result


def unchanged(found: Found) -> bool:
    """Whether the file is still what it was when it was found."""
    try:
        now = found.path.stat()
    except OSError:
        return False
    return (now.st_size, now.st_mtime_ns) == (found.stamp.size, found.stamp.mtime_ns)


_Entry = os.DirEntry[str]


def _walk(
    landing: Path, waiting: dict[str, str], register: Register
) -> Iterator[tuple[_Entry, str, dict[str, _Entry]]]:
    """(entry, name below the landing, entries of its folder) of every file."""
    been: set[tuple[int, int]] = set()
    folders: list[tuple[str, str]] = [(str(landing), "")]
    while folders:
        folder, prefix = folders.pop()
        try:
            entries = _listed(folder, been)
        except OSError as fault:
            waiting[prefix.rstrip("/") or "."] = f"cannot be opened: {_words(fault)}"
            continue
        if entries is None:
            waiting[prefix.rstrip("/")] = "is a link back to a folder already read: not followed"
            continue
        beside = {entry.name: entry for entry in entries}
        for entry in entries:
            low = entry.name.lower()
            if low.startswith((".", "~$")) or low in _NOISE:
                continue
            name = prefix + entry.name
            if (told := masked_name(entry.name)) != entry.name:
                # The name would stand in the ledger, the lake and the archive.
                waiting[prefix + told] = "its name holds a card number: rename it"
                continue
            try:
                is_folder = entry.is_dir()
                trouble = None if is_folder else _trouble(entry, low)
            except OSError as fault:
                is_folder, trouble = False, f"cannot be looked at: {_words(fault)}"
            if is_folder:
                folders.append((entry.path, name + "/"))
                if register.claims_quietly(name):
                    waiting[name] = "is a folder with the name of a file; its content is read"
            elif trouble:
                waiting[name.encode("utf-8", "replace").decode()] = trouble
            elif not low.endswith(CONTROL) and not register.is_marker(entry.name):
                yield entry, name, beside


def _listed(folder: str, been: set[tuple[int, int]]) -> list[_Entry] | None:
    """The entries of a folder by name; None when it was read before under another name."""
    try:
        here = os.stat(folder)  # noqa: PTH116 - a Path an entry is felt at 300,000 files
        if (here.st_dev, here.st_ino) in been:
            return None
        been.add((here.st_dev, here.st_ino))
        with os.scandir(folder) as listing:
            return sorted(listing, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []


def _trouble(entry: _Entry, low: str) -> str | None:
    """Why a file cannot be read yet, judging by its looks. Raises OSError."""
    if not entry.is_file():
        if entry.is_symlink():
            return "is a link to nothing: the file it names is gone"
        return "is no ordinary file"
    if low.endswith(_PARTIAL):
        return "carries the name of a file still being sent"
    try:
        entry.name.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not readable text: rename it"
    return None


def _stamp(entry: _Entry, beside: dict[str, _Entry]) -> Stamp:
    told = entry.stat()
    if not stat.S_ISREG(told.st_mode):
        raise OSError("it is no ordinary file")
    control = ""
    if (sibling := beside.get(entry.name + CONTROL)) is not None:
        other = sibling.stat()
        control = f"{other.st_size}-{other.st_mtime_ns}"
    return Stamp(told.st_size, told.st_mtime_ns, told.st_ino, control)


def _claim(found: Found, register: Register, beside: dict[str, _Entry]) -> str | None:
    """Fills in who reads the file; what it waits for, if anything."""
    try:
        found.claims = register.claims(found.name)
    except MappingError as fault:
        found.refusal = str(fault)
        return None
    if not found.claims:
        found.refusal = unclaimed.refusal(found.name, register.mappings)
    for claim in found.claims:
        marker = claim.mapping.marker_of(found.path.name)
        if marker is not None and marker not in beside:
            return f"waits for its marker {marker}"
    return None


def _words(fault: OSError) -> str:
    return (fault.strerror or str(fault)).lower()

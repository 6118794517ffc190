"""`loupe doctor`: can a run succeed here? Each finding says what to do."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.commands.screen import FAILED, out, print_json
from pipelines.settings import Home, SettingsError

_NETWORK_DISKS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs"}
_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `advice` is empty when it is well."""

    subject: str
    well: bool
    seen: str
    advice: str = ""


def examine(home: Home, as_json: bool) -> int:
    """Print every finding; 0 when all is well, else 1."""
    findings = [look(home) for look in _LOOKS]
    if as_json:
        print_json([asdict(f) for f in findings])
    else:
        for finding in findings:
            mark = "✓" if finding.well else "✗"
            advice = f" — {finding.advice}" if finding.advice else ""
            out.print(
                f"{mark} {finding.subject}: {finding.seen}{advice}", markup=False, soft_wrap=True
            )
    return 0 if all(f.well for f in findings) else FAILED


def _python(home: Home) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    well = sys.version_info[:2] == (3, 11)
    return Finding("Python", well, version, "" if well else "Loupe is pinned to Python 3.11.")


def _packages(home: Home) -> Finding:
    wanted = ("dagster", "dbt", "duckdb", "great_expectations", "polars", "streamlit")
    absent = [name for name in wanted if importlib.util.find_spec(name) is None]
    seen = "absent: " + ", ".join(absent) if absent else f"{len(wanted)} there"
    return Finding("Packages", not absent, seen, "run `make run` once" if absent else "")


def _writable(home: Home) -> Finding:
    probe = home.root / ".doctor"
    try:
        home.root.mkdir(parents=True, exist_ok=True)
        probe.write_text("", "utf-8")
        probe.unlink()
    except OSError as fault:
        return Finding("Home", False, f"{home.root}: {fault.strerror}", "name another with --home")
    return Finding("Home", True, str(home.root))


def _local_disk(home: Home) -> Finding:
    """File locks are unreliable on network mounts, and the warehouse lives by one lock."""
    kind = _file_system(home.root)
    well = kind not in _NETWORK_DISKS
    advice = "" if well else "put the home on a local disk; the landing folder may be a link"
    return Finding("Disk", well, kind, advice)


def _file_system(path: Path) -> str:
    mounts = []
    try:
        for line in Path("/proc/mounts").read_text("utf-8").splitlines():
            _, mount, kind, *_ = line.split()
            mounts.append((mount.replace("\\040", " "), kind))
    except OSError:
        return "unknown"
    inside = [(m, k) for m, k in mounts if path.resolve().is_relative_to(m)]
    return max(inside, key=lambda found: len(found[0]))[1] if inside else "unknown"


def _space(home: Home) -> Finding:
    there = home.root if home.root.exists() else home.root.parent
    free = shutil.disk_usage(there).free
    newest = max(home.published.glob("run_*/loupe.duckdb"), default=None)
    wanted = max(_FREE_BYTES, 3 * newest.stat().st_size if newest else 0)
    well = free >= wanted
    advice = "" if well else f"free {wanted / 1e9:.0f} GB before the next run"
    return Finding("Free space", well, f"{free / 1e9:.0f} GB", advice)


def _settings(home: Home) -> Finding:
    try:
        home.settings()
    except SettingsError as fault:
        return Finding("Settings", False, str(fault), "mend the key named")
    path = home.root / "loupe.toml"
    return Finding("Settings", True, str(path) if path.exists() else "all defaults")


def _engine(home: Home) -> Finding:
    from pipelines.build import spark

    try:
        settings = home.settings()
        if settings.engine == "spark":
            spark.require(settings)
    except SettingsError as fault:
        return Finding("Engine", False, str(fault), 'or set engine = "duckdb" in loupe.toml')
    return Finding("Engine", True, settings.engine)


def _contract(home: Home) -> Finding:
    from pipelines.ingest.contracts import ContractError, load_contract

    try:
        datasets = load_contract().datasets
    except ContractError as fault:
        return Finding("Contract", False, str(fault), "mend the line named")
    return Finding("Contract", True, f"{len(datasets)} datasets")


def _mappings(home: Home) -> Finding:
    from pipelines.ingest.contracts import load_contract
    from pipelines.ingest.mapping.faults import MappingError
    from pipelines.ingest.mapping.loading import load_mappings
    from pipelines.settings import SHIPPED_MAPPINGS

    try:
        mappings = load_mappings([SHIPPED_MAPPINGS, home.mappings], load_contract())
    except MappingError as fault:
        return Finding("Mappings", False, str(fault), "mend the line named")
    return Finding("Mappings", True, f"{len(mappings)} read")


def _landing(home: Home) -> Finding:
    if not home.landing.exists():
        return Finding("Landing", True, f"{home.landing} is not there yet: the next run makes it")
    well = os.access(home.landing, os.R_OK | os.X_OK)
    return Finding("Landing", well, str(home.landing), "" if well else "allow reading it")


def _writer(home: Home) -> Finding:
    from pipelines.build.lock import AlreadyRunning, only_writer

    try:
        with only_writer(home):
            return Finding("Writer", True, "no run under way")
    except AlreadyRunning as fault:
        return Finding("Writer", True, str(fault))


_LOOKS: list[Callable[[Home], Finding]] = [
    _python,
    _packages,
    _writable,
    _local_disk,
    _space,
    _settings,
    _engine,
    _contract,
    _mappings,
    _landing,
    _writer,
]

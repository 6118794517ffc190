"""What a run did and what its checks said, kept in the lake: `lake/runs/<run_id>/`.

The record is written after the pointer has moved. A run killed in between is mended by the next
one from the published folder, which holds the same record.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from expectations.verdict import CheckResult
from pipelines.settings import Home

RUN_SCHEMA: dict[str, Any] = {
    "run_id": pl.String,
    "run_at": pl.Datetime("us"),
    "started_at": pl.Datetime("us"),
    "finished_at": pl.Datetime("us"),
    "status": pl.String,
    "files_loaded": pl.Int64,
    "rows_loaded": pl.Int64,
    "published": pl.Boolean,
}
CHECK_SCHEMA: dict[str, Any] = {
    "run_id": pl.String,
    "checked_at": pl.Datetime("us"),
    "border": pl.String,
    "subject": pl.String,
    "rule": pl.String,
    "severity": pl.String,
    "passed": pl.Boolean,
    "observed": pl.String,
    "expected": pl.String,
    "rows_failed": pl.Int64,
}


@dataclass(frozen=True)
class RunRecord:
    """One run; `status` is published, blocked (by a check) or failed."""

    run_id: str
    run_at: datetime
    started_at: datetime
    finished_at: datetime
    status: str
    files_loaded: int
    rows_loaded: int
    published: bool


def check_frame(record: RunRecord, checks: Sequence[CheckResult]) -> pl.DataFrame:
    """The run's check results as rows of `quality.check_results`."""
    rows = [
        {
            "run_id": record.run_id,
            "checked_at": record.finished_at,
            "border": check.border,
            "subject": check.subject,
            "rule": check.rule,
            "severity": check.severity,
            "passed": check.passed,
            "observed": None if check.observed is None else str(check.observed),
            "expected": None if check.expected is None else str(check.expected),
            "rows_failed": check.rows_failed,
        }
        for check in checks
    ]
    return pl.DataFrame(rows, schema=CHECK_SCHEMA)


def run_frame(record: RunRecord) -> pl.DataFrame:
    """The run as a row of `quality.runs`."""
    return pl.DataFrame([asdict(record)], schema=RUN_SCHEMA)


def write_files(folder: Path, run: pl.DataFrame, checks: pl.DataFrame) -> None:
    """Put the two record files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    run.write_parquet(folder / "run.parquet")
    checks.write_parquet(folder / "check_results.parquet")


def keep(home: Home, run_id: str, run: pl.DataFrame, checks: pl.DataFrame) -> None:
    """Add the run to the lake, whole or not at all."""
    target = home.runs / run_id
    if target.exists():
        return
    draft = home.incoming / f"record-{run_id}"
    shutil.rmtree(draft, ignore_errors=True)
    write_files(draft, run, checks)
    home.runs.mkdir(parents=True, exist_ok=True)
    draft.rename(target)


def ensure_schema(home: Home) -> None:
    """Zero-row record files, so that a view over all runs is typed before the first one ends."""
    folder = home.runs / "_schema"
    if not (folder / "check_results.parquet").exists():
        write_files(folder, pl.DataFrame(schema=RUN_SCHEMA), pl.DataFrame(schema=CHECK_SCHEMA))


def mend(home: Home) -> str | None:
    """Record the published run that a killed process could not; returns its name, if any."""
    run_id = current_run(home)
    if run_id is None or (home.runs / run_id).exists():
        return None
    folder = home.published / run_id
    if not (folder / "run.parquet").exists():
        return None
    keep(
        home,
        run_id,
        pl.read_parquet(folder / "run.parquet"),
        pl.read_parquet(folder / "check_results.parquet"),
    )
    return run_id


def current_run(home: Home) -> str | None:
    """The newest good publish, or None before the first."""
    try:
        return home.current_pointer.read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old one or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def tell_last_run(
    home: Home, record: RunRecord, message: str, failed: Sequence[CheckResult]
) -> None:
    """Say on every page how the newest run ended, published or not."""
    told = {
        "run_id": record.run_id,
        "status": record.status,
        "finished_at": record.finished_at.isoformat("T", "seconds") + "Z",
        "message": message,
        "failed_checks": [
            {
                "subject": c.subject,
                "rule": c.rule,
                "severity": c.severity,
                "rows_failed": c.rows_failed,
            }
            for c in failed
        ],
    }
    replace_text(home.last_run_file, json.dumps(told, indent=2))

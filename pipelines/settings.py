"""One home, all its paths, and every knob.

Paths belong here and nowhere else: whatever stands below `landing`, `lake`, `archive` and
`decisions` is the truth; everything else below the home can be deleted and comes back.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PROJECT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT / "dbt_project"
SHIPPED_MAPPINGS = Path(__file__).resolve().parent / "mappings"
HOME_VARIABLE = "LOUPE_HOME"


class SettingsError(Exception):
    """The home's `loupe.toml` says something that cannot be used; the message names it."""


@dataclass(frozen=True)
class Home:
    """The folder everything of one network lives in."""

    root: Path

    @classmethod
    def find(cls, root: Path | str | None = None) -> Home:
        """The home named by the caller, else by LOUPE_HOME, else `data/` of the project."""
        named = root or os.environ.get(HOME_VARIABLE) or PROJECT / "data"
        return cls(Path(named).expanduser().absolute())

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def batches(self) -> Path:
        """Committed batches; a batch appears here by one rename."""
        return self.lake / "batches"

    @property
    def incoming(self) -> Path:
        """Where a batch is put together; whatever an interrupted run left here is thrown away."""
        return self.lake / "incoming"

    @property
    def runs(self) -> Path:
        """What each run did and what its checks said: part of the truth, like the batches."""
        return self.lake / "runs"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def warehouse_dir(self) -> Path:
        return self.root / "warehouse"

    @property
    def warehouse_file(self) -> Path:
        return self.warehouse_dir / "warehouse.duckdb"

    @property
    def spark_dir(self) -> Path:
        """Where a Spark session of this machine keeps its tables and their catalogue."""
        return self.warehouse_dir / "spark"

    @property
    def ledger_file(self) -> Path:
        """Which files and scopes have been seen: an index of the manifests, rebuilt when absent."""
        return self.warehouse_dir / "ledger.sqlite"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def current_pointer(self) -> Path:
        return self.published / "CURRENT"

    @property
    def last_run_file(self) -> Path:
        return self.published / "last_run.json"

    @property
    def decisions(self) -> Path:
        return self.root / "decisions"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def mappings(self) -> Path:
        """A network's own mappings, read beside the shipped ones."""
        return self.root / "mappings"

    @property
    def lock_file(self) -> Path:
        return self.root / ".writer.lock"

    @property
    def truth_file(self) -> Path:
        """The errors a demonstration network was given, beside the landing folder."""
        return self.root / "truth.json"

    def settings(self) -> Settings:
        return Settings.read(self.root / "loupe.toml")


class SparkSettings(BaseModel):
    """The `[spark]` table of `loupe.toml`: which Spark builds the marts, where `engine = "spark"`.

    The defaults start one in the build's own process. A cluster has a target of its own in a
    profiles.yml of its own, and names where the lake and the tables are.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str = Field("spark", description="Target of the profile `loupe` in profiles.yml.")
    profiles: Path | None = Field(None, description="Folder of that profiles.yml; unset: Loupe's.")
    memory: str = Field("2g", description="Of the session's Java process.")
    partitions: int = Field(8, ge=1, description="Parts a shuffle is cut into.")
    lake: str | None = Field(
        None, description="The lake as the cluster sees it, e.g. s3a://…; unset: the home's."
    )
    tables: str | None = Field(
        None, description="The cluster's table folder as this machine sees it; unset: the home's."
    )


class Settings(BaseModel):
    """Every knob, with its default. A home overrides them in `<home>/loupe.toml`.

    Thresholds of business rules are not here: they are seeds of the dbt project, with an id,
    a version and a valid-from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    default_time_zone: str | None = Field(
        None, description="For stores missing from the stores list; unset: their files wait."
    )
    quiet_seconds: float = Field(
        2.0, ge=0, description="A file younger than this is looked at twice."
    )
    reject_tolerance: float = Field(0.10, ge=0, le=1, description="Share of lines that may be bad.")
    max_line_bytes: int = Field(1_000_000, gt=0, description="A longer line is no line.")
    max_expansion: float = Field(
        200.0, gt=1, description="Compressed files growing more are refused."
    )
    keep_days: int = Field(35, ge=1, description="Publishes younger than this are all kept.")
    keep_month_ends: bool = Field(True, description="Older ones: the last of each month is kept.")
    memory_limit: str = Field("768MB", description="DuckDB's, in the build and in the judge each.")
    threads: int = Field(2, ge=1)
    engine: Literal["duckdb", "spark"] = Field(
        "duckdb", description="Which engine builds the marts."
    )
    spark: SparkSettings = SparkSettings()
    ingest_processes: int = Field(
        0,
        ge=0,
        description="At most so many processes read the files of one batch; 0: one a core, while "
        "they fit in half of the memory; 1: no other process reads.",
    )
    decisions_url: str | None = Field(
        None,
        description="Where decisions are kept, as an SQLAlchemy address; unset: a SQLite file below"
        " the home. LOUPE_DECISIONS_URL wins, and keeps a password out of this file.",
    )
    user_header: str | None = Field(
        None,
        description="Header in which a proxy in front of the pages says who is signed in; only"
        " where nobody reaches the pages around that proxy. LOUPE_USER_HEADER wins.",
    )
    schedule: str = Field("30 6 * * *", description="The morning run, as cron.")
    schedule_time_zone: str = "America/New_York"
    sensor_seconds: int = Field(30, ge=5, description="How often `loupe up` looks at the landing.")
    notify: list[str] = Field(default_factory=list, description="Apprise addresses for failures.")
    dashboard_port: int = Field(8501, ge=1, le=65535)
    dagster_port: int = Field(3000, ge=1, le=65535)

    def duckdb_config(self) -> dict[str, str | bool | int | float | list[str]]:
        """How a build opens DuckDB."""
        return {"memory_limit": self.memory_limit, "threads": self.threads}

    @classmethod
    def read(cls, path: Path) -> Settings:
        """The settings of `path`, or the defaults when it does not exist.

        Raises SettingsError naming the file and the key.
        """
        if not path.exists():
            return cls()
        try:
            return cls(**tomllib.loads(path.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
            raise SettingsError(f"{path} cannot be read as TOML: {fault}") from fault
        except ValidationError as fault:
            first = fault.errors()[0]
            key = ".".join(map(str, first["loc"]))
            raise SettingsError(f"{path}, key {key}: {first['msg']}") from fault

"""The dbt project as a child process: parse it, build it, read what came of each node."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from pipelines.build import spark
from pipelines.build.clock import Clock
from pipelines.build.project import known_manifest, target_folder
from pipelines.settings import DBT_PROJECT, Home, Settings


class DbtFailed(Exception):
    """dbt could not do its work (as opposed to: one of its tests failed). The message is dbt's."""


@dataclass(frozen=True)
class Node:
    """How one seed, model or test ended; `failures` are the failing rows of a test."""

    unique_id: str
    status: str
    seconds: float
    failures: int | None
    message: str | None

    @property
    def is_test(self) -> bool:
        return self.unique_id.startswith("test.")


class Dbt:
    """dbt's process for one home: `with Dbt(home, settings) as dbt: dbt.build(warehouse, …)`."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self.target = target_folder(home, settings)
        self.log = home.logs / "dbt_worker.log"
        environment = {
            **os.environ,
            "DBT_PROJECT_DIR": str(DBT_PROJECT),
            "DBT_PROFILES_DIR": str(DBT_PROJECT),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(home.logs),
            "LOUPE_WAREHOUSE": str(home.warehouse_file),
            "LOUPE_MEMORY_LIMIT": settings.memory_limit,
            "LOUPE_THREADS": str(settings.threads),
        }
        if settings.engine == "spark":
            environment |= spark.environment(home, settings)
        home.logs.mkdir(parents=True, exist_ok=True)
        home.warehouse_dir.mkdir(parents=True, exist_ok=True)
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.build.dbt_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                text=True,
            )
        self._parsed = False

    def __enter__(self) -> Dbt:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child. It holds nothing that has to be kept."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()

    @property
    def process_id(self) -> int:
        """Of the child, for whoever measures it."""
        return self._process.pid

    def parse(self) -> None:
        """Wait until the project is parsed and its manifest kept."""
        if self._parsed:
            return
        answer = self._answer()
        if "parsed" not in answer:
            raise DbtFailed(answer["done"]["error"])
        self._parsed = True

    def manifest(self) -> dict[str, Any]:
        """What dbt knows of the project; waits for the parse only when the project is a new one.

        Raises DbtFailed when the project cannot be parsed or was edited meanwhile.
        """
        known = known_manifest(self.target)
        if known is None:
            self.parse()
            known = known_manifest(self.target)
        if known is None:
            raise DbtFailed("The dbt project was edited while it was being read. Run again.")
        return known

    def build(
        self,
        warehouse: Path,
        *,
        full_refresh: bool,
        clock: Clock | None = None,
        told: Callable[[str], None] | None = None,
    ) -> list[Node]:
        """Seeds, models and tests, in order; `told` hears each node's id as it ends.

        `clock` is for an engine that is only reached through dbt; a DuckDB warehouse holds it.
        Raises DbtFailed when a model could not be built. A failed test is a node's status.
        """
        self.parse()
        assert self._process.stdin is not None
        environment = {"LOUPE_WAREHOUSE": str(warehouse)}
        if clock:
            environment |= {"LOUPE_RUN_ID": clock.run_id, "LOUPE_RUN_AT": str(clock.run_at)}
        request = {"environment": environment, "full_refresh": full_refresh}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        while "done" not in (answer := self._answer()):
            if told:
                told(answer["node"]["id"])
        nodes = [
            Node(n["id"], n["status"], n["seconds"], n["failures"], n["message"])
            for n in answer["done"].get("nodes", [])
        ]
        if answer["done"]["error"]:
            raise DbtFailed(answer["done"]["error"])
        broken = [n for n in nodes if n.status in {"error", "runtime error"}]
        if broken:
            told_by = "; ".join(f"{n.unique_id}: {n.message}" for n in broken[:3])
            raise DbtFailed(f"{len(broken)} of {len(nodes)} steps could not be built. {told_by}")
        return nodes

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            tail = self.log.read_text("utf-8", errors="replace")[-2000:]
            raise DbtFailed(f"dbt ended without an answer. Its last words ({self.log}):\n{tail}")
        return json.loads(line)


def manifest(home: Home, settings: Settings) -> dict[str, Any]:
    """The project's manifest, parsed again only when the project has changed."""
    known = known_manifest(target_folder(home, settings))
    if known is not None:
        return known
    with Dbt(home, settings) as dbt:
        return dbt.manifest()

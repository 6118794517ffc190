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

from pipelines.build.views import fingerprint
from pipelines.settings import DBT_PROJECT, Home, Settings

FINGERPRINT_FILE = "loupe_fingerprint.txt"


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
        self.target = target_folder(home)
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

    def parse(self) -> None:
        """Wait until the project is parsed and its manifest written."""
        if self._parsed:
            return
        answer = self._answer()
        if "parsed" not in answer:
            raise DbtFailed(answer["done"]["error"])
        (self.target / FINGERPRINT_FILE).write_text(fingerprint())
        self._parsed = True

    def build(
        self,
        warehouse: Path,
        *,
        full_refresh: bool,
        told: Callable[[str], None] | None = None,
    ) -> list[Node]:
        """Seeds, models and tests, in order; `told` hears each node's id as it ends.

        Raises DbtFailed when a model could not be built. A failed test is a node's status.
        """
        self.parse()
        assert self._process.stdin is not None
        request = {"warehouse": str(warehouse), "full_refresh": full_refresh}
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


def target_folder(home: Home) -> Path:
    """Where dbt keeps its parse cache and manifest for this home."""
    return home.warehouse_dir / "dbt_target"


def manifest(home: Home, settings: Settings) -> dict[str, Any]:
    """The project's manifest, parsed again only when the project has changed."""
    target = target_folder(home)
    known = target / FINGERPRINT_FILE
    if not known.exists() or known.read_text() != fingerprint():
        with Dbt(home, settings) as dbt:
            dbt.parse()
    return json.loads((target / "manifest.json").read_text("utf-8"))

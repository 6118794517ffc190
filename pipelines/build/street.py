"""One run of the street, step by step, whoever drives it (the command line or Dagster).

    take_in ─▶ judge_incoming ─▶ build ─▶ judge_outgoing ─▶ publish

Every step may be killed and the run begun again. A step that a check blocks raises `Blocked`;
the figures published before stay, and `end` says so where every page reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl

from expectations.client import Judge
from expectations.verdict import CheckResult, Verdict
from pipelines.build import decided, publish, records, spark, views
from pipelines.build.clock import Clock, utc_now
from pipelines.build.dbt import Dbt, Node
from pipelines.build.lock import only_writer
from pipelines.ingest.batch import BatchResult, take_in
from pipelines.ingest.killpoints import reached
from pipelines.ingest.ledger import NewestDecision
from pipelines.settings import Home, Settings

KILL_POINTS = ("before_build", "mid_build", "after_build", "before_pointer", "after_pointer")
"""Named points of a run after the reading, at which a test may kill it."""

Told = Callable[[str, int, int], None]
"""Hears of progress: what is being done, how much of it is done, how much there is (0: unknown)."""


class Blocked(Exception):
    """A check forbids going on. `failed` are the checks that said so."""

    def __init__(self, border: str, failed: list[CheckResult]) -> None:
        self.border = border
        self.failed = failed
        super().__init__(_in_words(border, failed))


@dataclass
class Outcome:
    """What a finished run reports."""

    record: records.RunRecord
    message: str
    batch: BatchResult | None
    checks: list[CheckResult]
    folder: Path | None


@dataclass
class Street:
    """A run in progress. Use as a context: it holds the writer lock and the two child processes.

    `dbt` and `judge` may be handed in, already running, by a caller that makes several runs.
    """

    home: Home
    settings: Settings
    told: Told = lambda what, done, total: None
    now: datetime | None = None
    afresh: bool = False
    dbt: Dbt | None = None
    judge: Judge | None = None
    batch: BatchResult | None = None
    nodes: list[Node] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)
    folder: Path | None = None
    outcome: Outcome | None = None

    def __enter__(self) -> Street:
        self._held = ExitStack()
        with self._held as held:
            held.enter_context(only_writer(self.home))
            self.clock = Clock.start(self.now)
            self.started_at = utc_now()
            for folder in (self.home.landing, self.home.published, self.home.logs, self.home.runs):
                folder.mkdir(parents=True, exist_ok=True)
            records.ensure_schema(self.home)
            publish.clear_drafts(self.home)
            records.mend(self.home)
            self._dbt = self.dbt or held.enter_context(Dbt(self.home, self.settings))
            self._judge = self.judge or held.enter_context(
                Judge(
                    docs=self.home.logs / self.clock.run_id, memory_limit=self.settings.memory_limit
                )
            )
            self._held = held.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held.close()

    def take_in(self) -> BatchResult:
        """Landing and decisions → lake: one atomic batch of whatever is new."""
        self.batch = take_in(
            self.home, self.settings, progress=self._take_in_told, decided=self._decided
        )
        return self.batch

    def _decided(self, newest: NewestDecision | None) -> pl.DataFrame:
        """The decisions taken since; where they cannot be read, the run goes on and says so."""
        read = decided.after(self.home, newest)
        if read.warning:
            self.checks.append(decided.as_check(read.warning))
        return read.rows

    def _take_in_told(self, what: str, done: int, total: int) -> None:
        self.told(f"Taking in files: {what}", done, total)

    def judge_incoming(self) -> Verdict:
        """Border 1, over the batches the warehouse does not hold yet. Raises Blocked."""
        self.told("Checking what we were given", 0, 0)
        pending = views.pending_batches(self.home, self.settings)
        return self._judged("incoming", self._judge.incoming(pending))

    def build(self) -> list[Node]:
        """Lake → marts. Raises DbtFailed, or Blocked when a test of the project fails."""
        self.told("Building the marts", 0, 0)
        reached("before_build")
        prepared = views.prepare(self.home, self.settings, self.clock, afresh=self.afresh)
        self._dbt.parse()
        total = sum(
            node["resource_type"] in {"model", "seed", "test"}
            for node in self.manifest["nodes"].values()
        )
        done = 0

        def told(node: str) -> None:
            nonlocal done
            done += 1
            if done == total // 2:
                reached("mid_build")
            self.told("Building the marts", done, total)

        on_spark = self.settings.engine == "spark"
        full_refresh = prepared.full_refresh or (on_spark and not spark.is_known(self.home))
        self.nodes = self._dbt.build(
            self.home.warehouse_file, full_refresh=full_refresh, clock=self.clock, told=told
        )
        tests = [_as_check(node) for node in self.nodes if node.is_test]
        self.checks += tests
        failed = [c for c in tests if not c.passed and c.severity == "block"]
        if failed:
            raise Blocked("warehouse", failed)
        if on_spark:
            spark.show(self.home, self.settings, self.manifest)
        views.mark_built(self.home.warehouse_file, self.settings, prepared)
        reached("after_build")
        return self.nodes

    def judge_outgoing(self) -> Verdict:
        """Border 2, over the marts as they will be read. Raises Blocked.

        The copy that readers will get is drafted meanwhile: both only read the warehouse. It stays
        a draft when the border says no.
        """
        self.told("Checking what we promise", 0, 0)
        with ThreadPoolExecutor(1) as beside:
            current = records.current_run(self.home)
            drafted = beside.submit(
                publish.draft_marts,
                self.home,
                self.settings,
                self.manifest,
                self.clock.run_id,
                before=self.home.published / current if current else None,
            )
            verdict = self._judge.outgoing(self.home.warehouse_file)
            self._draft = drafted.result()
        return self._judged("outgoing", verdict)

    def publish(self) -> Path:
        """Marts → published/<run>, then the pointer, then the record, then the retention."""
        self.told("Publishing", 0, 0)
        record = self._record("published")
        run, checks = records.run_frame(record), records.check_frame(record, self.checks)
        folder = publish.publish(self.home, self._draft, run, checks)
        reached("after_pointer")
        records.keep(self.home, record.run_id, run, checks)
        self.folder = folder
        self.record = record
        publish.retire(self.home, self.settings, record.finished_at.date())
        return folder

    @property
    def manifest(self) -> dict[str, Any]:
        """dbt's description of the project."""
        if not hasattr(self, "_manifest"):
            self._manifest = self._dbt.manifest()
        return self._manifest

    def end(self, fault: BaseException | None = None) -> Outcome:
        """Say how the run ended, for the pages and the caller; records one that did not publish."""
        if fault is None:
            warned = [c for c in self.checks if not c.passed]
            message = "Published."
            records.tell_last_run(self.home, self.record, message, warned)
            self.outcome = Outcome(self.record, message, self.batch, self.checks, self.folder)
            return self.outcome
        publish.clear_drafts(self.home)
        record = self._record("blocked" if isinstance(fault, Blocked) else "failed")
        failed = [c for c in self.checks if not c.passed]
        records.keep(
            self.home,
            record.run_id,
            records.run_frame(record),
            records.check_frame(record, self.checks),
        )
        records.tell_last_run(self.home, record, str(fault), failed)
        self.outcome = Outcome(record, str(fault), self.batch, self.checks, None)
        return self.outcome

    def _judged(self, border: str, verdict: Verdict) -> Verdict:
        self.checks += verdict.results
        if verdict.blocked:
            raise Blocked(border, [c for c in verdict.failures if c.blocks])
        return verdict

    def _record(self, status: str) -> records.RunRecord:
        batch = self.batch
        return records.RunRecord(
            run_id=self.clock.run_id,
            run_at=self.clock.run_at,
            started_at=self.started_at,
            finished_at=utc_now(),
            status=status,
            files_loaded=batch.count("accepted") if batch else 0,
            rows_loaded=sum(batch.rows.values()) if batch else 0,
            published=status == "published",
        )


def _as_check(node: Node) -> CheckResult:
    """A dbt test, as a row of `quality.check_results`."""
    _, _, rule = node.unique_id.split(".")[:3]
    return CheckResult(
        border="outgoing",
        subject="warehouse",
        rule=rule,
        severity="warn" if node.status == "warn" else "block",
        passed=node.status == "pass",
        observed=node.message or "",
        expected="no failing rows",
        rows_failed=node.failures or 0,
    )


def _in_words(border: str, failed: list[CheckResult]) -> str:
    where = {
        "incoming": "what came in",
        "warehouse": "the warehouse's own tests",
        "outgoing": "the figures about to be published",
    }[border]
    named = "; ".join(check.in_words for check in failed[:5])
    more = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
    return f"Blocked by {len(failed)} check(s) on {where}: {named}{more}. The figures before stay."

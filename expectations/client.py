"""Asks the judge, who lives in a process of its own.

    with Judge(docs=folder) as judge:   # starts it; the library loads while the files are read
        ...
        verdict = judge.incoming(batches)
        ...
        verdict = judge.outgoing(warehouse)

A judge who dies, is too slow or talks nonsense has not said yes: the verdict then holds one broken
check that says what happened, and blocks.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from expectations.checks import Border
from expectations.verdict import Verdict, nothing_judged

ROOT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, "-m", "expectations.judge")
_END = object()


class _SilentError(Exception):
    """The judge gives no usable answer; the message says why."""


class Judge:
    """The judge's process, for the length of a `with`.

    Data Docs are written below `docs`, one folder a border, after the answer: they are complete
    when the `with` ends. `ready_within` and `answer_within` are seconds, `memory_limit` and
    `threads` DuckDB's; `contract` is another contract file than the project's own.
    """

    def __init__(
        self,
        *,
        docs: Path | None = None,
        contract: Path | None = None,
        memory_limit: str = "1GB",
        threads: int = 2,
        ready_within: float = 180,
        answer_within: float = 1800,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._docs = docs
        self._contract = contract
        self._limits = {"memory_limit": memory_limit, "threads": threads}
        self._ready_within = ready_within
        self._answer_within = answer_within
        self._command = list(command)
        self._answers: queue.Queue[Any] = queue.Queue()
        self._asked = 0
        self._ready = False
        self._gave_up: str | None = None
        self.notes: list[str] = []
        """What went wrong beside the verdicts: Data Docs that could not be written."""

    def __enter__(self) -> Judge:
        self._complaints: IO[bytes] = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env={**os.environ, "GX_ANALYTICS_ENABLED": "false"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
        )
        self._reader = threading.Thread(target=self._read, name="judge", daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Waits for the Data Docs under way, a minute at most, unless an error is on its way up."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=60 if kind is None and self._gave_up is None else 0.2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=5)
        self._collect_notes()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._complaints.close()

    @property
    def process_ended(self) -> bool:
        return self._process.poll() is not None

    def incoming(self, batches: Sequence[Path]) -> Verdict:
        """What the incoming border says of these committed batches (folders of one lake).

        Of no batch there is nothing to say, and nothing to stop.
        """
        if not batches:
            return Verdict([], declared=0, evaluated=0)
        paths = [str(Path(batch).absolute()) for batch in batches]
        return self._verdict("incoming", {"batches": paths})

    def outgoing(self, warehouse: Path) -> Verdict:
        """What the outgoing border says of the marts in a warehouse file nobody is writing to."""
        return self._verdict("outgoing", {"warehouse": str(Path(warehouse).absolute())})

    def _verdict(self, border: Border, what: dict[str, Any]) -> Verdict:
        try:
            return Verdict.from_dict(self._ask(border, what))
        except _SilentError as silent:
            return nothing_judged(border, str(silent))

    def _ask(self, border: Border, what: dict[str, Any]) -> dict[str, Any]:
        if self._gave_up is not None:
            raise _SilentError(self._gave_up)
        self._asked += 1
        message = {
            "id": self._asked,
            "border": border,
            **what,
            **self._limits,
            "docs": str(self._docs.absolute() / border) if self._docs else None,
            "contract": str(self._contract.absolute()) if self._contract else None,
        }
        if not self._ready:
            self._await(lambda answer: bool(answer.get("ready")), self._ready_within, "get ready")
            self._ready = True
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            self._give_up(self._last_words())
        answer = self._await(
            lambda answer: (
                answer.get("id") == self._asked and ("verdict" in answer or "error" in answer)
            ),
            self._answer_within,
            "answer",
        )
        if "error" in answer:
            raise _SilentError(f"the judge could not judge: {answer['error']}")
        return dict(answer["verdict"])

    def _await(self, wanted: Any, seconds: float, deed: str) -> dict[str, Any]:
        until = time.monotonic() + seconds
        while True:
            try:
                line = self._answers.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                self._process.kill()
                self._give_up(f"the judge took more than {seconds:g} s to {deed}")
            if line is _END:
                self._give_up(self._last_words())
            answer = self._parsed(line)
            if wanted(answer):
                return answer
            if answer.get("id") is None and "error" in answer:
                self._give_up(f"the judge could not {deed}: {answer['error']}")
            self._note(answer)

    def _parsed(self, line: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            self._give_up(f"the judge's answer cannot be read: {line[:200]!r}")
        return answer

    def _give_up(self, why: str) -> None:
        """No further question makes sense; raises _SilentError."""
        self._gave_up = why
        raise _SilentError(why)

    def _last_words(self) -> str:
        code = self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().decode("utf-8", "replace").strip().splitlines()
        said = f"; its last words: {lines[-1].strip()}" if lines else ""
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        return f"the judge's process ended before answering ({how}){said}"

    def _note(self, answer: dict[str, Any]) -> None:
        if "docs_error" in answer:
            self.notes.append(f"the Data Docs could not be written: {answer['docs_error']}")

    def _collect_notes(self) -> None:
        while True:
            try:
                line = self._answers.get_nowait()
            except queue.Empty:
                return
            if line is not _END:
                try:
                    self._note(json.loads(line))
                except (ValueError, AttributeError):
                    continue

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put(_END)

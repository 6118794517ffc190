"""Reading in several processes: the files of a batch are independent until the commit.

    bunches ──▶ pipe ──▶ reading processes ──▶ parts below lake/incoming ──▶ taken in their order

Who is done first makes no difference: the parts are taken in the order of the bunches, by this
process alone, which also writes the tables and commits. A process that dies ends the run with
nothing committed; the next run does the work.

Processes are started anew, never forked: polars has threads. Not with multiprocessing, which
imports the caller's main module again in each of them: three seconds where that is Dagster.

Memory: a reading process holds one bunch, this process one part and what the table writers hold:
each at most PROCESS_BYTES, so all of them (processes + 1) times that, however many files there are.

Limits: one bunch is one process's, so a single big file is read by this one, with all its threads.
Tables are compressed by this process alone, a thread a table: about an eighth of the whole work.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import queue
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from pathlib import Path
from types import TracebackType

from pipelines.ingest.delivery import Delivery
from pipelines.ingest.lake import TableWriter
from pipelines.ingest.reading.bunches import Bunch, bunches, is_plain
from pipelines.ingest.reading.reader import Reader
from pipelines.ingest.reading.rows import Rows
from pipelines.ingest.rounds import Readers
from pipelines.ingest.tasks import Answer, Setup, Task
from pipelines.settings import PROJECT, Settings

# Resident bytes of a process at most. Measured: 140 MB reading small files, 430 MB reading big
# ones, 500 MB in this process.
PROCESS_BYTES = 512 << 20
# Bytes of plain text to read. Below it a process costs more than it brings: half a second to start,
# and this process alone keeps nearly two cores busy.
WORTH_A_PROCESS = 96 << 20
# What a file costs beside its bytes, and a byte that is compressed or in a workbook.
_FILE_COSTS = 8 << 10
_PACKED_COSTS = 8
# Bunches given out before the oldest is taken: enough that nobody waits for a slow one before it.
_AHEAD = 4
_CGROUP_MEMORY = Path("/sys/fs/cgroup/memory.max")


class ReadingStopped(Exception):
    """A reading process could not go on; the message says why, and what to do."""


def readers_for(
    todo: Iterable[Delivery], setup: Setup, spools: Path
) -> AbstractContextManager[Readers]:
    """Whoever reads `todo` soonest: this process alone, or several reading processes."""
    costs = [sum(map(_cost, bunch)) for bunch in bunches(todo)]
    processes = processes_for(costs, most_processes(setup.settings))
    if processes == 1:
        return nullcontext(InProcess(setup, spools))
    return Workers(processes, setup, spools)


def processes_for(costs: Sequence[int], most: int) -> int:
    """How many processes to read bunches that cost so many bytes each; 1 is this one alone.

    Each must have enough to do to pay for its start, and none can help with another's bunch.
    """
    whole = sum(costs)
    if not whole:
        return 1
    return max(1, min(most, whole // WORTH_A_PROCESS, math.ceil(whole / max(costs))))


def most_processes(settings: Settings) -> int:
    """As many as the settings say, else one a core, while they fit in half of the memory."""
    if settings.ingest_processes:
        return settings.ingest_processes
    return max(1, min(_cores(), _memory() // 2 // PROCESS_BYTES))


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _memory() -> int:
    """Bytes this process and its children may use."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        told = _CGROUP_MEMORY.read_text().strip()
    except OSError:
        return whole
    return min(whole, int(told)) if told.isdigit() else whole


def _cost(delivery: Delivery) -> int:
    size = delivery.found.stamp.size
    return _FILE_COSTS + (size if is_plain(delivery) else size * _PACKED_COSTS)


class InProcess:
    """Reads in this process, one bunch after the other."""

    def __init__(self, setup: Setup, spools: Path) -> None:
        numbers = count()

        def spool(dataset: str) -> TableWriter:
            path = spools / f"{next(numbers)}.parquet"
            return TableWriter(path, setup.contract.datasets[dataset], setup.batch_id)

        self._reader = Reader(setup.settings, spool)

    def read(self, work: Iterable[Bunch], zones: dict[str, str]) -> Iterator[tuple[Bunch, Rows]]:
        """The rows of each bunch, in the order of `work`."""
        for bunch in work:
            yield bunch, self._reader.read(bunch, zones)


class Workers:
    """Reading processes, for the length of a `with`; a thread of this process waits for each."""

    def __init__(self, processes: int, setup: Setup, room: Path) -> None:
        self._count = processes
        self._setup = setup
        self._room = room
        self._numbers = count()
        self._idle: queue.SimpleQueue[_Process] = queue.SimpleQueue()
        self._processes: list[_Process] = []

    def __enter__(self) -> Workers:
        threads = max(1, _cores() // self._count)
        for _ in range(self._count):
            process = _Process(self._setup, threads)
            self._processes.append(process)
            self._idle.put(process)
        self._waiters = ThreadPoolExecutor(self._count, "reading")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # They have nothing left that is wanted; a thread that waits for one wakes up.
        for process in self._processes:
            process.kill()
        self._waiters.shutdown(cancel_futures=True)
        for process in self._processes:
            process.close()

    def read(self, work: Iterable[Bunch], zones: dict[str, str]) -> Iterator[tuple[Bunch, Rows]]:
        """The rows of each bunch, in the order of `work`. Raises ReadingStopped."""
        given: deque[tuple[Bunch, Future[Answer]]] = deque()
        for bunch in work:
            given.append((bunch, self._waiters.submit(self._ask, bunch, zones)))
            if len(given) > _AHEAD * self._count:
                yield _taken(*given.popleft())
        while given:
            yield _taken(*given.popleft())

    def _ask(self, bunch: Bunch, zones: dict[str, str]) -> Answer:
        assert bunch[0].mapping is not None
        files = [one.unread() for one in bunch]
        task = Task(next(self._numbers), bunch[0].mapping.name, files, zones, self._room)
        process = self._idle.get()
        try:
            return process.read(task)
        finally:
            self._idle.put(process)


def _taken(bunch: Bunch, future: Future[Answer]) -> tuple[Bunch, Rows]:
    answer = future.result()
    for one, outcome in zip(bunch, answer.outcomes, strict=True):
        one.settle(outcome)
    return bunch, answer.rows()


class _Process:
    """One reading process, with `threads` of polars and Arrow each."""

    def __init__(self, setup: Setup, threads: int) -> None:
        self._setup: Setup | None = setup
        self._pipe, theirs = multiprocessing.Pipe()
        path = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
        environment = {
            **os.environ,
            "PYTHONPATH": path,
            "POLARS_MAX_THREADS": str(threads),
            "OMP_NUM_THREADS": str(threads),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.ingest.worker", str(theirs.fileno())],
            env=environment,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        # Held by the child alone, so that its death is the end of the pipe.
        theirs.close()

    def read(self, task: Task) -> Answer:
        """Raises ReadingStopped when the process died or could not read."""
        try:
            if self._setup is not None:
                self._pipe.send(self._setup)
                self._setup = None
            self._pipe.send(task)
            told = self._pipe.recv()
        except (EOFError, OSError) as fault:
            raise ReadingStopped(_lost(self._process.wait(), task)) from fault
        if isinstance(told, str):
            raise ReadingStopped(f"Reading {_names(task)} failed. Nothing was committed.\n{told}")
        return told

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._process.wait()
        self._pipe.close()


def _lost(code: int, task: Task) -> str:
    how = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with code {code}"
    memory = "; most likely the machine ran out of memory" if code == -signal.SIGKILL else ""
    return (
        f"A process that read {_names(task)} {how}{memory}. Nothing was committed: run again and "
        "the work is done. If it happens again, set ingest_processes in loupe.toml to fewer "
        "processes (1: no other process reads)."
    )


def _names(task: Task) -> str:
    first, *rest = (one.found.name for one in task.files)
    return f"{first} and {len(rest)} more" if rest else first

"""How the benches measure: whole processes, their wall time and the memory of their tree."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Measured:
    """One process that ended well: seconds, and the peak resident bytes of it and its children."""

    seconds: float
    peak_bytes: int
    output: str


def timed(*command: str, env: dict[str, str] | None = None) -> Measured:
    """Run `command` to its end. Raises CalledProcessError with its output when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **(env or {})},
    )
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - started
    watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    return Measured(seconds, peak[0], output)


def python(code: str) -> Measured:
    """Run a snippet in a fresh interpreter."""
    return timed(sys.executable, "-c", code)


def loupe(*arguments: str, home: Path) -> Measured:
    """Run the `loupe` command on a home."""
    return timed(sys.executable, "-m", "pipelines.cli", *arguments, "--home", str(home))


def processor_seconds(root: int) -> float:
    """What a process and its children have spent so far; those that have ended are counted."""
    ticks = os.sysconf("SC_CLK_TCK")
    spent = 0
    for pid in _tree(root):
        try:
            # Of the fields after the name in brackets: utime, stime, cutime, cstime.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        spent += sum(map(int, fields[11:15]))
    return spent / ticks


def resident_bytes(root: int) -> int:
    """What a process and its children hold now."""
    return sum(map(_resident, _tree(root)))


def _watch(process: subprocess.Popen, peak: list[int]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], resident_bytes(process.pid))
        time.sleep(0.05)


def _tree(root: int) -> list[int]:
    family, todo = [], [root]
    while todo:
        pid = todo.pop()
        family.append(pid)
        # Each thread lists the children it started itself; any of them may end meanwhile.
        try:
            threads = list(Path(f"/proc/{pid}/task").iterdir())
        except OSError:
            continue
        for thread in threads:
            try:
                todo += map(int, (thread / "children").read_text().split())
            except OSError:
                continue
    return family


def _resident(pid: int) -> int:
    """Resident bytes not shared with a file: shared libraries would be counted once a process."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * PAGE_BYTES

"""What a run would make of one file, asked of the command line: pages import nothing of pipelines.

    offered = mappings()                                   # [Offered("cegid_y2/stock", …), …]
    answer = tried(data, "DISPO.csv", "NYC", "cegid_y2/stock")

The bytes lie in a private folder for as long as the answer takes, under a name of ours. What the
reader says, a file's name among it, is only ever text: nothing of it is opened, and no shell sees
it. The child has a time limit, its answer a size limit, and few run at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.warehouse import home_folder

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "pipelines.cli")
LARGEST_MB = 50
SECONDS = 60
_LIST_SECONDS = 30
_MOST_BYTES = 8 << 20
_MOST_WORDS = 1_500
_AT_ONCE = 2
# How long a reader waits while others try files.
_PATIENCE = 20
_running = threading.BoundedSemaphore(_AT_ONCE)

Report = dict[str, Any]


class NoAnswerError(Exception):
    """The file could not be tried; the message says why, and what to do."""


@dataclass(frozen=True)
class Offered:
    """A mapping a file may be tried with."""

    name: str
    dataset: str
    description: str
    files: str


def mappings() -> list[Offered]:
    """Every mapping of this home. Raises NoAnswerError."""
    told = _asked(["check", "--list"], _LIST_SECONDS, {})
    return [
        Offered(*(str(one.get(key) or "") for key in ("name", "dataset", "description", "files")))
        for one in told
    ]


def tried(data: bytes, name: str, folder: str = "", mapping: str | None = None) -> list[Report]:
    """The reports of `loupe check` on these bytes; without a mapping their name decides.

    `name` and `folder` say where the file would lie in the landing folder. Raises NoAnswerError.
    """
    if len(data) > LARGEST_MB << 20:
        raise NoAnswerError(
            f"The file is larger than {LARGEST_MB} MB. Try its first part, or check it where it"
            " lies: loupe check FILE --mapping NAME."
        )
    # Named like a file, it would be opened as one.
    if mapping is not None and mapping.lower().endswith((".yml", ".yaml")):
        raise NoAnswerError(f"“{mapping}” is no name of a mapping.")
    if not _running.acquire(timeout=_PATIENCE):
        raise NoAnswerError("Other files are being tried at the moment. Try again in a minute.")
    try:
        # Of this user alone (0700); it goes with all that is in it, whatever the child did.
        with tempfile.TemporaryDirectory(
            prefix="loupe-try-", ignore_cleanup_errors=True
        ) as private:
            path = Path(private) / "upload"
            path.touch(0o600, exist_ok=False)
            path.write_bytes(data)
            asked = ["check", str(path), f"--as={landing_name(name, folder)}"]
            if mapping is not None:
                asked.append(f"--mapping={mapping}")
            return _asked(asked, SECONDS, {"TMPDIR": private})
    except OSError as fault:
        raise NoAnswerError(f"The file found no place on the disk: {fault.strerror}.") from fault
    finally:
        _running.release()


def landing_name(name: str, folder: str = "") -> str:
    """What the file would be called below the landing folder: cleaned, and only ever compared."""
    parts = [clean for part in re.split(r"[\\/]", folder)[:4] if (clean := _clean(part))]
    last = _clean(re.split(r"[\\/]", name)[-1]) or "upload"
    return "/".join([*parts, last])


def _clean(part: str) -> str:
    """A part of a path without signs that mean anything, never `..`, never an option."""
    return re.sub(r"[^\w. ()+-]", "_", part)[-120:].strip(" .-")


# ── the child ────────────────────────────────────────────────────────────────────────────────


def _asked(arguments: list[str], seconds: float, more: dict[str, str]) -> Any:
    """The JSON that the command line answers. Raises NoAnswerError."""
    ended = _run([*COMMAND, *arguments, "--json", f"--home={home_folder()}"], seconds, more)
    # A refused file ends with 1 and is an answer like any other.
    if ended.code in (0, 1) and ended.out.lstrip()[:1] == b"[":
        with contextlib.suppress(ValueError):
            return json.loads(ended.out)
    raise NoAnswerError(_words(ended))


@dataclass(frozen=True)
class _Ended:
    code: int
    out: bytes
    said: bytes


def _run(command: Sequence[str], seconds: float, more: dict[str, str]) -> _Ended:
    """Runs a child to its end, its group killed at the limits. Raises NoAnswerError."""
    # Wide lines: what is said is not to be broken into pieces for a narrow terminal.
    environment = os.environ | {"COLUMNS": "10000", "NO_COLOR": "1"} | more
    try:
        child = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as fault:
        raise NoAnswerError(f"The command line cannot be started: {fault.strerror}.") from fault
    try:
        out, said = _heard(child, time.monotonic() + seconds)
        return _Ended(child.wait(5), out, said)
    except (TimeoutError, subprocess.TimeoutExpired) as fault:
        raise NoAnswerError(
            f"No answer came within {seconds:g} seconds, so the attempt was ended. The file may"
            " be too large to be tried here: check it where it lies, with loupe check."
        ) from fault
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for pipe in (child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()


def _heard(child: subprocess.Popen[bytes], until: float) -> tuple[bytes, bytes]:
    """All the child says, within limits. Raises TimeoutError, NoAnswerError."""
    heard = {"out": bytearray(), "said": bytearray()}
    with selectors.DefaultSelector() as waiting:
        for name, pipe in (("out", child.stdout), ("said", child.stderr)):
            assert pipe is not None
            waiting.register(pipe, selectors.EVENT_READ, name)
        while waiting.get_map():
            left = until - time.monotonic()
            ready = waiting.select(left) if left > 0 else []
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                piece = os.read(key.fd, 1 << 16)
                if not piece:
                    waiting.unregister(key.fileobj)
                heard[key.data] += piece
            if len(heard["out"]) + len(heard["said"]) > _MOST_BYTES:
                raise NoAnswerError("The answer is too long to be shown. Try a smaller file.")
    return bytes(heard["out"]), bytes(heard["said"])


def _words(ended: _Ended) -> str:
    """Why there is no answer, in words; an unforeseen fault may quote the file, so it is not."""
    said = " ".join(ended.said.decode("utf-8", errors="replace").split())
    if ended.code < 0:
        return (
            "The attempt was ended by the system, most likely for want of memory. Try a smaller"
            " file, or check it where it lies, with loupe check."
        )
    unforeseen = re.match(r"(\w+): .*(Details for whoever maintains Loupe: \S+)\Z", said)
    if unforeseen:
        return f"The file cannot be tried: an unforeseen fault ({unforeseen[1]}). {unforeseen[2]}"
    if "Traceback (most recent call last)" in said or not said:
        return f"The command line gave no answer (it ended with {ended.code}). Try loupe doctor."
    return said[:_MOST_WORDS]

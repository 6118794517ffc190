"""`loupe serve` and `loupe up`: the pages, and with `up` Dagster beside them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

from pipelines.commands.dagster_home import use_dagster_home
from pipelines.commands.screen import out
from pipelines.settings import PROJECT, Home

_STOP_SECONDS = 15


def serve_dashboards(home: Home, port: int | None) -> int:
    """Run the dashboards until they are stopped; returns their exit code."""
    return _until_stopped([_start(_streamlit(home, port or home.settings().dashboard_port))])


def serve_all(home: Home) -> int:
    """Dagster's page, its daemon (schedule and sensor) and the dashboards, until one ends."""
    settings = home.settings()
    use_dagster_home(home)
    home.landing.mkdir(parents=True, exist_ok=True)
    dagster = [
        *(sys.executable, "-m", "dagster", "dev", "-m", "pipelines.definitions"),
        *("-p", str(settings.dagster_port), "-h", "127.0.0.1"),
    ]
    out.print(
        f"Pages: http://localhost:{settings.dashboard_port} · "
        f"Dagster: http://localhost:{settings.dagster_port} · stop both with Ctrl-C.",
        highlight=False,
    )
    return _until_stopped([_start(dagster), _start(_streamlit(home, settings.dashboard_port))])


def _streamlit(home: Home, port: int) -> list[str]:
    app = PROJECT / "dashboards" / "app.py"
    return [
        *(sys.executable, "-m", "streamlit", "run", str(app)),
        *("--server.port", str(port), "--server.headless", "true"),
    ]


def _start(command: list[str]) -> subprocess.Popen:
    """A child with a process group of its own: Dagster starts several of its own in turn."""
    return subprocess.Popen(command, cwd=PROJECT, start_new_session=True)


def _until_stopped(processes: list[subprocess.Popen]) -> int:
    """Wait until any process ends or a signal comes; then end them all, children included."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        while all(p.poll() is None for p in processes):
            time.sleep(0.2)
        return next(p.returncode for p in processes if p.poll() is not None)
    except KeyboardInterrupt:
        return 0
    finally:
        for group in processes:
            _signal(group, signal.SIGTERM)
        for group in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                group.wait(_STOP_SECONDS)
            _signal(group, signal.SIGKILL)


def _signal(leader: subprocess.Popen, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, what)

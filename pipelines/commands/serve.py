"""`loupe serve` and `loupe up`: the pages, and with `up` Dagster beside them."""

from __future__ import annotations

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
    process = subprocess.Popen(
        _streamlit(home, port or home.settings().dashboard_port), cwd=PROJECT
    )
    return _until_stopped([process])


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
    return _until_stopped(
        [
            subprocess.Popen(dagster, cwd=PROJECT),
            subprocess.Popen(_streamlit(home, settings.dashboard_port), cwd=PROJECT),
        ]
    )


def _streamlit(home: Home, port: int) -> list[str]:
    app = PROJECT / "dashboards" / "app.py"
    return [
        *(sys.executable, "-m", "streamlit", "run", str(app)),
        *("--server.port", str(port), "--server.headless", "true"),
    ]


def _until_stopped(processes: list[subprocess.Popen]) -> int:
    """Wait until any process ends or a signal comes; then end them all."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while all(p.poll() is None for p in processes):
            time.sleep(0.2)
        return next(p.returncode for p in processes if p.poll() is not None)
    except KeyboardInterrupt:
        return 0
    finally:
        for process in processes:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in processes:
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

"""`loupe up`: a file dropped into the landing folder is published without anybody asking."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import date
from pathlib import Path

import pytest

from pipelines.settings import Home
from tests.street import files
from tests.street.files import Receipt
from tests.street.town import Town

PATIENCE_SECONDS = 600


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _left_of(home: Home) -> list[str]:
    """Command lines of processes that still name the home in their environment."""
    left = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"LOUPE_HOME={home.root}".encode() in (folder / "environ").read_bytes():
                left.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return left


@pytest.mark.slow
def test_a_dropped_file_is_published_and_nothing_is_left_running(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.landing.mkdir(parents=True)
    pages, dagster = _free_port(), _free_port()
    (home.root / "loupe.toml").write_text(
        f"dashboard_port = {pages}\ndagster_port = {dagster}\nsensor_seconds = 5\n"
    )
    up = subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "up"],
        env={**os.environ, "LOUPE_HOME": str(home.root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        town = Town(home, children=None)  # type: ignore[arg-type] - only drops files
        town.drop("stores_20260301.csv", files.stores())
        day = date(2026, 3, 2)
        rung = [Receipt(1, "RING-1", 12000)]
        town.drop("sales_lines_NYC_20260302.csv", files.sales("NYC", day, rung))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not home.current_pointer.exists():
            assert up.poll() is None, "loupe up ended by itself"
            assert time.monotonic() < deadline, "the sensor published nothing"
            time.sleep(0.5)
        for port in (pages, dagster):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
                assert answer.status == 200
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(120)
    assert _left_of(home) == []

"""A published home, the dashboards served over it, and a Chromium that reports where it calls."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.published_home import PublishedHome, build
from tests.browser.walker import Walker

PATIENCE_SECONDS = 180
PROJECT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishedHome:
    return build(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def server(published: PublishedHome) -> Iterator[str]:
    """The address of the dashboards, served as `loupe serve` serves them."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboards/app.py", "--server.port", str(port)],
        cwd=PROJECT,
        env=os.environ | {"LOUPE_HOME": str(published.home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://localhost:{port}"
    try:
        _wait_for(f"{address}/_stcore/health", process)
        yield address
    finally:
        process.terminate()
        process.wait(60)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Until it answers; a busy machine may take its time, a server that ended never will."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            urlopen(address, timeout=5).close()
            return
        except (URLError, OSError):
            assert process.poll() is None, "the dashboards ended by themselves"
            assert time.monotonic() < deadline, "the dashboards do not answer"
            time.sleep(0.2)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "browser tests need chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def walker(server: str, chromium: Browser) -> Iterator[Walker]:
    """A fresh reader at a desk; afterwards nothing may have been asked of a foreign server."""
    walking = Walker(chromium, server)
    yield walking
    walking.close()
    assert walking.foreign == []

"""What all tests share: where the real exports lie, and what becomes of browser tests."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SHARED_EXPORTS = PROJECT.parent / "shared" / "exports"
ENABLE = "sudo apt-get install chromium   (then: make test)"

# pyspark, which Great Expectations imports where the extra `spark` is installed, takes a program
# without a file for its own doctests and leaves. A worker of pytest-xdist is such a program.
if find_spec("pyspark") and not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = __file__


@pytest.fixture(scope="session")
def uci_exports() -> Path:
    """The folder of twenty real trading days; part of the workplace, not of the repository."""
    folder = SHARED_EXPORTS / "uci_online_retail"
    if not folder.is_dir():
        pytest.skip(f"the real exports are not beside the repository ({folder.name})")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that two workers end together; browser tests need a browser.

    In CI the absence of a browser is a failure, elsewhere it is said loudly.
    """
    items.sort(key=lambda item: "tests/street/" not in item.nodeid)
    if shutil.which("chromium") or os.environ.get("CI") == "true":
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no chromium"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the browser tests that were not run, with the one command that enables them."""
    skipped = terminalreporter.stats.get("skipped", [])
    missed = [r.nodeid for r in skipped if "no chromium" in str(r.longrepr)]
    if not missed:
        return
    terminalreporter.section("BROWSER TESTS NOT RUN", red=True, bold=True)
    for nodeid in missed:
        terminalreporter.line(nodeid)
    terminalreporter.line(f"{len(missed)} browser tests were not run. To enable them: {ENABLE}")

"""One writer at a time, told in words."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.build.lock import AlreadyRunning, only_writer
from pipelines.settings import Home

HOLD = """
import sys, time
from pipelines.build.lock import only_writer
from pipelines.settings import Home
with only_writer(Home.find(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_the_second_writer_is_told_who_the_first_is(
    tmp_path: Path, holder: subprocess.Popen
) -> None:
    with (
        pytest.raises(AlreadyRunning, match=f"process {holder.pid}, since 20"),
        only_writer(Home(tmp_path)),
    ):
        pass


def test_a_killed_writer_leaves_no_lock_behind(tmp_path: Path, holder: subprocess.Popen) -> None:
    holder.kill()
    holder.wait()
    time.sleep(0.05)
    with only_writer(Home(tmp_path)):
        pass

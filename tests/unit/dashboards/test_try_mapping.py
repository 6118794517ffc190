"""Trying a mapping: the child is bounded, the file private, nothing the reader says is opened."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from dashboards.questions import mapping_preview
from dashboards.questions.mapping_preview import NoAnswerError, landing_name, tried

Open = Callable[..., Any]
Child = Callable[[str], None]
SEES = """
import json, os, sys
path = sys.argv[2]
folder = os.path.dirname(path)
print(json.dumps([{
    "arguments": sys.argv[1:], "data": open(path).read(), "temp": os.environ["TMPDIR"],
    "file": os.stat(path).st_mode & 0o777, "folder": os.stat(folder).st_mode & 0o777,
}]))
"""


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Child:
    """`child(code)`: that Python takes the place of the command line."""

    def put(code: str) -> None:
        st.cache_data.clear()
        path = tmp_path / "child.py"
        path.write_text(code)
        monkeypatch.setattr(mapping_preview, "COMMAND", (sys.executable, str(path)))

    return put


def test_the_file_is_private_and_gone_with_the_answer(child: Child) -> None:
    child(SEES)
    (seen,) = tried(b"a,b\n", "../../etc/day.csv", "NYC", "cegid_y2/stock")
    path = Path(seen["arguments"][1])
    assert seen["arguments"][:1] == ["check"]
    assert seen["arguments"][2:5] == ["--as=NYC/day.csv", "--mapping=cegid_y2/stock", "--json"]
    assert path.name == "upload"
    assert seen["temp"] == str(path.parent)
    assert (seen["file"], seen["folder"], seen["data"]) == (0o600, 0o700, "a,b\n")
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("name", "folder", "told"),
    [
        ("day.csv", "", "day.csv"),
        ("../../etc/passwd", "", "passwd"),
        ("C:\\exports\\day 1.csv", "", "day 1.csv"),
        ("--mapping=x.yml", "", "mapping_x.yml"),
        ("..", "", "upload"),
        ("", "", "upload"),
        ("a\0b\n.csv", "", "a_b_.csv"),
        ("$(id);`x`.csv", "", "_(id)__x_.csv"),
        ("<b>.csv", "../shopify//NYC/..", "shopify/NYC/_b_.csv"),
        ("été.csv", "/etc", "etc/été.csv"),
        ("x" * 300 + ".csv", "", "x" * 116 + ".csv"),
    ],
)
def test_names_are_cleaned_to_their_last_part(name: str, folder: str, told: str) -> None:
    assert landing_name(name, folder) == told


def test_a_child_that_hangs_is_ended_with_its_children(
    child: Child, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mark = tmp_path / "pid"
    child(
        "import os, subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(mark)!r}, 'w').write(f'{{p.pid}} {{sys.argv[2]}}')\n"
        "time.sleep(60)\n"
    )
    monkeypatch.setattr(mapping_preview, "SECONDS", 4.5)
    started = time.monotonic()
    with pytest.raises(NoAnswerError, match=r"within 4\.5 seconds"):
        tried(b"a", "a.csv")
    assert time.monotonic() - started < 45
    grandchild, path = mark.read_text().split()
    for _ in range(50):
        if not _lives(int(grandchild)):
            break
        time.sleep(0.1)
    assert not _lives(int(grandchild))
    assert not Path(path).parent.exists()


def _lives(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def test_an_endless_answer_is_cut_off(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    child("import sys\nwhile True: sys.stdout.write('[' * 100_000)\n")
    monkeypatch.setattr(mapping_preview, "_MOST_BYTES", 1 << 20)
    with pytest.raises(NoAnswerError, match="too long to be shown"):
        tried(b"a", "a.csv")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("print('no mapping is called x', file=sys.stderr); sys.exit(1)", "no mapping is called x"),
        ("sys.exit(3)", "gave no answer (it ended with 3)"),
        ("raise ValueError('Ann Lee')", "gave no answer"),
        ("import os; os.kill(os.getpid(), 9)", "want of memory"),
        ("print('[not json')", "gave no answer"),
        (
            "print('ComputeError: could not parse Ann Lee Details for whoever maintains Loupe:"
            " /x/last_fault.txt', file=sys.stderr); sys.exit(1)",
            "an unforeseen fault (ComputeError). Details for whoever maintains Loupe: /x/last",
        ),
    ],
)
def test_faults_of_the_child_are_told_in_words(child: Child, code: str, words: str) -> None:
    child(f"import sys\n{code}\n")
    with pytest.raises(NoAnswerError) as fault:
        tried(b"a", "a.csv")
    assert words in str(fault.value)
    assert "Ann Lee" not in str(fault.value)
    assert "Traceback" not in str(fault.value)


def test_a_file_too_large_or_a_mapping_that_is_a_path_is_not_tried(
    child: Child, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child("raise SystemExit('must not run')")
    for path in ("/etc/x.yml", "../draft.YAML"):
        with pytest.raises(NoAnswerError, match="no name of a mapping"):
            tried(b"a", "a.csv", mapping=path)
    monkeypatch.setattr(mapping_preview, "LARGEST_MB", 0)
    with pytest.raises(NoAnswerError, match="larger than 0 MB"):
        tried(b"a", "a.csv")


def test_only_a_few_run_at_once(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    child(SEES)
    monkeypatch.setattr(mapping_preview, "_running", threading.BoundedSemaphore(1))
    monkeypatch.setattr(mapping_preview, "_PATIENCE", 0.05)
    with mapping_preview._running, pytest.raises(NoAnswerError, match="being tried"):
        tried(b"a", "a.csv")
    assert tried(b"a", "a.csv")


def test_the_command_line_answers_on_a_real_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOUPE_HOME", str(tmp_path))
    names = [one.name for one in mapping_preview.mappings()]
    assert "native/stores" in names
    text = (
        "store_id,store_name,store_format,country,time_zone,currency\nNYC,=1+1,boutique,US,x,USD\n"
    )
    (report,) = tried(text.encode(), "stores_20260101.csv")
    assert report["dataset"] == "stores"
    assert [one["column"] for one in report["columns"]][:2] == ["store_id", "store_name"]
    assert list(tmp_path.iterdir()) == []


def test_a_fault_in_a_mapping_of_the_home_is_told(open_page: Open, tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "own.yml").write_text(
        "system: <b>x</b>\nexport: y\ndataset: nothing\n"
    )
    page = open_page("try_mapping", at=tmp_path)
    assert "The mappings cannot be listed." in page.html
    assert "own.yml" in page.html
    assert "<b>x</b>" not in page.html


def test_a_mapping_can_be_tried_before_anything_is_published(
    open_page: Open, tmp_path: Path
) -> None:
    page = open_page("try_mapping", at=tmp_path)
    assert page.title == "Try a mapping"
    assert "at most 60 seconds" in page.html
    options = page.test.selectbox(key="choice_mapping").options
    assert options[0] == "By the file's name, as a run would"
    assert "cegid_y2/stock → stock snapshots" in options
    assert "try_mapping" in open_page(at=tmp_path).html
    assert "Try a mapping on one file" in open_page("files").html


def test_what_the_answer_says_cannot_become_markup(open_page: Open, child: Child) -> None:
    evil = "<img src=x onerror=alert(1)>"
    column = {
        "column": evil, "data_type": evil, "required": True, "personal": False, "rule": evil,
        "headers": [evil], "lacking": [evil + "2"],
        "samples": [{"read": evil, "typed": evil, "taken": True}],
    }  # fmt: skip
    report = {
        "status": "refused", "reason": evil, "mapping": evil, "dataset": "sales_lines",
        "lines_read": 3, "rows": 0, "rejected": 2, "skipped": {evil: 1},
        "first_reasons": [
            {"line_no": 2, "column": evil, "rule": evil, "value": evil, "expected": evil}
        ],
        "findings": {evil: evil}, "control_total_check": "absent", "columns": [column],
        "unused_headers": [evil], "ignored_headers": [evil], "empty_columns": [evil],
        "figures": [
            {"scope": evil, "measure": evil, "new": "2", "loaded": "1.5"},
            {"scope": "US01|2026-11-20", "measure": "net sales", "new": "2", "loaded": None},
        ],
    }  # fmt: skip
    listed = [{"name": "a/b", "dataset": "sales_lines", "description": "", "files": ""}]
    told = {"--list": listed, "": [report, report | {"dataset": "tenders"}]}
    child(
        "import json, sys\n"
        f"told = json.loads({json.dumps(json.dumps(told))})\n"
        "print(json.dumps(told['--list' if '--list' in sys.argv else '']))\n"
    )
    page = open_page("try_mapping", mapping="a/b")
    page.test.file_uploader[0].set_value((evil + ".csv", b"a", "text/csv")).run()
    page.test.button[0].click().run()
    assert not page.test.exception, page.test.exception
    assert "<img" not in page.html
    assert page.html.count("would be refused") == 2
    assert "onerror=alert(1)" in page.html
    assert "1 loaded before, of which <b>1</b> would" in page.html


def test_no_shell_and_nothing_of_pipelines_in_the_page() -> None:
    for name in ("questions/mapping_preview.py", "views/try_mapping.py"):
        text = (mapping_preview.PROJECT / "dashboards" / name).read_text("utf-8")
        assert "shell=True" not in text
        assert "import pipelines" not in text
        assert "from pipelines" not in text
    assert os.path.isabs(mapping_preview.COMMAND[0])  # noqa: PTH117

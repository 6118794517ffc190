"""The judge's process: it answers, it lets go, and its silence is never taken for a yes."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.client import ROOT, Judge
from expectations.judge import serve
from expectations.verdict import Verdict
from pipelines.ingest.contracts import Contract
from tests.unit.expectations import small_warehouse
from tests.unit.expectations.conftest import Examine
from tests.unit.expectations.small_lake import SmallLake


@pytest.fixture
def batch(small_lake: SmallLake, tmp_path: Path) -> Path:
    """A batch of tenders, in euros where the store trades in dollars."""
    small_lake.rows["tenders"][0]["currency"] = "EUR"
    given = {"tenders", "stores", "items"}
    for book in ("files", "file_scopes"):
        small_lake.rows[book] = [row for row in small_lake.rows[book] if row["dataset"] in given]
    return small_lake.write(tmp_path / "batches", {"tenders"})


def test_a_judge_judges_both_borders_one_after_the_other(
    batch: Path, contract: Contract, tmp_path: Path
) -> None:
    """The one test with a real judge's process: its library takes seconds to load."""
    warehouse, docs = tmp_path / "warehouse.duckdb", tmp_path / "docs"
    small_warehouse.build(warehouse, contract)

    with Judge(docs=docs) as judge:
        incoming, outgoing = judge.incoming([batch]), judge.outgoing(warehouse)
        with duckdb.connect(str(warehouse)) as con:
            assert con.sql("select 1").fetchall() == [(1,)], "the judge still holds the file"
        lost = judge.outgoing(tmp_path / "no such file.duckdb")

    assert [r.rule for r in incoming.failures] == ["tenders.currency_of_store"]
    assert not incoming.blocked
    assert incoming.declared == incoming.evaluated > 50
    assert [r.failing_rows for r in outgoing.failures] == []
    assert outgoing.declared == outgoing.evaluated > 80
    assert (lost.blocked, lost.declared, lost.evaluated) == (True, 1, 0)
    assert lost.results[0].observed.startswith("the judge could not judge: ")
    assert judge.process_ended
    assert judge.notes == []
    assert (docs / "incoming" / "index.html").exists()
    assert (docs / "outgoing" / "index.html").exists()


def test_docs_say_the_promises_in_words_and_show_nothing_personal(
    batch: Path, examine: Examine, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    request = {"id": 1, "border": "incoming", "batches": [str(batch)], "docs": str(docs)}
    answers: list[dict[str, Any]] = []

    serve(json.dumps(request), answers.append)

    assert [set(answer) for answer in answers] == [{"id", "verdict"}, {"id", "docs"}]
    shown = "".join(page.read_text("utf-8") for page in docs.rglob("*.html"))
    assert "Every row of tenders has its currency." in shown
    assert "payer_name 1" not in shown


def test_docs_that_cannot_be_written_come_after_the_verdict(
    batch: Path, examine: Examine, tmp_path: Path
) -> None:
    (tmp_path / "docs").write_text("in the way")
    request = {
        "id": 1,
        "border": "incoming",
        "batches": [str(batch)],
        "docs": str(tmp_path / "docs"),
    }
    answers: list[dict[str, Any]] = []

    serve(json.dumps(request), answers.append)

    assert [set(answer) for answer in answers] == [{"id", "verdict"}, {"id", "docs_error"}]


@pytest.mark.parametrize(
    ("line", "number", "said"),
    [
        ("not json", None, "JSONDecodeError"),
        ("[]", None, "a request is a JSON object"),
        ('{"id": 2, "border": "sideways"}', 2, "incoming or outgoing"),
        ('{"id": 3, "border": "incoming", "batches": []}', 3, "no batch to judge"),
        ('{"id": 4, "border": "outgoing"}', 4, "warehouse"),
    ],
)
def test_what_is_no_request_is_answered_all_the_same(
    line: str, number: int | None, said: str
) -> None:
    answers: list[dict[str, Any]] = []

    serve(line, answers.append)

    (answer,) = answers
    assert answer["id"] == number
    assert said in answer["error"]


def test_a_batch_that_cannot_be_read_is_told(batch: Path) -> None:
    (batch / "tenders.parquet").write_bytes(b"no parquet at all")
    answers: list[dict[str, Any]] = []

    serve(json.dumps({"id": 1, "border": "incoming", "batches": [str(batch)]}), answers.append)

    assert "tenders.parquet" in answers[0]["error"]


def test_of_no_batch_there_is_nothing_to_say() -> None:
    with Judge(command=fake("sys.stdin.read()")) as judge:
        assert judge.incoming([]) == Verdict([], declared=0, evaluated=0)


def fake(body: str) -> list[str]:
    """A judge that does what `body` says; `say` writes a line."""
    prelude = "import json, sys, time\ndef say(m): print(m, flush=True)\n"
    return [sys.executable, "-c", prelude + textwrap.dedent(body)]


READY = "say('{\"ready\": true}')\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("sys.exit('out of memory')", "ended before answering (exit code 1); its last words: out"),
        (READY + "sys.stdin.readline(); sys.exit(3)", "(exit code 3)"),
        (READY + "import os; sys.stdin.readline(); os.kill(os.getpid(), 9)", "killed by signal 9"),
        (READY + "sys.stdin.readline(); say('Calculating metrics')", "cannot be read"),
        (READY + "sys.stdin.readline(); say('[]')", "cannot be read"),
        ("say(json.dumps({'id': None, 'error': 'no such library'}))", "no such library"),
        (
            READY + "sys.stdin.readline(); say(json.dumps({'id': 1, 'error': 'no table'}))",
            "the judge could not judge: no table",
        ),
    ],
)
def test_a_judge_who_gives_no_answer_has_not_said_yes(body: str, said: str, tmp_path: Path) -> None:
    with Judge(command=fake(body), ready_within=30, answer_within=30) as judge:
        verdicts = [judge.incoming([tmp_path]), judge.outgoing(tmp_path)]

    for verdict in verdicts:
        (result,) = verdict.results
        assert verdict.blocked
        assert result.broken
    assert said in verdicts[0].results[0].observed


@pytest.mark.parametrize(
    ("body", "ready_within", "said"),
    [
        ("time.sleep(600)", 0.2, "the judge took more than 0.2 s to get ready"),
        (READY + "time.sleep(600)", 30, "the judge took more than 0.3 s to answer"),
    ],
)
def test_a_judge_who_takes_too_long_is_sent_away(
    body: str, ready_within: float, said: str, tmp_path: Path
) -> None:
    with Judge(command=fake(body), ready_within=ready_within, answer_within=0.3) as judge:
        verdict = judge.outgoing(tmp_path)

    assert verdict.blocked
    assert verdict.results[0].observed == said
    assert judge.process_ended


def test_docs_that_fail_are_noted_and_stop_nothing(tmp_path: Path) -> None:
    answer = {"results": [], "declared": 0, "evaluated": 0, "seconds": 0.0}
    body = READY + (
        "sys.stdin.readline()\n"
        f"say(json.dumps({{'id': 1, 'verdict': {answer!r}}}))\n"
        "say(json.dumps({'id': 1, 'docs_error': 'disk full'}))\n"
    )
    with Judge(command=fake(body), ready_within=30, answer_within=30) as judge:
        verdict = judge.outgoing(tmp_path)

    assert not verdict.blocked
    assert judge.notes == ["the Data Docs could not be written: disk full"]


def test_leaving_early_ends_the_process() -> None:
    with pytest.raises(KeyError), Judge(command=fake("time.sleep(600)")) as judge:
        raise KeyError

    assert judge.process_ended


def test_nobody_but_the_judge_loads_the_library() -> None:
    asked = """
import sys
import expectations.client, expectations.incoming, expectations.outgoing, expectations.judge
assert "great_expectations" not in sys.modules
assert "pandas" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=True, timeout=180)

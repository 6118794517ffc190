"""The store only grows, hears of whoever acted first, and says in words when it cannot be used."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from dashboards.decisions import (
    ActedMeanwhileError,
    Decision,
    DecisionStore,
    StoreUnavailableError,
    Subject,
)
from dashboards.decisions.schema import TABLE
from dashboards.knobs import DECISIONS_FILE as FILE

PROJECT = Path(__file__).resolve().parents[3]
DAY = date(2026, 3, 2)
SUBJECT = Subject.store_day("NYC01", DAY)


def note(store: DecisionStore, seen: int, by: str = "Ann", subject: Subject = SUBJECT) -> Decision:
    return store.decide(
        kind="note",
        **subject.named(),
        decided_by=by,
        seen_run_id="run_1",
        seen_sequence_no=seen,
        reason="Looked at.",
        payload={"on": DAY},
    )


def test_what_was_decided_is_read_back_as_it_was(tmp_path: Path) -> None:
    store = DecisionStore.open(tmp_path)
    assert store.since(0) == [] and not (tmp_path / FILE).exists()
    first, second = note(store, 0), note(store, 1, by=" Bob  Brown ")
    assert store.history("store_day", "NYC01|2026-03-02") == [first, second]
    assert DecisionStore.open(tmp_path).since(1) == [second]
    assert second.decided_by == "Bob Brown"
    assert second.payload == {"on": "2026-03-02"}
    assert [d.decision_no for d in store.find(store_id="NYC01", business_date=DAY)] == [1, 2]
    assert store.find(store_id="NYC02") == []


def test_the_second_of_two_is_told_who_acted_and_what(tmp_path: Path) -> None:
    store = DecisionStore.open(tmp_path)
    note(store, 0)
    with pytest.raises(
        ActedMeanwhileError, match=r"^Ann left a note on 20.*UTC: Looked at"
    ) as told:
        note(store, 0, by="Bob")
    assert told.value.decision.decided_by == "Ann"
    assert len(store.since(0)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        f"update {TABLE} set reason = 'x'",
        f"delete from {TABLE}",
        f"insert or replace into {TABLE} select * from {TABLE}",
        f"replace into {TABLE} select decision_no + 1, 'y', decided_at, 'Eve', kind, subject_type,"
        f" subject_key, store_id, business_date, payload, 'x', seen_run_id, sequence_no"
        f" from {TABLE}",
    ],
)
def test_the_database_itself_refuses_changes(tmp_path: Path, statement: str) -> None:
    store = DecisionStore.open(tmp_path)
    kept = note(store, 0)
    with (
        sqlite3.connect(tmp_path / FILE) as con,
        pytest.raises(sqlite3.IntegrityError, match="decisions are never"),
    ):
        con.execute(statement)
    assert store.since(0) == [kept]


_WRITER = """
import sys
from datetime import date
from dashboards.decisions import ActedMeanwhileError, DecisionStore, Subject
store = DecisionStore.open(sys.argv[1])
told = 0
for n in range(25):
    for subject in (Subject.exception(f"{sys.argv[2]}-{n}"), Subject.exception(f"both-{n}")):
        try:
            store.decide(kind="note", **subject.named(), decided_by=sys.argv[2],
                         seen_run_id="r", seen_sequence_no=0, reason="x")
        except ActedMeanwhileError:
            told += 1
print(told)
"""


def test_two_processes_lose_nothing_and_one_of_them_is_told(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path), name],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("Ann", "Bob")
    ]
    told = [int(writer.communicate(timeout=120)[0]) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    kept = DecisionStore.open(tmp_path).since(0)
    assert sum(told) == 25 and len(kept) == 75
    assert [d.decision_no for d in kept] == list(range(1, 76))
    assert {d.sequence_no for d in kept} == {1}


def test_what_is_missing_is_put_back_under_its_number(tmp_path: Path) -> None:
    store = DecisionStore.open(tmp_path)
    kept = [note(store, 0), note(store, 1)]
    (tmp_path / FILE).unlink()
    assert store.since(0) == []
    assert store.restore(kept) == 2 and store.restore(kept) == 0
    assert store.since(0) == kept
    assert note(store, 2).decision_no == 3


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "decisions").write_text("a file where a folder should be")
    with pytest.raises(StoreUnavailableError, match=r"cannot be written \(sqlite:.*Nothing was"):
        note(DecisionStore.open(tmp_path), 0)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "decisions").mkdir()
    (tmp_path / FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(StoreUnavailableError, match="file is not a database"):
        DecisionStore.open(tmp_path).since(0)


_NOBODY = """
import os, sys
from pathlib import Path
from dashboards.decisions import DecisionStore, StoreUnavailableError, Subject
store = DecisionStore.open(sys.argv[1])
store.since(0)
if os.geteuid() == 0:
    os.setuid(65534)
print(len(store.since(0)))
try:
    store.decide(kind="note", **Subject.exception("a").named(), decided_by="Ann",
                 seen_run_id="r", seen_sequence_no=0, reason="x")
except StoreUnavailableError as fault:
    print(fault)
"""


def test_a_read_only_folder_is_read_and_refused_in_words(tmp_path: Path) -> None:
    store = DecisionStore.open(tmp_path)
    note(store, 0)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder.stat().st_mode & 0o055 != 0o055:
            folder.chmod(folder.stat().st_mode | 0o055)
    (tmp_path / FILE).chmod(0o444)
    (tmp_path / FILE).parent.chmod(0o555)
    told = subprocess.run(
        [sys.executable, "-c", _NOBODY, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
    )
    (tmp_path / FILE).parent.chmod(0o755)
    lines = told.stdout.splitlines()
    assert lines[0] == "1", told.stderr
    assert "attempt to write a readonly database. Nothing was kept" in lines[1]


def test_an_address_that_is_none_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOUPE_DECISIONS_URL", "nonsense")
    with pytest.raises(StoreUnavailableError, match="decisions_url cannot be used"):
        DecisionStore.open(tmp_path)
    monkeypatch.setenv("LOUPE_DECISIONS_URL", "postgresql+nodriver://ann:secret@host/db")
    with pytest.raises(StoreUnavailableError, match="decisions_url cannot be used") as told:
        DecisionStore.open(tmp_path)
    assert "secret" not in str(told.value)


def test_the_settings_of_the_home_name_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOUPE_DECISIONS_URL", raising=False)
    elsewhere = tmp_path / "elsewhere.sqlite"
    (tmp_path / "loupe.toml").write_text(f'decisions_url = "sqlite:///{elsewhere}"\n')
    note(DecisionStore.open(tmp_path), 0)
    assert elsewhere.exists() and not (tmp_path / FILE).exists()
    (tmp_path / "loupe.toml").write_text("decisions_url = 7\n")
    with pytest.raises(StoreUnavailableError, match="decisions_url: a text is expected"):
        DecisionStore.open(tmp_path)


def test_a_store_begun_anew_is_not_decided_on_and_not_mixed(tmp_path: Path) -> None:
    store = DecisionStore.open(tmp_path)
    kept = [note(store, 0), note(store, 1)]
    (tmp_path / FILE).unlink()
    run = tmp_path / "published" / "run_1"
    run.mkdir(parents=True)
    (run / "run.json").write_text('{"newest_decision": 2}')
    (tmp_path / "published" / "CURRENT").write_text("run_1\n")
    with pytest.raises(StoreUnavailableError, match=r"end at number 0.*know 2.*Run `loupe run`"):
        note(store, 0, by="Eve")
    (run / "run.json").write_text("{}")
    note(store, 0, by="Eve")
    with pytest.raises(StoreUnavailableError, match=r"begun anew: 2 decisions.*Eve left a note"):
        store.restore(kept)
    assert [d.decided_by for d in store.since(0)] == ["Eve"]

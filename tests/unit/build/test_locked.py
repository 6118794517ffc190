"""A publish a month was locked with is never deleted; nor is any while nobody can say which."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from dashboards.decisions import DecisionStore, Subject
from dashboards.knobs import DECISIONS_FILE
from pipelines.build import publish
from pipelines.settings import Home, Settings

RUNS = [f"run_202601{day:02}T080000000000Z" for day in (5, 6, 31)]
LATER = date(2027, 1, 1)


def test_retention_spares_locked_publishes(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for run in RUNS:
        (home.published / run).mkdir(parents=True)
    home.current_pointer.write_text(RUNS[2] + "\n")
    settings = Settings(keep_days=1, keep_month_ends=False)
    DecisionStore.open(tmp_path).decide(
        kind="month_lock",
        **Subject.month(date(2026, 1, 1)).named(),
        decided_by="Ann",
        seen_run_id=RUNS[0],
        seen_sequence_no=0,
        payload={"run_id": RUNS[0]},
    )
    kept = (tmp_path / DECISIONS_FILE).read_bytes()
    (tmp_path / DECISIONS_FILE).write_bytes(b"no database at all" * 100)
    assert publish.retire(home, settings, LATER) == []

    (tmp_path / DECISIONS_FILE).write_bytes(kept)
    assert publish.retire(home, settings, LATER) == [RUNS[1]]
    assert sorted(p.name for p in home.published.glob("run_*")) == [RUNS[0], RUNS[2]]

"""Retention, the pointer, and what a killed publish leaves behind."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.build import publish, records
from pipelines.build.clock import RUN_FORMAT
from pipelines.settings import Home, Settings

TODAY = date(2026, 11, 22)


def _published(home: Home, day: date, hour: int = 6) -> str:
    run_id = datetime(day.year, day.month, day.day, hour).strftime(RUN_FORMAT)
    (home.published / run_id).mkdir(parents=True)
    return run_id


def test_young_publishes_and_month_ends_are_kept_and_the_rest_retired(tmp_path: Path) -> None:
    home = Home(tmp_path)
    runs = {day: _published(home, day) for day in (TODAY - timedelta(n) for n in range(120))}
    records.replace_text(home.current_pointer, runs[TODAY])

    gone = set(publish.retire(home, Settings(), TODAY))

    kept = {day for day, run in runs.items() if run not in gone}
    assert {day for day in kept if (TODAY - day).days > 35} == {
        date(2026, 9, 30),
        date(2026, 8, 31),
        date(2026, 7, 31),
    }
    assert {day for day in runs if (TODAY - day).days <= 35} <= kept
    assert all((home.published / run).exists() == (run not in gone) for run in runs.values())


def test_the_current_publish_is_never_retired(tmp_path: Path) -> None:
    home = Home(tmp_path)
    old = _published(home, date(2026, 1, 10))
    _published(home, date(2026, 1, 20))
    records.replace_text(home.current_pointer, old)
    publish.retire(home, Settings(keep_month_ends=False), TODAY)
    assert [p.name for p in home.published.glob("run_*")] == [old]


def test_half_made_publishes_are_cleared(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (home.published / ".draft-run_x").mkdir(parents=True)
    kept = _published(home, TODAY)
    publish.clear_drafts(home)
    assert [p.name for p in home.published.iterdir()] == [kept]


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_pointer_names_nothing(tmp_path: Path, text: str) -> None:
    home = Home(tmp_path)
    records.replace_text(home.current_pointer, text)
    assert records.current_run(home) is None

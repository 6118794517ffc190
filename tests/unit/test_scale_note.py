"""`make bench` writes each of its tables in its place in the note, and fails over a bound."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import bench_readers, scale_note
from tests.bench.__main__ import BENCHES, main
from tests.bench.rows import Row


@pytest.fixture
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "scale.md"
    path.write_text(scale_note.NOTE.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(scale_note, "NOTE", path)
    return path


@pytest.mark.parametrize("bench", BENCHES)
def test_every_bench_has_its_place(note: Path, bench: str) -> None:
    for table in ("| first |", "| second |"):
        scale_note.write(bench, table)
    told = note.read_text("utf-8")
    assert "| second |" in told
    assert "| first |" not in told
    assert told.count("<!-- end -->") == len(BENCHES)


def test_a_bench_without_a_place_is_said(note: Path) -> None:
    with pytest.raises(LookupError, match="measured: laundry"):
        scale_note.write("laundry", "")


def test_a_promise_is_a_line_of_its_table() -> None:
    table = scale_note.promises([Row("reading", 3.0, 2.0, 1.6)])
    assert table.splitlines()[-1] == "| reading | 3.00 s | 2.00 s | 1.50 | 1.60 |"


@pytest.mark.parametrize(("microseconds", "ended"), [(1.5, 0), (1.51, 1)])
def test_a_mapping_that_costs_too_much_fails_the_command(
    note: Path, monkeypatch: pytest.MonkeyPatch, microseconds: float, ended: int
) -> None:
    def cost(folder: Path, write: bench_readers.Writer, mapping: dict | None, lines: int) -> float:
        return microseconds if write is bench_readers._european else 1.0

    monkeypatch.setattr(bench_readers, "_cost", cost)
    monkeypatch.setattr("sys.argv", ["bench", "readers", "--json", str(note.with_suffix(".json"))])
    assert main() == ended
    kept = note.read_text("utf-8")
    assert f"| delimited with a mapping / native | {microseconds:.2f} µs a line |" in kept

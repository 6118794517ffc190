"""What a run did is part of the lake, also when the run was killed before it could say so."""

from datetime import datetime
from pathlib import Path

import polars as pl

from expectations.verdict import CheckResult
from pipelines.build import records
from pipelines.settings import Home

AT = datetime(2026, 11, 22, 6, 30)
RECORD = records.RunRecord("run_20261122T063000000000Z", AT, AT, AT, "published", 3, 40, True)
CHECK = CheckResult(
    border="outgoing",
    subject="kpi.store_day_kpis",
    rule="net sales meet",
    severity="block",
    passed=True,
    observed="0",
    expected="0",
)


def test_a_run_killed_after_the_pointer_moved_is_recorded_by_the_next(tmp_path: Path) -> None:
    home = Home(tmp_path)
    run, checks = records.run_frame(RECORD), records.check_frame(RECORD, [CHECK])
    records.write_files(home.published / RECORD.run_id, run, checks)
    records.replace_text(home.current_pointer, RECORD.run_id)

    assert records.mend(home) == RECORD.run_id
    assert records.mend(home) is None
    kept = pl.read_parquet(home.runs / RECORD.run_id / "check_results.parquet")
    assert kept["rule"].to_list() == ["net sales meet"]
    assert kept["checked_at"].to_list() == [AT]


def test_empty_records_have_the_types_of_full_ones(tmp_path: Path) -> None:
    home = Home(tmp_path)
    records.ensure_schema(home)
    run, checks = records.run_frame(RECORD), records.check_frame(RECORD, [CHECK])
    records.keep(home, RECORD.run_id, run, checks)
    for file in ("run.parquet", "check_results.parquet"):
        empty = pl.read_parquet_schema(home.runs / "_schema" / file)
        assert empty == pl.read_parquet_schema(home.runs / RECORD.run_id / file)

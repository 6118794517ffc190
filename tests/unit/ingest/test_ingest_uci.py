"""Twenty real trading days, through the mapping a user would write: the facts of their README."""

import shutil

import polars as pl

from pipelines.ingest.batch import take_in
from pipelines.settings import Home, Settings

DROP = ["_batch_id"]


def _rows(home: Home, table: str) -> pl.DataFrame:
    found = pl.concat(pl.read_parquet(path) for path in home.batches.glob(f"[!_]*/{table}.parquet"))
    return found.drop(DROP).sort("_file_id", "_line_no")


def test_the_real_days_give_their_facts_at_once_and_day_by_day(uci_exports, tmp_path):
    settings = Settings(quiet_seconds=0)
    once, daily = Home(tmp_path / "once"), Home(tmp_path / "daily")
    shutil.copytree(uci_exports, once.landing / uci_exports.name)
    result = take_in(once, settings)
    assert {one.status for one in result.files} == {"accepted"}
    sales = [one for one in result.files if one.dataset == "sales_lines"]
    assert sum(one.lines_read for one in sales) == 42_481
    assert sum(one.rows_rejected for one in result.files) == 0

    lines, moves = _rows(once, "sales_lines"), _rows(once, "stock_movements")
    assert lines.height + moves.height == 42_481
    assert sum(one.rows_skipped for one in sales) == moves.height == 70
    both = pl.concat(
        [
            lines.select("transaction_id", "item_id", "quantity", "net_amount"),
            moves.select(
                pl.col("document_id").alias("transaction_id"),
                "item_id",
                "quantity",
                pl.lit(0).cast(pl.Decimal(18, 2)).alias("net_amount"),
            ),
        ]
    )
    assert both.get_column("transaction_id").n_unique() == 2_025
    assert both.get_column("item_id").n_unique() == 2_822
    assert str(both.get_column("quantity").sum()) == "342228.000"
    assert str(both.get_column("net_amount").sum()) == "748957.02"
    returns = lines.filter(pl.col("return_reason") == "cancelled invoice")
    assert returns.height == 728
    assert returns.select((pl.col("quantity") < 0).all()).item()
    assert not lines.select(pl.col("client_id").str.contains(".", literal=True).any()).item()

    (daily.landing / uci_exports.name).mkdir(parents=True)
    for path in sorted(uci_exports.glob("*.csv")):
        shutil.copy(path, daily.landing / uci_exports.name)
        assert take_in(daily, settings).count("accepted") == 2
    assert _rows(daily, "sales_lines").equals(lines)
    assert _rows(daily, "stock_movements").equals(moves)

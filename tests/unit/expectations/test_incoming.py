"""Every incoming check is fed the fault it exists for, and stays silent without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from expectations.incoming import dataset_checks, incoming_checks, lay
from expectations.verdict import Verdict
from pipelines.ingest.contracts import Contract, load_contract
from tests.unit.expectations.conftest import COLUMN_KINDS, JudgeLake
from tests.unit.expectations.small_lake import (
    BATCH,
    COMMITTED,
    DAY,
    STORE,
    SmallLake,
    bad_value,
    file_of,
)

Break = Callable[[SmallLake], None]


def failed(verdict: Verdict) -> list[str]:
    return [result.rule for result in verdict.failures]


def test_a_lake_that_keeps_every_promise_passes_every_check(
    small_lake: SmallLake, judge_lake: JudgeLake, contract: Contract
) -> None:
    verdict = judge_lake(small_lake)

    assert failed(verdict) == []
    assert not verdict.blocked
    assert verdict.declared == verdict.evaluated > 200
    assert {r.subject for r in verdict.results} >= set(contract.datasets)


def test_each_promise_on_a_column_finds_the_one_row_that_breaks_it(
    small_lake: SmallLake, judge_lake: JudgeLake, contract: Contract
) -> None:
    expected = []
    for dataset in contract.datasets.values():
        for check in dataset_checks(dataset):
            kind = check.rule.rpartition(".")[2]
            if kind in COLUMN_KINDS:
                column = dataset.columns[check.rule.split(".")[1]]
                small_lake.add(dataset.name, **{column.name: bad_value(column, kind)})
                expected.append(check.rule)

    results = {result.rule: result for result in judge_lake(small_lake).results}

    assert {kind for rule in expected for kind in COLUMN_KINDS if rule.endswith(kind)} == set(
        COLUMN_KINDS
    )
    wrong = {r: results[r] for r in expected if results[r].rows_failed != 1 or results[r].broken}
    assert wrong == {}
    assert all(results[rule].severity == "block" for rule in expected)


def missing_column(lake: SmallLake) -> None:
    lake.frames["tenders"] = frame(lake, "tenders").drop("payer_name")


def extra_column(lake: SmallLake) -> None:
    lake.frames["tenders"] = frame(lake, "tenders").with_columns(pl.lit(1).alias("mood"))


def swapped_columns(lake: SmallLake) -> None:
    columns = frame(lake, "tenders").columns
    columns[0], columns[1] = columns[1], columns[0]
    lake.frames["tenders"] = frame(lake, "tenders").select(columns)


def money_as_float(lake: SmallLake) -> None:
    lake.frames["tenders"] = frame(lake, "tenders").with_columns(
        pl.col("tender_amount").cast(pl.Float64)
    )


def frame(lake: SmallLake, name: str) -> pl.DataFrame:
    schema = lake.contract.datasets[name].schema_in_lake
    return pl.DataFrame(lake.rows[name], schema=schema)


def no_line_number(lake: SmallLake) -> None:
    lake.rows["tenders"][0]["_line_no"] = None


def no_scope(lake: SmallLake) -> None:
    lake.rows["store_traffic"][0]["_scope"] = None


def more_rows_than_booked(lake: SmallLake) -> None:
    lake.add("bank_deposits", deposit_id="D2")


def fewer_rows_than_booked(lake: SmallLake) -> None:
    lake.file("bank_deposits").update(lines_read=2, rows_loaded=2)


def rows_of_a_file_nobody_accepted(lake: SmallLake) -> None:
    lake.file("bank_deposits").update(status="refused", status_reason="header", rows_loaded=0)


def scope_booked_with_other_count(lake: SmallLake) -> None:
    lake.scope("tenders")["row_count"] = 7


def key_twice_in_a_file(lake: SmallLake) -> None:
    lake.add("tenders")
    lake.rebook("tenders")


def key_twice_in_a_list_of_changes(lake: SmallLake) -> None:
    lake.add("clients")
    lake.rebook("clients")


def key_on_two_days(lake: SmallLake) -> None:
    yesterday = DAY - timedelta(days=1)
    lake.add("tenders", business_date=yesterday, _scope=f"{STORE}|{yesterday}", _file_id="other")
    lake.rebook("tenders")


def unknown_store(lake: SmallLake) -> None:
    for row in lake.rows["store_traffic"]:
        row["store_id"] = "S9"


def unknown_item(lake: SmallLake) -> None:
    lake.rows["stock_snapshots"][0]["item_id"] = "I9"


def day_that_has_not_come(lake: SmallLake) -> None:
    lake.rows["store_traffic"][0]["business_date"] = date(2062, 1, 4)


def other_currency(lake: SmallLake) -> None:
    lake.rows["tenders"][0]["currency"] = "EUR"


def sale_without_payment(lake: SmallLake) -> None:
    lake.add("sales_lines", transaction_id="T2")
    lake.rebook("sales_lines")


def lines_lost(lake: SmallLake) -> None:
    lake.file("tenders")["lines_read"] = 2


def lines_not_counted(lake: SmallLake) -> None:
    lake.file("tenders")["lines_read"] = None


def unheard_of_status(lake: SmallLake) -> None:
    lake.rows["files"].append(refusal(status="lost"))


def refused_without_a_word(lake: SmallLake) -> None:
    lake.rows["files"].append(refusal(status_reason=" "))


def refusal(**changes: Any) -> dict[str, Any]:
    return {
        "delivery_id": "d-refused",
        "file_id": "refused",
        "file_name": "refused.csv",
        "status": "refused",
        "status_reason": "its header is wrong",
        "lines_read": 0,
        "known_from": COMMITTED,
        "_batch_id": BATCH,
        **changes,
    }


def totals_disagree(lake: SmallLake) -> None:
    lake.file("tenders")["control_total_check"] = "disagreed"


def delivery_twice(lake: SmallLake) -> None:
    lake.rows["files"] += [refusal(), refusal()]


def rejected_and_not_kept(lake: SmallLake) -> None:
    lake.file("tenders").update(lines_read=2, rows_rejected=1)


def skipped_and_not_counted(lake: SmallLake) -> None:
    lake.file("tenders").update(lines_read=2, rows_skipped=1)


BROKEN = [
    (missing_column, "tenders.columns", "block"),
    (extra_column, "tenders.columns", "block"),
    (swapped_columns, "tenders.columns", "block"),
    (money_as_float, "tenders.columns", "block"),
    (no_line_number, "tenders.address", "block"),
    (no_scope, "store_traffic.address", "block"),
    (more_rows_than_booked, "bank_deposits.rows_counted", "block"),
    (fewer_rows_than_booked, "bank_deposits.rows_counted", "block"),
    (rows_of_a_file_nobody_accepted, "bank_deposits.rows_counted", "block"),
    (scope_booked_with_other_count, "tenders.scopes_counted", "block"),
    (key_twice_in_a_file, "tenders.key", "block"),
    (key_twice_in_a_list_of_changes, "clients.key", "block"),
    (key_on_two_days, "tenders.key_elsewhere", "warn"),
    (unknown_store, "store_traffic.stores_known", "warn"),
    (unknown_item, "stock_snapshots.items_known", "warn"),
    (day_that_has_not_come, "store_traffic.days_have_come", "warn"),
    (other_currency, "tenders.currency_of_store", "warn"),
    (sale_without_payment, "sales_lines.paid", "warn"),
    (lines_lost, "files.lines_accounted_for", "block"),
    (lines_not_counted, "files.lines_accounted_for", "block"),
    (unheard_of_status, "files.status", "block"),
    (refused_without_a_word, "files.refusals_explained", "block"),
    (totals_disagree, "files.control_totals", "block"),
    (delivery_twice, "files.delivery_id", "block"),
    (rejected_and_not_kept, "rejected_rows.counted", "block"),
    (skipped_and_not_counted, "skipped_rows.counted", "block"),
]


@pytest.mark.parametrize(
    ("break_it", "rule", "severity"), BROKEN, ids=[case[0].__name__ for case in BROKEN]
)
def test_a_fault_is_found_by_its_check_and_by_no_other(
    break_it: Break,
    rule: str,
    severity: str,
    small_lake: SmallLake,
    judge_lake: JudgeLake,
    contract: Contract,
) -> None:
    break_it(small_lake)
    only = {"sales_lines", "tenders"} if rule == "sales_lines.paid" else {rule.partition(".")[0]}

    verdict = judge_lake(small_lake, (only & set(contract.datasets)) or {"tenders"})

    consequences = {
        no_scope: ["store_traffic.scopes_counted"],
        unheard_of_status: ["files.refusals_explained"],
    }.get(break_it, [])
    assert sorted(set(failed(verdict)) - set(consequences)) == [rule]
    (found,) = [result for result in verdict.failures if result.rule == rule]
    assert found.rows_failed >= 1
    assert len(found.failing_rows) == found.rows_failed
    assert (found.severity, found.broken) == (severity, False)
    assert verdict.blocked == (severity == "block" or bool(consequences))


def test_every_kind_of_incoming_check_has_a_fault_here(contract: Contract) -> None:
    kinds = {
        check.rule.rpartition(".")[2] if check.subject in contract.datasets else check.rule
        for check in incoming_checks(contract, contract.datasets)
    }
    tried = {
        rule.rpartition(".")[2] if rule.split(".")[0] in contract.datasets else rule
        for _, rule, _ in BROKEN
    }

    assert kinds == tried | set(COLUMN_KINDS)


def newer_version_of_the_same_day(lake: SmallLake) -> None:
    lake.add("tenders", _file_id="corrected", _line_no=2)
    lake.rebook("tenders")


def receipt_moved_to_the_right_day(lake: SmallLake) -> None:
    """The corrected export of the day no longer holds it; the superseded version does."""
    moved = DAY - timedelta(days=1)
    lake.add("tenders", business_date=moved, _scope=f"{STORE}|{moved}", _file_id="right day")
    lake.add("tenders", transaction_id="T7", _file_id="corrected", _line_no=2)
    lake.rebook("tenders")


def older_export_arriving_later(lake: SmallLake) -> None:
    """Written before the version there was: superseded on arrival, its rows count for nothing."""
    moved = DAY - timedelta(days=1)
    lake.rows["tenders"][0]["transaction_id"] = "T7"
    lake.add("tenders", transaction_id="T1", _file_id="stale", _line_no=2)
    lake.add(
        "tenders",
        transaction_id="T1",
        business_date=moved,
        _scope=f"{STORE}|{moved}",
        _file_id="right day",
    )
    lake.rebook("tenders")
    for row in lake.rows["file_scopes"]:
        row["exported_at"] = {
            file_of("tenders"): datetime(2026, 1, 4, 23),
            "stale": datetime(2026, 1, 4, 21),
        }.get(row["file_id"])


def whole_day_replacing_its_parts(lake: SmallLake) -> None:
    moved = DAY - timedelta(days=1)
    lake.rows["tenders"][0]["_scope"] += "|R1"
    lake.add("tenders", business_date=moved, _scope=f"{STORE}|{moved}", _file_id="right day")
    lake.add("tenders", transaction_id="T7", _file_id="whole", _line_no=2, _scope=f"{STORE}|{DAY}")
    lake.rebook("tenders")
    lake.scope("tenders")["scope_part"] = "R1"


def header_only_file(lake: SmallLake) -> None:
    """It delivers an empty store-day. Sales and tenders alike: a day without a receipt."""
    for name in ("sales_lines", "tenders"):
        lake.rows[name].clear()
        lake.file(name).update(lines_read=0, rows_loaded=0)
        lake.scope(name)["row_count"] = 0


def two_faults_on_one_rejected_line(lake: SmallLake) -> None:
    lake.file("tenders").update(lines_read=2, rows_rejected=1)
    for column in ("tender_type", "currency"):
        lake.rows["rejected_rows"].append(
            {
                "delivery_id": lake.file("tenders")["delivery_id"],
                "line_no": 3,
                "column_name": column,
            }
        )


def exchange_that_comes_to_nothing(lake: SmallLake) -> None:
    for quantity in (1, -1):
        lake.add(
            "sales_lines",
            transaction_id="T2",
            line_number=quantity + 5,
            net_amount=Decimal(100 * quantity),
            tax_amount=Decimal(0),
        )
    lake.rebook("sales_lines")


def voided_receipt_without_payment(lake: SmallLake) -> None:
    lake.add("sales_lines", transaction_id="T2", transaction_status="voided")
    lake.rebook("sales_lines")


@pytest.mark.parametrize(
    "change",
    [
        newer_version_of_the_same_day,
        receipt_moved_to_the_right_day,
        older_export_arriving_later,
        whole_day_replacing_its_parts,
        header_only_file,
        two_faults_on_one_rejected_line,
        exchange_that_comes_to_nothing,
        voided_receipt_without_payment,
    ],
    ids=lambda change: change.__name__,
)
def test_what_is_no_fault_passes(
    change: Break, small_lake: SmallLake, judge_lake: JudgeLake
) -> None:
    change(small_lake)

    assert failed(judge_lake(small_lake, {"sales_lines", "tenders"})) == []


def test_no_check_selects_a_personal_column(
    small_lake: SmallLake, tmp_path: Path, contract: Contract
) -> None:
    personal = {
        column.name
        for dataset in contract.datasets.values()
        for column in dataset.columns.values()
        if column.personal
    }
    given = lay(tmp_path / "lake.duckdb", contract, [small_lake.write(tmp_path / "batches")])

    with duckdb.connect(str(tmp_path / "lake.duckdb"), read_only=True) as con:
        for check in incoming_checks(contract, given):
            assert personal.isdisjoint(con.sql(check.broken_by).columns), check.rule


def test_only_datasets_that_were_given_are_judged(
    small_lake: SmallLake, tmp_path: Path, contract: Contract
) -> None:
    small_lake.rows["files"] = [r for r in small_lake.rows["files"] if r["dataset"] == "tenders"]
    batch = small_lake.write(tmp_path / "batches", only={"repairs"})

    given = lay(tmp_path / "incoming.duckdb", contract, [batch])

    assert sorted(given) == ["items", "repairs", "stores", "tenders"]


def test_stores_known_to_an_earlier_batch_are_known(
    small_lake: SmallLake, tmp_path: Path, contract: Contract
) -> None:
    lake = tmp_path / "batches"
    old = small_lake.write(lake, only={"stores"}).rename(lake / "20260101T060000000000Z")
    small_lake.rows["stores"] = []
    new = lake / BATCH
    new.mkdir()
    for name in ("files", "file_scopes", "store_traffic"):
        table = {**contract.datasets, **contract.system}[name]
        rows = [{c: row.get(c) for c in table.schema_in_lake} for row in small_lake.rows[name]]
        pl.DataFrame(rows, schema=table.schema_in_lake).write_parquet(new / f"{name}.parquet")

    lay(tmp_path / "incoming.duckdb", contract, [new])

    assert old.exists()
    with duckdb.connect(str(tmp_path / "incoming.duckdb"), read_only=True) as con:
        assert con.sql("from known_stores").fetchall() == [(STORE, "USD")]


def test_a_new_promise_of_the_contract_becomes_a_check_by_itself(tmp_path: Path) -> None:
    declared = tmp_path / "sources.yml"
    declared.write_text(
        """
version: 2
sources:
  - name: raw
    schema: raw
    tables:
      - name: rings
        description: One row per ring.
        config: {meta: {key: [ring_id], scope: key, due: on_change, export: reference}}
        columns:
          - {name: ring_id, data_type: varchar, description: Its code.}
          - name: carats
            data_type: "decimal(18,3)"
            description: Weight.
            config: {meta: {at_least: 0.5}}
""",
        "utf-8",
    )

    rules = {check.rule: check for check in incoming_checks(load_contract(declared), ["rings"])}

    assert rules["rings.carats.range"].words == "carats of rings is at least 0.5."
    assert "carats < 0.5" in rules["rings.carats.range"].broken_by

"""Every outgoing promise is broken by one change to a warehouse that keeps them all."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from expectations.outgoing import outgoing_checks
from expectations.promises import keys
from pipelines.ingest.contracts import Contract, load_contract
from tests.unit.expectations import small_warehouse
from tests.unit.expectations.conftest import Examine

PROMISES = {check.rule: check for check in outgoing_checks(load_contract())}

SALES = "core.fct_sales_lines"
KPIS = "kpi.store_day_kpis"
CATEGORIES = "kpi.store_day_category_kpis"
BROKEN_BY = {
    "sales.lines_of_staging": f"delete from {SALES} where transaction_id = 'T4'",
    "sales.net_sale_is_one": f"update {SALES} set is_net_sale = true where line_type = 'service'",
    "sales.net_sales_of_the_day": f"update {KPIS} set net_sales = net_sales + 0.01",
    "sales.parts_of_net_sales": f"update {KPIS} set discounts = discounts + 1",
    "sales.units_of_the_day": f"update {KPIS} set units_returned = 0",
    "sales.services_of_the_day": f"update {KPIS} set service_sales = 0",
    "sales.transactions_of_the_day": f"update {KPIS} set transactions = 3",
    "sales.categories_of_the_day": f"update {CATEGORIES} set returns = 31",
    "sales.categories_of_the_lines": f"update {CATEGORIES} set category = 'watches'",
    "sales.every_day_delivered": f"delete from {KPIS}",
    "sales.one_currency": f"update {SALES} set currency = 'EUR' where transaction_id = 'T1'",
    "sales.visitors_of_the_day": f"update {KPIS} set visitors = null",
    "sales.identified_within_transactions": f"update {KPIS} set identified_transactions = 3",
    "sales.net_sales_is_there": f"update {KPIS} set net_sales = null",
    "sales.days_have_come": f"update {KPIS} set business_date = date '2026-02-04'",
    "sales.one_net_sales": "update finance.store_days set transactions = 1 where net_sales <> 0",
    "tenders.rows_of_staging": "insert into core.fct_tenders from core.fct_tenders limit 1",
    "tenders.total_of_the_day": "update core.fct_tenders set change_amount = null",
    "closings.rows_of_staging": "update core.fct_till_closings set declared_amount = 305",
    "deliveries.status": "update finance.deliveries set status = 'on its way'",
    "deliveries.no_day_left_out": (
        "delete from finance.deliveries"
        " where dataset = 'tenders' and business_date = date '2026-01-04'"
    ),
    "deliveries.what_came_is_shown": "update finance.deliveries set received_at = null",
    "deliveries.status_and_file": "update finance.deliveries set file_id = null",
    "deliveries.lateness": "update finance.deliveries set minutes_late = 5",
    "store_days.status": "update finance.store_days set status = 'fine'",
    "store_days.one_for_each_day": "delete from finance.store_days where status = 'waiting'",
    "store_days.checks_counted": "update finance.store_days set blocking_checks = 1",
    "store_days.status_earned": "update finance.store_days set status = 'complete'",
    "store_days.reopened_says_why": "update finance.store_days set status = 'reopened'",
    "store_days.reasons_given": "update finance.store_days set blocking_reasons = ' '",
    "completeness_checks.difference": "update finance.completeness_checks set passed = true",
    "completeness_checks.gaps_counted": (
        "update finance.completeness_checks set actual_value = 2 where check_id = 'F4'"
    ),
    "completeness_checks.unbalanced_counted": (
        "delete from finance.completeness_checks where check_id = 'F7'"
    ),
    "unbalanced_transactions.exactly_those": "delete from finance.unbalanced_transactions",
    "unbalanced_transactions.difference": (
        "update finance.unbalanced_transactions set difference = -6"
    ),
    "receipt_gaps.position": "update finance.receipt_gaps set position = 'somewhere'",
    "receipt_gaps.counted": "update finance.receipt_gaps set missing_count = 2",
    "receipt_gaps.truly_missing": "update finance.receipt_gaps set last_missing = 4",
    "receipt_gaps.all_inside": "delete from finance.receipt_gaps",
    "restatements.change": "update finance.restatements set change = 30",
    "restatements.files": "update finance.restatements set replaced_file_id = 'unheard of'",
    "restatements.new_is_what_counts": "update finance.restatements set new_value = 271",
    "decisions.none_missing": "update quality.decisions set decision_no = 3 where sequence_no = 2",
    "corrections.by_two": "update quality.corrections set approved_by = 'ANN'",
    "corrections.shown": f"update {SALES} set is_corrected = false",
    "known_figures.one_at_a_time": (
        "update finance.known_figures set known_to = known_from - interval 1 day"
    ),
    "known_figures.now": "update finance.known_figures set measure_value = 271",
    "stock.open_positions": "update core.fct_stock_positions set to_date = date '2026-01-04'",
    "stock.dates_in_order": (
        "update core.fct_stock_positions set to_date = from_date - 1 where serial_number = 'B'"
    ),
    "stock.one_position_at_a_time": (
        "update core.fct_stock_positions set to_date = null where serial_number = 'A'"
    ),
    "stock.movements_of_staging": "update core.fct_stock_movements set quantity = 1",
    "files.lines_accounted_for": "update quality.files set lines_read = lines_read + 1",
    "files.rejected_rows_kept": "delete from quality.rejected_rows where line_no = 8",
    "files.skipped_rows_counted": "delete from quality.skipped_rows",
    "files.superseded": "update quality.files set status = 'accepted', known_to = null",
    "file_scopes.one_current": "update quality.file_scopes set is_current = true",
    "file_scopes.time_in_order": (
        "update quality.file_scopes set known_to = known_from - interval 1 day"
        " where known_to is not null"
    ),
    "sales_lines.only_current_versions": f"update {SALES} set _file_id = 'sales_lines'",
    "tenders.only_current_versions": "update core.fct_tenders set _file_id = 'sales_lines'",
    "till_closings.only_current_versions": (
        "update core.fct_till_closings set business_date = date '2026-01-03'"
    ),
    "till_events.only_current_versions": (
        "insert into core.fct_till_events (store_id, event_id, _file_id) values ('S1', 'E1', 'old')"
    ),
    "ledger_postings.only_current_versions": (
        "insert into core.fct_ledger_postings (store_id, posting_id) values ('S1', 'P1')"
    ),
    "stock_movements.only_current_versions": (
        "update core.fct_stock_movements set _file_id = null"
    ),
    "store_traffic.only_current_versions": (
        "update core.fct_store_traffic set _file_id = 'tenders'"
    ),
    "count_scans.only_current_versions": (
        "insert into core.fct_count_scans (count_id, scan_number, _file_id) values ('C9', 1, 'old')"
    ),
    "stock_positions.file_known": "update core.fct_stock_positions set _file_id = 'refused'",
    "stores.all_known": "delete from core.dim_stores",
    "items.all_known": "delete from core.dim_items",
    "dates.no_day_left_out": ("delete from core.dim_dates where calendar_date = date '2025-03-01'"),
    "dates.retail_weeks": "update core.dim_dates set retail_week = 1 where retail_week = 2",
    "dates.same_weekday": "update core.dim_dates set ly_same_weekday = ly_same_weekday + 1",
    "kpi_definitions.parts_exist": "update kpi.kpi_definitions set denominator = 'footfall'",
    "personal.no_column": "alter table core.dim_clients add column email varchar",
    "personal.no_raw_line": "update quality.rejected_rows set raw_line = 'T1;1;Ms Person'",
    "personal.no_value": (
        "update quality.rejected_rows set value = 'Ms Person' where column_name = 'payer_name'"
    ),
}


@pytest.fixture(scope="session")
def good_warehouse(tmp_path_factory: pytest.TempPathFactory, contract: Contract) -> Path:
    file = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
    small_warehouse.build(file, contract)
    return file


@pytest.fixture
def warehouse(good_warehouse: Path, tmp_path: Path) -> Path:
    """A warehouse that keeps every promise, to break."""
    return Path(shutil.copy(good_warehouse, tmp_path / "warehouse.duckdb"))


def test_a_warehouse_that_keeps_every_promise_passes(
    good_warehouse: Path, examine: Examine
) -> None:
    verdict = examine("outgoing", [*PROMISES.values()], good_warehouse)

    assert [(r.rule, r.observed, r.failing_rows) for r in verdict.failures] == []
    assert verdict.declared == verdict.evaluated == len(PROMISES)
    assert not verdict.blocked


@pytest.mark.parametrize("rule", BROKEN_BY)
def test_a_broken_promise_is_found(rule: str, warehouse: Path, examine: Examine) -> None:
    with duckdb.connect(str(warehouse)) as con:
        con.execute(BROKEN_BY[rule])

    (found,) = examine("outgoing", [PROMISES[rule]], warehouse).results

    assert (found.passed, found.broken) == (False, False), found.observed
    assert 1 <= len(found.failing_rows) <= found.rows_failed
    assert found.severity == PROMISES[rule].severity
    assert found.expected == PROMISES[rule].words


def test_every_key_finds_a_row_told_twice_and_a_row_without_a_key(
    warehouse: Path, examine: Examine
) -> None:
    with duckdb.connect(str(warehouse)) as con:
        for table in keys.KEYS:
            con.execute(f"insert into {table} from {table} limit 1")
            con.execute(f"insert into {table} default values")

    results = examine("outgoing", keys.PROMISES, warehouse).results

    assert {r.rule: (r.rows_failed, r.broken) for r in results} == {
        f"{table}.key": (2, False) for table in keys.KEYS
    }


def test_every_promise_is_broken_by_a_test() -> None:
    assert {rule for rule in PROMISES if rule not in BROKEN_BY} == {
        check.rule for check in keys.PROMISES
    }
    assert set(BROKEN_BY) <= set(PROMISES)


def test_every_published_table_has_its_declared_key_promised() -> None:
    assert small_warehouse.declared_keys() == keys.KEYS


def test_every_promise_is_about_a_published_table() -> None:
    assert {check.subject for check in PROMISES.values()} <= set(small_warehouse.published_tables())


def test_no_promise_selects_a_personal_column(good_warehouse: Path, contract: Contract) -> None:
    personal = {
        column.name
        for dataset in contract.datasets.values()
        for column in dataset.columns.values()
        if column.personal
    }
    with duckdb.connect(str(good_warehouse), read_only=True) as con:
        for check in PROMISES.values():
            shown = con.sql(check.broken_by).columns
            assert personal.isdisjoint(shown), check.rule
            assert "raw_line" not in shown, check.rule

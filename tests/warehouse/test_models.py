"""The models on an empty warehouse: they build, and their unit tests hold."""

from __future__ import annotations

from tests.warehouse.builds import Warehouse


def test_everything_builds_before_anything_has_arrived(empty_warehouse: Warehouse) -> None:
    tables = empty_warehouse.published_tables()
    assert {"core.fct_sales_lines", "finance.store_days", "kpi.store_day_kpis"} <= set(tables)
    assert empty_warehouse.ask("select count(*) from finance.store_days") == [(0,)]
    assert empty_warehouse.ask("select max(retail_week) from core.dim_dates") == [(53,)]


def test_the_unit_tests_of_all_models_hold(empty_warehouse: Warehouse) -> None:
    results = empty_warehouse.dbt("test", "--select", "test_type:unit").results
    told = {r.node.unique_id: str(r.status) for r in results if r.node.resource_type == "unit_test"}
    assert len(told) > 30
    assert set(told.values()) == {"pass"}

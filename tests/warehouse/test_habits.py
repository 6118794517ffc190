"""House rules of the models, over what dbt understood of them.

dbt does not check its YAML on this engine: a misspelt `data_test:` deletes the test without a
word. So the rules are asked of the manifest, and the keys of the files themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from pipelines.settings import DBT_PROJECT

ORDER = ["staging", "intermediate", "marts"]
# Steps from one mart to another: they stand on facts, and marts are made of them.
BETWEEN_MARTS = ("checks", "exceptions", "money")
MODEL_FILES = sorted((DBT_PROJECT / "models").rglob("*.yml"))

_COLUMN = {"name", "data_type", "description", "config"}
_UNIT_TEST = {"name", "description", "model", "overrides", "given", "expect"}
KEYS = {
    "models": {"name", "description", "config", "data_tests", "columns"},
    "unit_tests": _UNIT_TEST,
    "sources": {"name", "schema", "description", "tables"},
}
EXPLAIN = {"fact", "on", "when", "where", "measure", "value"}


@pytest.fixture(scope="session")
def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }


@pytest.fixture(scope="session")
def marts(models: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [node for node in models.values() if node["fqn"][1] == "marts"]


def test_layers_never_point_backwards(models: dict[str, dict[str, Any]]) -> None:
    wrong = [
        f"{node['name']} ({_place(node)}) reads {models[parent]['name']} ({_place(models[parent])})"
        for node in models.values()
        for parent in node["depends_on"]["nodes"]
        if parent in models and ORDER.index(_place(models[parent])) > ORDER.index(_place(node))
    ]
    assert wrong == [], "move the shared part into the earlier layer"


def test_only_staging_touches_sources(models: dict[str, dict[str, Any]]) -> None:
    wrong = [
        node["name"]
        for node in models.values()
        if _layer(node) != "staging"
        and any(parent.startswith("source.") for parent in node["depends_on"]["nodes"])
    ]
    assert wrong == [], "read the stg_ model of the dataset instead"


def test_names_tell_the_layer(models: dict[str, dict[str, Any]]) -> None:
    for node in models.values():
        prefix = {"staging": "stg_", "intermediate": "int_"}.get(_layer(node))
        named = node["name"].startswith(("stg_", "int_"))
        assert node["name"].startswith(prefix) if prefix else not named, node["name"]


def test_every_model_is_described_and_says_its_grain(models: dict[str, dict[str, Any]]) -> None:
    silent = [
        node["name"]
        for node in models.values()
        if not re.search(r"\b(One row per .+|Every .+|One row)\.$", _last_sentence(node))
    ]
    assert silent == [], 'end the description with its grain: "One row per …."'


def test_every_mart_column_is_typed_and_described(marts: list[dict[str, Any]]) -> None:
    for node in marts:
        assert node["config"]["contract"]["enforced"], node["name"]
        assert node["config"]["persist_docs"] == {"relation": True, "columns": True}
        bare = [
            column["name"]
            for column in node["columns"].values()
            if not column["data_type"] or len(column["description"]) < 5
        ]
        assert bare == [], node["name"]


def test_every_mart_has_one_tested_key(
    manifest: dict[str, Any], marts: list[dict[str, Any]]
) -> None:
    tested = [
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "is_key"
    ]
    assert sorted(tested) == sorted(node["unique_id"] for node in marts)


def test_every_mart_has_its_yaml_beside_it(marts: list[dict[str, Any]]) -> None:
    for node in marts:
        sql = DBT_PROJECT / node["original_file_path"]
        assert sql.with_suffix(".yml").exists(), sql.name


def test_nothing_personal_leaves_the_lake(
    manifest: dict[str, Any], marts: list[dict[str, Any]]
) -> None:
    personal = {
        column["name"]
        for source in manifest["sources"].values()
        for column in source["columns"].values()
        if (column["config"].get("meta") or {}).get("personal")
    }
    assert personal
    for node in marts:
        assert not personal & set(node["columns"]), node["name"]


def test_explanations_name_columns_that_exist(marts: list[dict[str, Any]]) -> None:
    columns = {f"{node['schema']}.{node['name']}": set(node["columns"]) for node in marts}
    for node in marts:
        own = columns[f"{node['schema']}.{node['name']}"]
        for step in node["config"]["meta"].get("explain", []):
            assert set(step) <= EXPLAIN, f"{node['name']}: {step}"
            for name in step["on"]:
                mine, _, its = name.partition("=")
                assert mine in own, f"{node['name']}: {step}"
                assert (its or mine) in columns[step["fact"]], f"{node['name']}: {step}"
            assert step.get("measure") in {None, *own}, f"{node['name']}: {step}"
            assert ("value" in step) == ("measure" in step), f"{node['name']}: {step}"


def test_every_figure_of_a_mart_says_what_it_is_made_of(marts: list[dict[str, Any]]) -> None:
    """Numbers of marts that are no facts themselves lead to the rows behind them."""
    silent = [
        f"{node['name']}.{column['name']}"
        for node in marts
        if node["schema"] in ("finance", "kpi") and node["name"] != "kpi_definitions"
        for column in node["columns"].values()
        if column["data_type"].startswith(("decimal", "integer", "bigint", "double"))
        and column["name"] not in {s.get("measure") for s in node["config"]["meta"]["explain"]}
    ]
    assert set(silent) == _NO_SUMS


def test_models_with_logic_have_unit_tests(
    manifest: dict[str, Any], models: dict[str, dict[str, Any]]
) -> None:
    """Logic is a case, a window, a group or an outer join in the model's own SQL."""
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    logic = re.compile(r"\b(case|over|group by|full outer join)\b")
    untested = {
        node["name"]
        for node in models.values()
        if logic.search(node["raw_code"]) and node["name"] not in tested
    }
    alike = {f"stg_{name}" for name in _SAME_SHAPE}
    assert untested - alike - {"skipped_rows", "int_days"} == set()


def test_no_union_takes_a_partitioned_table_as_it_stands(
    models: dict[str, dict[str, Any]],
) -> None:
    """Spark keeps the column of the partitions last, and a union goes by the place of a column."""
    parted = {node["name"] for node in models.values() if node["config"].get("partition_by")}
    assert parted
    wrong = [
        f"{node['name']} unites {read} without naming its columns"
        for node in models.values()
        for cte, read in _imports(node["raw_code"])
        if read in parted and _is_united_whole(cte, node["raw_code"])
    ]
    assert wrong == []


def test_a_union_of_a_whole_import_is_seen() -> None:
    united = """with days as (

    select * from {{ ref('int_exception_days') }}

),

final as (

    select * from days
    union all
    select 1 as day from others
"""
    assert list(_imports(united)) == [("days", "int_exception_days")]
    assert _is_united_whole("days", united)
    assert _is_united_whole("days", "select 1\nunion all\nselect * from days\n")
    assert not _is_united_whole(
        "days", united.replace("select * from days", "select day from days")
    )


@pytest.mark.parametrize("path", MODEL_FILES, ids=lambda path: path.name)
def test_no_key_is_misspelt(path: Any) -> None:
    told = yaml.safe_load(path.read_text("utf-8"))
    assert set(told) <= {"version", *KEYS}
    for kind, allowed in KEYS.items():
        for entry in told.get(kind, []):
            assert set(entry) <= allowed, f"{path.name}: {entry['name']}"
            for column in _columns(entry):
                assert set(column) <= _COLUMN, f"{path.name}: {column['name']}"


# Hours, numbers, versions, rates and limits: their rows are shown, but do not add up to them. What
# a replaced version said is not among the published rows any more, and months are no column there.
_NO_SUMS = {
    "card_reconciliation._line_no",
    "card_reconciliation.lag_business_days",
    "card_reconciliation.tender_number",
    "card_reconciliation.unmatched_age_business_days",
    "check_findings._line_no",
    "check_findings.actual_value",
    "check_findings.difference",
    "check_findings.expected_value",
    "completeness_checks.check_version",
    "deliveries.minutes_late",
    "deposit_reconciliation._line_no",
    "deposit_reconciliation.bag_difference",
    "deposit_reconciliation.banked_amount",
    "deposit_reconciliation.lag_business_days",
    "deposit_reconciliation.unmatched_age_business_days",
    "exception_events._line_no",
    "exception_events.amount",
    "exception_events.line_number",
    "exception_events.rule_version",
    "exceptions.base_count",
    "exceptions.minimum_n",
    "exceptions.network_base_count",
    "exceptions.network_rate",
    "exceptions.rate",
    "exceptions.rule_version",
    "exceptions.shrunken_rate",
    "exceptions.tail_probability",
    "exceptions.tested_count",
    "nexus_watch.net_sales",
    "nexus_watch.previous_year_sales",
    "nexus_watch.previous_year_transactions",
    "nexus_watch.sales_threshold",
    "nexus_watch.share_of_threshold",
    "nexus_watch.transactions",
    "nexus_watch.transactions_threshold",
    "nexus_watch.twelve_months_sales",
    "nexus_watch.twelve_months_transactions",
    "nexus_watch.year_to_date_sales",
    "nexus_watch.year_to_date_transactions",
    "payment_oddities._line_no",
    "receipt_counters.missing_by_register",
    "receipt_counters.missing_by_store",
    "receipt_counters.receipts",
    "receipt_counters.registers",
    "receipt_counters.shared_numbers",
    "receipt_gaps.first_missing",
    "receipt_gaps.last_missing",
    "receipt_gaps.missing_count",
    "restatements.change",
    "restatements.old_value",
    "tax_checks._line_no",
    "tax_checks.difference",
    "tax_checks.expected_tax",
    "tax_checks.highest_rate",
    "tax_checks.line_number",
    "tax_checks.lowest_rate",
    "tax_checks.rate",
    "tender_balances._line_no",
    "tender_balances.deposited_amount",
    "tender_balances.deposited_difference",
    "tender_balances.float_difference",
    "tender_balances.previous_left_amount",
    "tender_balances.rounding_amount",
}

# Written from the same pattern as stg_sales_lines and stg_clients, which are tested.
_SAME_SHAPE = (
    "bank_deposits",
    "card_settlements",
    "consignments",
    "count_plans",
    "employees",
    "ledger_postings",
    "repairs",
    "sale_documents",
    "stock_movements",
    "stock_snapshots",
    "store_traffic",
    "stores",
    "supply_levels",
    "targets",
    "tenders",
    "till_closings",
    "till_events",
    "trading_days",
)


def _imports(code: str) -> Iterator[tuple[str, str]]:
    """The import CTEs of a model: its own name for what it reads, and the model that is."""
    for found in re.finditer(r"(\w+) as \(\s*select \* from \{\{[^}]*?ref\('(\w+)'\)", code):
        yield found[1], found[2]


def _is_united_whole(cte: str, code: str) -> bool:
    whole = rf"select \* from {cte}\b"
    return bool(re.search(rf"{whole}\s+union\b|\bunion(?: all)?\s+{whole}", code))


def _columns(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from entry.get("columns", [])
    for table in entry.get("tables", []):
        yield from table["columns"]


def _layer(node: dict[str, Any]) -> str:
    return node["fqn"][1]


def _place(node: dict[str, Any]) -> str:
    """Where in the order a model stands: its layer, or among the marts that it stands between."""
    return "marts" if node["fqn"][2] in BETWEEN_MARTS else _layer(node)


def _last_sentence(node: dict[str, Any]) -> str:
    return node["description"].strip().rsplit(". ", 1)[-1]

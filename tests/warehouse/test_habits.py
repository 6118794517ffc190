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
        f"{node['name']} ({_layer(node)}) reads {models[parent]['name']} ({_layer(models[parent])})"
        for node in models.values()
        for parent in node["depends_on"]["nodes"]
        if parent in models and ORDER.index(_layer(models[parent])) > ORDER.index(_layer(node))
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


@pytest.mark.parametrize("path", MODEL_FILES, ids=lambda path: path.name)
def test_no_key_is_misspelt(path: Any) -> None:
    told = yaml.safe_load(path.read_text("utf-8"))
    assert set(told) <= {"version", *KEYS}
    for kind, allowed in KEYS.items():
        for entry in told.get(kind, []):
            assert set(entry) <= allowed, f"{path.name}: {entry['name']}"
            for column in _columns(entry):
                assert set(column) <= _COLUMN, f"{path.name}: {column['name']}"


# Hours, numbers and versions: their rows are shown, but do not add up to them. What a replaced
# version said is not among the published rows any more.
_NO_SUMS = {
    "completeness_checks.check_version",
    "deliveries.minutes_late",
    "receipt_gaps.first_missing",
    "receipt_gaps.last_missing",
    "receipt_gaps.missing_count",
    "restatements.old_value",
    "restatements.change",
}

# Written from the same pattern as stg_sales_lines and stg_clients, which are tested.
_SAME_SHAPE = (
    "employees",
    "stock_movements",
    "stock_snapshots",
    "store_traffic",
    "stores",
    "targets",
    "tenders",
    "till_closings",
    "trading_days",
)


def _columns(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from entry.get("columns", [])
    for table in entry.get("tables", []):
        yield from table["columns"]


def _layer(node: dict[str, Any]) -> str:
    return node["fqn"][1]


def _last_sentence(node: dict[str, Any]) -> str:
    return node["description"].strip().rsplit(". ", 1)[-1]

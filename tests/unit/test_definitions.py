"""The whole asset graph is a snapshot: keys first, since they are easier to read than details.

A check attached to an asset key that does not exist runs, fails and stops nothing (seen when a
schema was renamed): every check must have its asset. After a deliberate change:

    python -m pytest tests/unit/test_definitions.py --snapshot-update
"""

from __future__ import annotations

import dagster as dg
import pytest
from syrupy.assertion import SnapshotAssertion

from pipelines import definitions
from pipelines.build.dbt import manifest
from pipelines.ingest.contracts import load_contract
from pipelines.settings import HOME_VARIABLE, Home


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(tmp_path_factory.mktemp("home")))
        home = Home.find()
        return definitions.build_definitions(manifest(home, home.settings()))


def test_the_asset_graph_is_as_agreed(loaded: dg.Definitions, snapshot: SnapshotAssertion) -> None:
    graph = loaded.resolve_asset_graph()
    keys = sorted(graph.get_all_asset_keys())
    assert [key.to_user_string() for key in keys] == snapshot(name="keys")
    checks = sorted(f"{c.asset_key.to_user_string()}: {c.name}" for c in graph.asset_check_keys)
    assert checks == snapshot(name="checks")
    edges = {
        key.to_user_string(): sorted(k.to_user_string() for k in graph.get(key).parent_keys)
        for key in keys
    }
    assert edges == snapshot(name="stands on")


def test_every_check_guards_an_asset_that_is_made(loaded: dg.Definitions) -> None:
    graph = loaded.resolve_asset_graph()
    made = set(graph.materializable_asset_keys)
    assert {check.asset_key for check in graph.asset_check_keys} <= made


def test_every_asset_says_what_it_is(loaded: dg.Definitions) -> None:
    graph = loaded.resolve_asset_graph()
    silent = [
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if len(graph.get(key).description or "") < 10
    ]
    assert silent == []


def test_every_dataset_is_an_asset_guarded_by_a_blocking_check(loaded: dg.Definitions) -> None:
    graph = loaded.resolve_asset_graph()
    for name in load_contract().datasets:
        check = dg.AssetCheckKey(dg.AssetKey(["raw", name]), "promises")
        assert graph.get_check_spec(check).blocking


def test_the_schedule_and_the_sensor_run_the_daily_job(loaded: dg.Definitions) -> None:
    schedule = loaded.resolve_schedule_def("every_morning")
    assert (schedule.job_name, schedule.execution_timezone) == ("daily_run", "America/New_York")
    assert loaded.resolve_sensor_def("new_files").job_name == "daily_run"

"""What the README says is true: its commands, its folders, its mapping, its tables."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from pipelines.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text("utf-8")
MAPPING = PROJECT / "pipelines/mappings/uci_online_retail/invoices.yml"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?\bmake ([a-z-]+)\b", README))))
def test_every_make_command_exists(target: str) -> None:
    if target == "stock":  # "make stock movements of them" is English
        return
    assert re.search(rf"^{target}:", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"(?:bin/|`)loupe ([a-z]+)\b", README))))
def test_every_loupe_command_exists(command: str) -> None:
    from typer.main import get_command

    from pipelines.cli import app

    assert command in get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (PROJECT / link).exists()


@pytest.mark.parametrize(
    "folder",
    sorted(set(re.findall(r"`((?:pipelines|dbt_project|expectations)/[a-z_/.]+)`", README))),
)
def test_every_folder_named_is_there(folder: str) -> None:
    assert (PROJECT / folder).exists()


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_settings_shown_are_settings() -> None:
    told = [Settings(**tomllib.loads(block)) for block in _blocks("toml")]
    assert [one.engine for one in told] == ["spark", "spark"]
    assert told[1].spark.target == "cluster"


def test_the_cluster_shown_is_a_spark_target_with_all_a_connection_needs() -> None:
    [shown] = [yaml.safe_load(b) for b in _blocks("yaml") if "cluster:" in b]
    cluster = shown["loupe"]["outputs"]["cluster"]
    assert cluster["type"] == "spark"
    assert {"method", "host", "port", "schema", "threads"} <= cluster.keys()


def test_the_mapping_shown_is_the_mapping_used() -> None:
    shown = yaml.safe_load(re.search(r"```yaml\n(.*?)```", README, re.DOTALL).group(1))  # type: ignore[union-attr]
    used = yaml.safe_load(MAPPING.read_text("utf-8"))
    for column, rule in shown["columns"].items():
        assert used["columns"][column] == rule
    assert shown["filters"] == used["filters"]


@pytest.mark.parametrize(
    "table", sorted(set(re.findall(r"`((?:core|finance|kpi|quality)\.[a-z_]+)`", README)))
)
def test_every_table_named_is_published(table: str) -> None:
    schema, name = table.split(".")
    assert (PROJECT / "dbt_project/models/marts" / schema / f"{name}.sql").exists()

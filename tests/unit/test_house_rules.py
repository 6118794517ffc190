"""House rules as tests: which way imports run, what is imported where, what is never committed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

# package → what it may not import, and where such a thing belongs instead
FORBIDDEN = {
    "pipelines/ingest": (
        (
            "dagster",
            "dbt",
            "great_expectations",
            "streamlit",
            "pipelines.build",
            "pipelines.assets",
        ),
        "ingest knows files and the contract; what comes after the lake lives in pipelines/build",
    ),
    "pipelines/build": (
        ("dagster", "streamlit", "typer", "rich", "pipelines.assets", "pipelines.commands"),
        "build does the work; Dagster's words live in pipelines/assets, the screen's in commands",
    ),
    "pipelines/demo": (
        ("dagster", "dbt", "polars", "duckdb", "pipelines.ingest", "pipelines.build"),
        "the demonstration network writes files as a foreign system would",
    ),
    "expectations": (
        ("dagster", "dbt", "streamlit", "pipelines.build", "pipelines.assets", "dashboards"),
        "a border knows the contract and the marts, nothing else",
    ),
    "dashboards": (
        ("dagster", "dbt", "great_expectations", "pipelines", "expectations"),
        "pages read published files only",
    ),
}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_run_one_way(package: str) -> None:
    forbidden, why = FORBIDDEN[package]
    found = [
        f"{path.relative_to(PROJECT)} imports {name}"
        for path in (PROJECT / package).rglob("*.py")
        for name in _imports(path)
        if any(name == banned or name.startswith(banned + ".") for banned in forbidden)
        and path.name != "dbt_worker.py"
    ]
    assert not found, f"{found}: {why}"


@pytest.mark.parametrize(
    ("module", "never"),
    [
        (
            "pipelines.cli",
            ("dagster", "dbt", "polars", "great_expectations", "streamlit", "duckdb"),
        ),
        ("pipelines.definitions", ("great_expectations", "pandas", "streamlit", "dbt")),
        ("dashboards.warehouse", ("great_expectations", "pandas", "streamlit", "polars")),
        ("expectations.client", ("great_expectations", "pandas", "dagster")),
    ],
)
def test_heavy_libraries_are_imported_where_they_are_used(
    module: str, never: tuple[str, ...]
) -> None:
    code = f"import sys, {module}; print([m for m in {never!r} if m in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    assert told.stdout.strip() == "[]"


def test_nothing_committed_names_a_registry_or_a_machine() -> None:
    # Spelled in halves, so that this page does not find itself.
    patterns = [
        "pythonhosted" + r"\.org",
        "pypi" + r"\.org",
        "registry" + r"\.npmjs",
        "/work" + "/main",
    ]
    told = subprocess.run(
        ["git", "grep", "-n", "-I", "-E", "|".join(patterns), "--", "."],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
    )
    assert told.stdout == ""


def test_the_lock_pins_every_package_with_hashes() -> None:
    lock = (PROJECT / "requirements.lock").read_text("utf-8")
    assert not re.search(r"://|--index|--extra-index", lock)
    packages = re.findall(r"^([a-z0-9._-]+(?:\[[a-z,]+\])?)==\S+ \\$", lock, re.MULTILINE)
    named = re.findall(r"^[a-z0-9]", lock, re.MULTILINE | re.IGNORECASE)
    assert len(packages) == len(named) > 100


def test_the_lock_pins_what_the_project_asks_for() -> None:
    import tomllib

    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    lock = (PROJECT / "requirements.lock").read_text("utf-8")
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    for requirement in wanted:
        name, _, version = re.sub(r"\[.*\]", "", requirement).lower().partition("==")
        name = re.split(r"[<>=]", name)[0].replace("_", "-")
        pinned = re.search(rf"^{re.escape(name)}==(\S+)", lock, re.MULTILINE)
        assert pinned, f"{name} is not locked: make lock"
        assert not version or pinned.group(1) == version, f"{name}: make lock"

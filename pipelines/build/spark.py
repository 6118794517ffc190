"""Apache Spark in DuckDB's place: the same dbt project, the same lake, the same published file.

dbt reaches Spark through its own adapter; what a build needs there before and after is SQL
(`dbt_project/macros/engine/lay_lake.sql`), so that a cluster needs no program of ours. Spark keeps
the marts as plain Parquet. Here they are shown in the warehouse file as views, and everything that
reads the warehouse (the judge, the publish) goes on as before.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

from pipelines.build import views
from pipelines.build.project import fingerprint
from pipelines.settings import DBT_PROJECT, Home, Settings, SettingsError

_BUILT_BY = "built_by.txt"
"""Beside the tables: which project they were built by. Without it they are built afresh."""


def environment(home: Home, settings: Settings) -> dict[str, str]:
    """What dbt's process has to be told. Raises SettingsError where Spark cannot start."""
    spark = settings.spark
    require(settings)
    home.spark_dir.mkdir(parents=True, exist_ok=True)
    return {
        "LOUPE_TARGET": spark.target,
        "DBT_PROFILES_DIR": str(spark.profiles or DBT_PROJECT),
        "LOUPE_LAKE": spark.lake or str(home.lake),
        "LOUPE_SPARK": str(home.spark_dir),
        "LOUPE_SPARK_MEMORY": spark.memory,
        "LOUPE_SPARK_PARTITIONS": str(spark.partitions),
    }


def require(settings: Settings) -> None:
    """Raises SettingsError, saying what to install, where Spark cannot start."""
    if importlib.util.find_spec("dbt.adapters.spark") is None:
        raise SettingsError('engine = "spark" needs the extra `spark`: run `make spark` once.')
    if settings.spark.profiles is None and find_java() is None:
        raise SettingsError(
            'engine = "spark" needs Java 17: install it (Debian: apt-get install '
            "openjdk-17-jre-headless), or set JAVA_HOME."
        )


def find_java() -> str | None:
    """The `java` a Spark session of this machine would start."""
    home = os.environ.get("JAVA_HOME")
    if home and (Path(home) / "bin" / "java").exists():
        return str(Path(home) / "bin" / "java")
    return shutil.which("java")


def is_known(home: Home) -> bool:
    """Whether Spark's tables were built by this project, so that a day's work can be added."""
    note = home.spark_dir / _BUILT_BY
    return note.exists() and note.read_text("utf-8") == fingerprint()


def show(home: Home, settings: Settings, manifest: dict[str, Any]) -> None:
    """Lay views over Spark's tables into the warehouse file, in the types of the contract.

    Raises SettingsError when the tables cannot be read from here.
    """
    folder = settings.spark.tables or str(home.spark_dir / "tables")
    with views.connect(home.warehouse_file, settings) as con:
        con.execute("set timezone = 'UTC'")
        for node in _tables(manifest):
            con.execute(f"create schema if not exists {node['schema']}")
            name = f"{node['schema']}.{node['name']}"
            where = f"{folder}/{node['schema']}.db/{node['name']}/**/*.parquet"
            if not con.execute("from glob(?)", [where]).fetchall():
                _show_empty(con, home, node, where)
                continue
            source = f"read_parquet('{where}', hive_partitioning = true)"
            described = con.execute(f"describe from {source}").fetchall()
            columns = _columns(node) or {column: kind for column, kind, *_ in described}
            shown = ", ".join(f"cast({c} as {t}) as {c}" for c, t in columns.items())
            con.execute(f"create or replace view {name} as select {shown} from {source}")
    home.spark_dir.mkdir(parents=True, exist_ok=True)
    (home.spark_dir / _BUILT_BY).write_text(fingerprint(), "utf-8")


def _tables(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """What the judge and the publish read: marts, and the rows they are made of."""
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["schema"] != "intermediate"
        and node["config"]["materialized"] != "view"
    ]


def _columns(node: dict[str, Any]) -> dict[str, str]:
    """Columns and types in the contract's order; none where the model has no contract."""
    if not node["config"]["contract"]["enforced"]:
        return {}
    return {name: column["data_type"] for name, column in node["columns"].items()}


def _show_empty(con: Any, home: Home, node: dict[str, Any], where: str) -> None:
    """A table kept by day that has no row has no file: its contract or its dataset's tells it."""
    columns = _columns(node)
    dataset = home.batches / "_schema" / f"{node['name'].removeprefix('stg_')}.parquet"
    if columns:
        shown = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
    elif dataset.exists():
        shown = f"* from read_parquet('{dataset}')"
    else:
        raise SettingsError(
            f"Spark's table {node['schema']}.{node['name']} is not at {where}. Say in loupe.toml "
            "where this machine finds the cluster's tables: [spark] tables."
        )
    con.execute(
        f"create or replace view {node['schema']}.{node['name']} as select {shown} where false"
    )

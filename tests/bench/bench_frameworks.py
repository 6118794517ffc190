"""The whole of `loupe run` against the bare cost of its frameworks."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from pipelines.settings import DBT_PROJECT
from tests.bench.measure import loupe, python, timed
from tests.bench.rows import Row

NO_OP_BUILD = """
import sys
from dbt.cli.main import dbtRunner
assert dbtRunner().invoke(["build", "--quiet", "--exclude-resource-type", "unit_test"]).success
"""


# Without Spark, as the judge loads it: run with -c, pyspark takes itself for tested, and exits.
_IMPORT_GREAT_EXPECTATIONS = (
    "import sys; sys.modules['pyspark'] = None;"
    "import great_expectations, great_expectations.expectations"
)


def rows() -> list[Row]:
    """A run with a day's files, and one with nothing new, on the demonstration network."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        loupe("demo", "--days", "30", home=home)
        loupe("run", home=home)
        nothing_new = loupe("run", home=home).seconds
        bare = _bare_cost(home)
    return [Row("loupe run, nothing new / bare frameworks", nothing_new, bare, 1.5)]


def _bare_cost(home: Path) -> float:
    """Imports of Dagster and Great Expectations, and a build of the project with nothing new."""
    environment = {
        "DBT_PROJECT_DIR": str(DBT_PROJECT),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_TARGET_PATH": str(home / "warehouse" / "dbt_target_duckdb"),
        "DBT_LOG_PATH": str(home / "logs"),
        "LOUPE_WAREHOUSE": str(home / "warehouse" / "warehouse.duckdb"),
    }
    return (
        python("import dagster").seconds
        + python(_IMPORT_GREAT_EXPECTATIONS).seconds
        + timed(sys.executable, "-c", NO_OP_BUILD, env=environment).seconds
    )

"""Where Dagster keeps its history: in the home, and to itself."""

from __future__ import annotations

import os

from pipelines.settings import Home


def use_dagster_home(home: Home) -> None:
    """Point this process and its children at the home's Dagster folder.

    Dagster reports its use to its makers unless the instance says otherwise; ours says otherwise.
    """
    home.dagster.mkdir(parents=True, exist_ok=True)
    configuration = home.dagster / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text("telemetry:\n  enabled: false\n", "utf-8")
    os.environ["DAGSTER_HOME"] = str(home.dagster)

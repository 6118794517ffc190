"""Only a whole Spark build without a fault notes what it has built; anything else is repeated."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from pipelines.settings import DBT_PROJECT

NOTE = "insert into ops.built select kind, name from ops.pending"


def noted(*statuses: str, command: str = "build", **arguments: Any) -> list[str]:
    """The statements `spark__after_build` runs after nodes ended with `statuses`."""
    asked: list[str] = []
    project = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)
    project.globals |= {
        "return": lambda value: value,
        "execute": True,
        "run_query": asked.append,
        "flags": SimpleNamespace(WHICH=command),
        "results": [SimpleNamespace(status=status) for status in statuses],
        "invocation_args_dict": arguments,
    }
    text = (DBT_PROJECT / "macros" / "engine" / "lay_lake.sql").read_text("utf-8")
    project.from_string(text).module.spark__after_build()
    return asked


def test_a_whole_build_is_noted() -> None:
    assert noted("success", "pass", "warn") == [NOTE]


@pytest.mark.parametrize("status", ["error", "fail", "runtime error", "skipped"])
def test_a_build_with_a_fault_is_not(status: str) -> None:
    assert noted("success", status, "pass") == []


def test_a_part_of_the_project_is_not() -> None:
    assert noted("success", select=["fct_tenders"]) == []
    assert noted("success", exclude=["fct_tenders"]) == []
    assert noted("pass", command="test") == []

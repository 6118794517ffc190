"""What a correction may change agrees with the contract: type, required, allowed values."""

from __future__ import annotations

import re
from typing import Any

import jinja2
import pytest

from pipelines.ingest.contracts import load_contract
from pipelines.settings import DBT_PROJECT


class _Returned(Exception):
    pass


def _call(macro: str, *arguments: Any) -> Any:
    """What a macro of macros/corrections.sql returns."""

    def handed_back(value: Any) -> None:
        raise _Returned(value)

    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals |= {"return": handed_back, "loupe": None}
    text = (DBT_PROJECT / "macros" / "corrections.sql").read_text("utf-8")
    module = environment.from_string(text.replace("none", "None")).module
    with pytest.raises(_Returned) as told:
        getattr(module, macro)(*arguments)
    return told.value.args[0]


COLUMNS = _call("correctable_columns")


@pytest.mark.parametrize("told", COLUMNS, ids=lambda c: f"{c['dataset']}.{c['name']}")
def test_a_correctable_column_is_what_the_contract_says(told: dict[str, Any]) -> None:
    column = load_contract().datasets[told["dataset"]].columns[told["name"]]
    plain = {"string": "varchar"}.get(told["data_type"], told["data_type"]).replace(" ", "")
    assert plain == column.data_type
    assert told["required"] == column.required
    assert (tuple(told["one_of"]) if told["one_of"] else None) == column.one_of


@pytest.mark.parametrize("dataset", sorted({c["dataset"] for c in COLUMNS}))
def test_a_row_is_named_by_the_contracts_key_and_every_column_is_laid_over(dataset: str) -> None:
    assert tuple(_call("row_key_columns", dataset)) == load_contract().datasets[dataset].key
    model = DBT_PROJECT / "models" / "intermediate" / "decisions" / f"int_current_{dataset}.sql"
    shown = re.findall(r"'([a-z_]+)'", model.read_text("utf-8"))
    staged = (DBT_PROJECT / "models" / "staging" / f"stg_{dataset}.sql").read_text("utf-8")
    assert set(re.findall(r"^ {8}arrived\.(\w+)", staged, re.MULTILINE)) <= set(shown)
    assert {c["name"] for c in COLUMNS if c["dataset"] == dataset} <= set(shown)

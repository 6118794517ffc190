"""The contract says what it promises, and a misspelt promise is an error with file and line."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.ingest.contracts import LAKE_SOURCES, SOURCES, ContractError, load_contract


def test_the_shipped_contract_has_every_dataset_with_its_key_and_types():
    contract = load_contract()
    assert len(contract.datasets) == 24
    sales = contract.datasets["sales_lines"]
    assert sales.key == ("transaction_id", "line_number")
    assert sales.columns["net_amount"].dtype == pl.Decimal(18, 2)
    assert sales.columns["quantity"].required
    assert contract.datasets["clients"].columns["last_name"].personal
    assert {"files", "file_scopes", "rejected_rows", "skipped_rows"} <= set(contract.system)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("required: true", "requierd: true", "requierd"),
        ("data_type: varchar", "data_type: text", "data_type"),
        ("scope: whole_list", "scope: whole", "scope"),
        ("key: [store_id]", "key: [store]", "no column"),
        ("pattern: '[A-Z]{3}'", "pattern: '[A-Z'", "pattern"),
        ("One row per store.", "A list.", "grain"),
    ],
)
def test_a_fault_is_named_with_file_line_and_key(tmp_path: Path, old, new, words):
    text = SOURCES.read_text("utf-8")
    line = text[: text.index(old)].count("\n") + 1
    faulty = tmp_path / "sources.yml"
    faulty.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ContractError) as told:
        load_contract(faulty)
    assert str(faulty) in str(told.value)
    assert words in str(told.value)
    named = int(str(told.value).split("line ")[1].split(",")[0].split(":")[0])
    # The message points at the key, or at the table whose key it is.
    assert named <= line + 1
    assert abs(named - line) < 12


def test_words_do_not_change_the_fingerprint_but_promises_do(tmp_path: Path):
    def fingerprint(text: str) -> str:
        path = tmp_path / "sources.yml"
        path.write_text(text, "utf-8")
        (tmp_path / LAKE_SOURCES).write_text(
            SOURCES.with_name(LAKE_SOURCES).read_text("utf-8"), "utf-8"
        )
        return load_contract(path).fingerprint

    text = SOURCES.read_text("utf-8")
    same = fingerprint(text)
    assert fingerprint(text.replace("City the store stands in.", "Its city.")) == same
    assert fingerprint(text.replace("at_least: 0", "at_least: 1", 1)) != same

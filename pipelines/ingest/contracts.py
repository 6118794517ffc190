"""The contract: what every export must become, read from the dbt sources file.

    contract = load_contract()
    contract.datasets["sales_lines"].columns["net_amount"].required

`sources.yml` declares the 22 datasets; `lake_sources.yml` beside it the books of ingestion.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import polars as pl
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from pipelines.ingest.yaml_lines import Lines, Place, YamlFault, read_yaml
from pipelines.settings import DBT_PROJECT

SOURCES = DBT_PROJECT / "models" / "staging" / "sources.yml"
LAKE_SOURCES = "lake_sources.yml"

Scope = Literal["store_day", "whole_list", "key", "count"]
Due = Literal[
    "every_open_store_day", "daily", "weekly", "on_change", "in_advance", "with_the_count"
]
Export = Literal["transactions", "stock", "aml", "reference"]

_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")
_PLAIN_TYPES: dict[str, pl.DataType] = {
    "varchar": pl.String(),
    "integer": pl.Int32(),
    "bigint": pl.Int64(),
    "double": pl.Float64(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us"),
    "boolean": pl.Boolean(),
}
# Identifiers that a spreadsheet loves to turn into 1.23457E+12.
_IDENTIFIER = re.compile(r".*(_id|_number|_code|_reference|gtin)")

LINEAGE: dict[str, pl.DataType] = {
    "_file_id": pl.String(),
    "_line_no": pl.Int64(),
    "_batch_id": pl.String(),
    "_scope": pl.String(),
}


_Model = TypeVar("_Model", bound=BaseModel)


class ContractError(Exception):
    """The contract cannot be used; the message names file, line and key."""


def _known_type(name: str) -> str:
    if name not in _PLAIN_TYPES and not _DECIMAL.fullmatch(name):
        raise ValueError(f"{name!r} is no type: {', '.join(_PLAIN_TYPES)} or decimal(p,s)")
    return name


def _usable_pattern(pattern: str) -> str:
    try:
        pl.Series([""]).str.contains(full_match(pattern))
    except pl.exceptions.PolarsError as fault:
        raise ValueError(f"pattern {pattern!r} cannot be used: {fault}") from fault
    return pattern


def full_match(pattern: str) -> str:
    """`pattern` as an expression that must match the whole value."""
    return rf"\A(?:{pattern})\z"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Strict):
    """One column of a dataset, and what is promised about it."""

    name: str
    data_type: Annotated[str, AfterValidator(_known_type)]
    description: str = Field(min_length=1)
    required: bool = False
    one_of: tuple[str, ...] | None = None
    pattern: Annotated[str, AfterValidator(_usable_pattern)] | None = None
    at_least: float | None = None
    at_most: float | None = None
    personal: bool = False
    format: Literal["serial"] | None = None
    is_key: bool = False

    @cached_property
    def dtype(self) -> pl.DataType:
        """The type of the column in the lake; timestamps are naive UTC microseconds."""
        if found := _DECIMAL.fullmatch(self.data_type):
            return pl.Decimal(int(found[1]), int(found[2]))
        return _PLAIN_TYPES[self.data_type]

    @property
    def is_identifier(self) -> bool:
        return self.data_type == "varchar" and bool(self.is_key or _IDENTIFIER.fullmatch(self.name))


class Table(_Strict):
    """A table of the lake: its name, its columns in order, its grain."""

    name: str
    description: str
    columns: dict[str, Column]

    @property
    def has_personal(self) -> bool:
        return any(column.personal for column in self.columns.values())

    @cached_property
    def schema_in_lake(self) -> dict[str, pl.DataType]:
        return {column.name: column.dtype for column in self.columns.values()}

    def empty(self) -> pl.DataFrame:
        """A frame of no rows with the types the lake has."""
        return pl.DataFrame(schema=self.schema_in_lake)


class Dataset(Table):
    """One of the canonical datasets: what a file becomes."""

    key: tuple[str, ...]
    scope: Scope
    due: Due
    export: Export
    reject_tolerance: float | None = Field(None, ge=0, le=1)

    @cached_property
    def schema_in_lake(self) -> dict[str, pl.DataType]:
        return {name: column.dtype for name, column in self.columns.items()} | LINEAGE

    @cached_property
    def fingerprint(self) -> str:
        """Changes when what is read or checked changes; words about it do not count."""
        told = self.model_dump(mode="json", exclude={"description", "due", "export"})
        for column in told["columns"].values():
            del column["description"]
        return _digest(told)


class Contract(_Strict):
    """Every dataset by name, and the books of ingestion (`system`)."""

    datasets: dict[str, Dataset]
    system: dict[str, Table] = Field(default_factory=dict)

    @cached_property
    def fingerprint(self) -> str:
        """Changes when a column or a type of the lake changes, or a promise about one."""
        tables = {name: table.fingerprint for name, table in self.datasets.items()}
        books = {
            name: {column: str(dtype) for column, dtype in table.schema_in_lake.items()}
            for name, table in self.system.items()
        }
        return _digest([tables, books])


def _digest(told: Any) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


# ── the shape of the YAML, strict so that a misspelt promise is an error ─────────────────────


class _ColumnMeta(_Strict):
    required: bool = False
    one_of: tuple[str, ...] | None = Field(None, min_length=1)
    pattern: Annotated[str, AfterValidator(_usable_pattern)] | None = None
    at_least: float | None = None
    at_most: float | None = None
    personal: bool = False
    format: Literal["serial"] | None = None


class _ColumnConfig(_Strict):
    meta: _ColumnMeta = _ColumnMeta()


class _ColumnYaml(_Strict):
    name: str
    data_type: Annotated[str, AfterValidator(_known_type)]
    description: str = Field(min_length=1)
    config: _ColumnConfig = _ColumnConfig()


class _Meta(_Strict):
    key: tuple[str, ...] = Field(min_length=1)
    scope: Scope
    due: Due
    export: Export
    reject_tolerance: float | None = Field(None, ge=0, le=1)


class _Config(_Strict):
    meta: _Meta


class _TableYaml(_Strict):
    name: str
    description: str = Field(min_length=1)
    columns: tuple[_ColumnYaml, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> _TableYaml:
        if "One row" not in self.description:
            raise ValueError("description must end with the grain: 'One row per …'")
        names = [column.name for column in self.columns]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"column {', '.join(sorted(twice))} is declared twice")
        return self


class _DatasetYaml(_TableYaml):
    config: _Config

    @model_validator(mode="after")
    def _key_declared(self) -> _DatasetYaml:
        names = {column.name for column in self.columns}
        if unknown := [name for name in self.config.meta.key if name not in names]:
            raise ValueError(f"key names {', '.join(unknown)}, which is no column")
        return self


class _SystemYaml(_TableYaml):
    config: dict[str, Any] = Field(default_factory=dict)


class _SourceYaml(_Strict):
    name: str
    schema_name: str = Field(alias="schema")
    description: str = ""


def load_contract(path: Path = SOURCES) -> Contract:
    """The contract of `path`, and the books declared in `lake_sources.yml` beside it if any.

    Raises ContractError naming file, line and key.
    """
    beside = path.parent / LAKE_SOURCES
    stamps = tuple(p.stat().st_mtime_ns if p.exists() else 0 for p in (path, beside))
    return _load(path, stamps)


@lru_cache(maxsize=8)
def _load(path: Path, stamps: tuple[int, ...]) -> Contract:
    datasets = {}
    for table, place, lines in _tables(path):
        told = _checked(_DatasetYaml, table, path, place, lines)
        meta = told.config.meta
        datasets[told.name] = Dataset(
            name=told.name,
            description=told.description,
            columns=_columns(told, meta.key),
            **meta.model_dump(),
        )
    system = {}
    if stamps[1]:
        beside = path.parent / LAKE_SOURCES
        for table, place, lines in _tables(beside):
            book = _checked(_SystemYaml, table, beside, place, lines)
            system[book.name] = Table(
                name=book.name, description=book.description, columns=_columns(book, ())
            )
    return Contract(datasets=datasets, system=system)


def _columns(told: _TableYaml, key: tuple[str, ...]) -> dict[str, Column]:
    return {
        column.name: Column(
            name=column.name,
            data_type=column.data_type,
            description=column.description,
            is_key=column.name in key,
            **column.config.meta.model_dump(),
        )
        for column in told.columns
    }


def _tables(path: Path) -> list[tuple[Any, Place, Lines]]:
    try:
        tree, lines = read_yaml(path)
    except YamlFault as fault:
        raise ContractError(f"{path}, line {fault.line}: {fault}") from fault
    except OSError as fault:
        raise ContractError(f"{path} cannot be read: {fault.strerror}") from fault
    found: list[tuple[Any, Place, Lines]] = []
    if not isinstance(tree, dict) or not isinstance(tree.get("sources"), list):
        raise ContractError(f"{path}, line 1, key sources: a list of sources is missing")
    for name in set(tree) - {"version", "sources"}:
        raise ContractError(f"{path}, line {lines.of((name,))}, key {name}: is not known here")
    for index, source in enumerate(tree["sources"]):
        place = ("sources", index)
        if not isinstance(source, dict) or not isinstance(source.get("tables"), list):
            raise ContractError(f"{path}, line {lines.of(place)}, key tables: is missing")
        rest = {key: value for key, value in source.items() if key != "tables"}
        _checked(_SourceYaml, rest, path, place, lines)
        names: set[str] = set()
        for number, table in enumerate(source["tables"]):
            here = (*place, "tables", number)
            name = table.get("name") if isinstance(table, dict) else None
            if name in names:
                raise ContractError(
                    f"{path}, line {lines.of(here)}, key name: {name} is declared twice"
                )
            names.add(str(name))
            found.append((table, here, lines))
    return found


def _checked(model: type[_Model], told: Any, path: Path, place: Any, lines: Lines) -> _Model:
    try:
        return model.model_validate(told)
    except ValidationError as fault:
        line, key, words = lines.fault(fault, place)
        name = told.get("name") if isinstance(told, dict) else None
        of = f" of {name}" if name else ""
        raise ContractError(f"{path}, line {line}, key {key}{of}: {words}") from fault

"""What can be wrong with a mapping though each of its keys is well-formed, in words."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.ingest.contracts import Column, Contract, Dataset
from pipelines.ingest.mapping.day_forms import contested
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.rules import ColumnRule
from pipelines.ingest.yaml_lines import Place

# Which records a format of many kinds can give.
_RECORDS = {
    "poslog": ("sale_lines", "tenders", "closings", "events"),
    "epcis": ("counts", "movements"),
}


class MappingError(Exception):
    """A mapping cannot be used; the message names file, line and key."""


def faults(mapping: Mapping, contract: Contract) -> Iterator[tuple[Place, str]]:
    """Key and words of what is wrong; beyond the first one a fault may only follow from another."""
    dataset = contract.datasets.get(mapping.dataset)
    if dataset is None:
        yield ("dataset",), f"{mapping.dataset!r} is none of: {', '.join(contract.datasets)}"
        return
    yield from _column_faults(mapping, dataset)
    yield from _scope_faults(mapping, dataset)
    yield from _file_faults(mapping)


def _column_faults(mapping: Mapping, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    for section in ("constants", "columns"):
        for name in getattr(mapping, section):
            if name not in dataset.columns:
                yield (section, name), f"{dataset.name} has no such column"
    for name in set(mapping.constants) & set(mapping.columns):
        yield ("columns", name), "stands under constants: too"
    for name, column in dataset.columns.items():
        if column.required and name not in mapping.rules:
            yield ("columns",), f"{dataset.name} needs {name}, which no rule gives"
    for name, rule in mapping.rules.items():
        section = "columns" if name in mapping.columns else "constants"
        for group in rule.groups - mapping.groups:
            yield (section, name), _no_group(group)
        allowed = dataset.columns[name].one_of
        if allowed and (strange := sorted(rule.outcomes - set(allowed))):
            yield (section, name), f"{', '.join(strange)} is none of: {', '.join(allowed)}"
        if words := _undecided_dates(mapping, rule, dataset.columns[name]):
            yield (section, name), words


def _undecided_dates(mapping: Mapping, rule: ColumnRule, column: Column) -> str | None:
    """Why nobody could tell day and month of a column apart."""
    is_plain = rule.source is not None and not rule.replace
    if column.data_type not in ("date", "timestamp") or rule.constant is not None or is_plain:
        return None
    for one, other in contested(rule.dates or mapping.dates):
        return (
            f"{one} and {other} can be told apart in a header taken as it stands (from:), and "
            "nowhere else: keep one of the two under its own dates:"
        )
    return None


def _scope_faults(mapping: Mapping, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    part = mapping.scope_part
    if part is None:
        return
    if dataset.scope != "store_day":
        replaced = dataset.scope.replace("_", " ")
        yield (
            ("scope_part",),
            f"only store-days have parts; {dataset.name} is replaced by {replaced}",
        )
    if part.column and part.column not in mapping.rules:
        yield ("scope_part", "column"), f"no rule gives {part.column}"
    if part.file and part.file not in mapping.groups:
        yield ("scope_part", "file"), _no_group(part.file)


def _file_faults(mapping: Mapping) -> Iterator[tuple[Place, str]]:
    kinds = _RECORDS.get(mapping.format or "")
    if kinds and mapping.records not in kinds:
        yield ("records",), f"{mapping.records!r} is none of: {', '.join(kinds)}"
    if mapping.format != "poslog" and "poslog" in mapping.model_fields_set:
        yield ("poslog",), "belongs to format: poslog"
    if "is_native" in mapping.model_fields_set:
        yield ("is_native",), "is not a key known here"
    if (told := mapping.exported_at) and told.file and told.file not in mapping.groups:
        yield ("exported_at", "file"), _no_group(told.file)
    if mapping.header is not None:
        for name in sorted(mapping.required_headers - set(mapping.header)):
            yield ("header",), f"does not list {name}, which a rule reads"
    if mapping.columns_at:
        for name in sorted(mapping.required_headers - set(mapping.columns_at)):
            yield ("columns_at",), f"does not say where {name} stands, which a rule reads"
        for name, (start, end) in mapping.columns_at.items():
            if not 1 <= start <= end:
                yield ("columns_at", name), "needs the first and the last character, from 1"
    elif mapping.format == "fixed_width":
        yield ("format",), "needs columns_at:, which says where each column stands"
    if mapping.quote == mapping.delimiter:
        yield ("quote",), "cannot be the delimiter"


def _no_group(name: str) -> str:
    return f"the file pattern has no group (?P<{name}>…)"

"""Mappings from their YAML files, each checked whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipelines.ingest.contracts import Contract
from pipelines.ingest.mapping.faults import MappingError, faults
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.native import native
from pipelines.ingest.yaml_lines import Lines, YamlFault, read_yaml


def load_mappings(folders: Iterable[Path], contract: Contract) -> list[Mapping]:
    """The native layout of every dataset and each mapping below `folders` (absent ones: none).

    A mapping takes the place of one with its name in an earlier folder: a home's own goes before
    the shipped one. Raises MappingError naming file, line and key.
    """
    found = {one.name: one for one in map(native, contract.datasets.values())}
    place: dict[str, Path] = {}
    for folder in folders:
        paths = [*folder.rglob("*.yml"), *folder.rglob("*.yaml")] if folder.is_dir() else []
        read = [(path, *_read_tree(path)) for path in sorted(paths)]
        # Those that extend another last: it may stand in the same folder.
        for path, tree, lines in sorted(read, key=lambda one: _extends(one[1]) is not None):
            mapping = _mapping(path, tree, lines, contract, found)
            taken = place.get(mapping.name)
            if mapping.system == "native" or (taken and taken.is_relative_to(folder)):
                raise MappingError(
                    f"{path}, line 1, key export: {mapping.name} is already the name of "
                    f"{taken or 'the native layout'}"
                )
            place[mapping.name] = path
            found[mapping.name] = mapping
    return list(found.values())


def read_mapping(
    path: Path, contract: Contract, others: dict[str, Mapping] | None = None
) -> Mapping:
    """One mapping, checked against the contract; `others` are those it may extend, by name.

    Raises MappingError.
    """
    return _mapping(path, *_read_tree(path), contract, others or {})


def _read_tree(path: Path) -> tuple[Any, Lines]:
    try:
        tree, lines = read_yaml(path, as_text=True)
    except YamlFault as fault:
        raise MappingError(f"{path}, line {fault.line}: {fault}") from fault
    except OSError as fault:
        raise MappingError(f"{path} cannot be read: {fault.strerror}") from fault
    return tree if tree is not None else {}, lines


def _extends(tree: Any) -> str | None:
    told = tree.get("extends") if isinstance(tree, dict) else None
    return told if isinstance(told, str) else None


def _mapping(
    path: Path, tree: Any, lines: Lines, contract: Contract, others: dict[str, Mapping]
) -> Mapping:
    if (base := _extends(tree)) is not None:
        if base not in others:
            line = lines.of(("extends",))
            raise MappingError(f"{path}, line {line}, key extends: there is no mapping {base}")
        tree = _extended(others[base]._tree, tree)
    try:
        mapping = Mapping.model_validate(tree)
    except ValidationError as fault:
        line, key, words = lines.fault(fault)
        raise MappingError(f"{path}, line {line}, key {key}: {words}") from fault
    for place, words in faults(mapping, contract):
        key = ".".join(map(str, place))
        raise MappingError(f"{path}, line {lines.of(place)}, key {key}: {words}")
    mapping._tree = tree
    return mapping


def _extended(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """What `base` says, except for what `own` says again; a column it says to be null is gone."""
    result = {**base, **own}
    said: set[str] = set()
    for section in ("constants", "columns"):
        if isinstance(told := own.get(section), dict):
            said |= set(told)
    for section in ("constants", "columns"):
        before, told = base.get(section) or {}, own.get(section)
        if told is None or isinstance(told, dict):
            kept = {name: rule for name, rule in before.items() if name not in said}
            now = {name: rule for name, rule in (told or {}).items() if rule is not None}
            result[section] = {**kept, **now}
    return result

"""YAML that remembers its lines, so that every message can say where the fault stands.

tree, lines = read_yaml(path)      # lines.of(("sources", 0, "name")) → 14
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

Place = tuple[str | int, ...]


class YamlFault(Exception):
    """The file is no YAML, or says a key twice. `line` is 1-based."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Lines:
    """Where each key of a YAML file stands."""

    by_place: dict[Place, int]

    def of(self, place: Place) -> int:
        """The line of the key at `place`, or of the nearest key around it."""
        while place and place not in self.by_place:
            place = place[:-1]
        return self.by_place.get(place, 1)

    def fault(self, error: ValidationError, root: Place = ()) -> tuple[int, str, str]:
        """(line, key, words) of the first thing pydantic found wrong below `root`."""
        first = error.errors()[0]
        known = [part for part in first["loc"] if not str(part).startswith("function-")]
        place = (*root, *known)
        words = {
            "extra_forbidden": "is not a key known here",
            "missing": "is missing",
        }.get(first["type"], first["msg"].removeprefix("Value error, "))
        return self.of(place), ".".join(map(str, known)) or "(here)", words


# What a plain word may be besides text: nothing, and `<<`, which takes keys over.
_NO_TEXT = {
    first: [(tag, pattern) for tag, pattern in told if tag.endswith((":null", ":merge"))]
    for first, told in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _TextLoader(yaml.SafeLoader):
    yaml_implicit_resolvers = _NO_TEXT


class _TextDumper(yaml.SafeDumper):
    yaml_implicit_resolvers = _NO_TEXT


def flow(value: Any) -> str:
    """Values read `as_text`, on one line, as a person would write them."""
    told = yaml.dump(
        value, Dumper=_TextDumper, default_flow_style=True, allow_unicode=True, width=10_000
    )
    return told.strip().removesuffix("...").strip()


def read_yaml(path: Path, *, as_text: bool = False) -> tuple[Any, Lines]:
    """The values of a YAML file and the line of every key. Raises YamlFault, OSError.

    `as_text`: headers and codes are what they look like. To YAML a column called No is false, the
    code 007 seven and 12:30 seven hundred and fifty.
    """
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as fault:
        raise YamlFault(1, "is not UTF-8 text") from fault
    by_place: dict[Place, int] = {}
    loader = (_TextLoader if as_text else yaml.SafeLoader)(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None, Lines({(): 1})
        _walk(root, (), by_place)
        return loader.construct_document(root), Lines(by_place)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise YamlFault(mark.line + 1 if mark else 1, fault.problem or str(fault)) from fault
    except yaml.YAMLError as fault:
        raise YamlFault(1, str(fault)) from fault
    finally:
        loader.dispose()


def _walk(node: yaml.Node, place: Place, by_place: dict[Place, int]) -> None:
    by_place.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = key.value
            here = (*place, name)
            if here in by_place:
                raise YamlFault(key.start_mark.line + 1, f"key {name!r} stands here twice")
            by_place[here] = key.start_mark.line + 1
            _walk(value, here, by_place)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*place, index), by_place)

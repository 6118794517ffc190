"""One page a system, made of its mappings: `docs/mappings/<system>.md`.

    make pages          # writes them anew; a test says when to

What a page says is what the mapping does: nothing is written by hand, so nothing can be out of
date. The comments of the YAML stand beside what they are about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from pipelines.ingest.contracts import Contract, Dataset, load_contract
from pipelines.ingest.mapping.loading import load_mappings
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.rules import ColumnRule
from pipelines.ingest.mapping.words import Wording
from pipelines.ingest.yaml_lines import flow
from pipelines.settings import PROJECT, SHIPPED_MAPPINGS

PAGES = PROJECT / "docs" / "mappings"
EXAMPLES = PROJECT / "tests" / "unit" / "ingest" / "examples"
_SCOPES = {
    "store_day": "its store-days, whole",
    "whole_list": "the whole list",
    "count": "its counts, whole",
    "key": "the rows with the same key",
}
# What stands elsewhere on the page, or says nothing about the file.
_ELSEWHERE = {
    "system", "export", "dataset", "description", "files", "columns", "constants", "filters",
    "ignore", "extends",
}  # fmt: skip
_TOP_KEY = re.compile(r"([a-z_]+):(?:\s|$)")
_INNER_KEY = re.compile(r"  ([a-z_0-9]+):(?:\s|$)")


def pages(contract: Contract | None = None) -> dict[str, str]:
    """The page of each shipped system, by its name, and README: the list of them."""
    contract = contract or load_contract()
    systems: dict[str, list[tuple[Mapping, Path]]] = {}
    places = _places()
    for mapping in load_mappings([SHIPPED_MAPPINGS], contract):
        if not mapping.is_native:
            systems.setdefault(mapping.system, []).append((mapping, places[mapping.name]))
    told = {
        system: _page(system, sorted(exports, key=lambda one: one[0].export), contract)
        for system, exports in sorted(systems.items())
    }
    return {"README": _list(systems), **told}


def write(folder: Path = PAGES) -> list[Path]:
    """Writes the pages; takes away those of systems that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    told = pages()
    for path in folder.glob("*.md"):
        if path.stem not in told:
            path.unlink()
    for name, text in told.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    return [folder / f"{name}.md" for name in told]


def _places() -> dict[str, Path]:
    found = {}
    for path in sorted([*SHIPPED_MAPPINGS.rglob("*.yml"), *SHIPPED_MAPPINGS.rglob("*.yaml")]):
        tree = yaml.safe_load(path.read_text("utf-8"))
        found[f"{tree.get('system')}/{tree.get('export')}"] = path
    return found


def _list(systems: dict[str, list[tuple[Mapping, Path]]]) -> str:
    lines = [
        "# Mappings that come with Loupe",
        "",
        "Each page is made from the mappings themselves. What is only believed about a system says",
        "so: `[INF]` is inferred, `[GK]` general knowledge without a source. A system that is not",
        "here: [a new system in fifteen minutes](../new_system.md).",
        "",
        "| System | Exports | Become |",
        "|---|---|---|",
    ]
    for system, exports in sorted(systems.items()):
        names = ", ".join(sorted(one.export for one, _ in exports))
        datasets = ", ".join(sorted({one.dataset for one, _ in exports}))
        lines.append(f"| [{system}]({system}.md) | {names} | {datasets} |")
    return "\n".join(lines) + "\n"


def _page(system: str, exports: list[tuple[Mapping, Path]], contract: Contract) -> str:
    lines = [f"# {system}", "", "| Export | Becomes | What it is |", "|---|---|---|"]
    for mapping, _ in exports:
        lines.append(
            f"| [{mapping.export}](#{mapping.export}) | {mapping.dataset} | "
            f"{_cell(mapping.description)} |"
        )
    for mapping, path in exports:
        lines += ["", *_export(mapping, path, contract.datasets[mapping.dataset])]
    return "\n".join(lines) + "\n"


def _export(mapping: Mapping, path: Path, dataset: Dataset) -> Iterator[str]:
    remarks = Remarks.of(path.read_text("utf-8"))
    place = path.relative_to(PROJECT).as_posix()
    yield f"## {mapping.export}"
    yield ""
    if mapping.description:
        yield mapping.description
        yield ""
    if remarks.top:
        yield from (f"> {line}" for line in remarks.top)
        yield ""
    yield f"- becomes **{mapping.dataset}**; a newer file replaces {_SCOPES[dataset.scope]}"
    if mapping.extends:
        yield f"- says what {_code(mapping.extends)} says, except for what is said here"
    yield f"- said in [{path.name}](../../{place})"
    for example in _examples(mapping):
        yield f"- an example: [{example.name}](../../{example.relative_to(PROJECT).as_posix()})"
    yield ""
    yield from _layout(mapping, remarks)
    yield from _columns(mapping, dataset, remarks)
    yield from _left_out(mapping, remarks)


def _examples(mapping: Mapping) -> list[Path]:
    """The example files this mapping reads, as their tests put them into the landing folder."""
    found = []
    for path in sorted((EXAMPLES / mapping.system).rglob("*")):
        names = {f"{path.parent.name}/{path.name}", f"{mapping.system}/{path.name}", path.name}
        if path.is_file() and any(mapping.claims(name) is not None for name in names):
            found.append(path)
    return found[:3]


# ── how the file is written ──────────────────────────────────────────────────────────────────


def _layout(mapping: Mapping, remarks: Remarks) -> Iterator[str]:
    told = mapping._tree
    yield "| How it is read | | |"
    yield "|---|---|---|"
    pattern = mapping.files.regex or mapping.files.glob or ""
    yield f"| files | {_code(pattern)} | {remarks.cell('files')} |"
    for key in told:
        if key not in _ELSEWHERE:
            yield f"| {_words(key)} | {_code(flow(told[key]))} | {remarks.cell(key)} |"
    yield ""


def _words(key: str) -> str:
    return key.replace("_", " ")


# ── columns ──────────────────────────────────────────────────────────────────────────────────


def _columns(mapping: Mapping, dataset: Dataset, remarks: Remarks) -> Iterator[str]:
    yield f"| Column of {dataset.name} | Comes from | Remark |"
    yield "|---|---|---|"
    for name in dataset.columns:
        if (rule := mapping.rules.get(name)) is not None:
            yield f"| {name} | {_rule(rule)} | {remarks.cell(name)} |"
    yield ""


def _rule(rule: ColumnRule) -> str:
    return _WORDING.rule(rule) + ("; may be absent" if rule.optional else "")


# ── what is left out ─────────────────────────────────────────────────────────────────────────


def _left_out(mapping: Mapping, remarks: Remarks) -> Iterator[str]:
    if mapping.filters:
        yield "Left out on purpose, and counted:"
        yield ""
        for one in mapping.filters:
            test = (
                _WORDING.all_of(one.where) if one.where else f"not: {_WORDING.all_of(one.unless)}"
            )
            yield f"- {one.reason}: {test}"
        yield ""
    if mapping.ignore:
        yield "Columns nobody needs: " + ", ".join(map(_code, mapping.ignore)) + "."
        if told := remarks.cell("ignore"):
            yield told
        yield ""


# ── comments of the YAML ─────────────────────────────────────────────────────────────────────


@dataclass
class Remarks:
    """What the comments say: those at the top of the file, and those of each key."""

    top: list[str] = field(default_factory=list)
    of_key: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> Remarks:
        """Comments above a key, beside it or within it belong to it."""
        found = cls()
        waiting: list[str] = []
        key = ""
        for line in text.splitlines():
            plain = line.strip()
            if plain.startswith("#"):
                waiting.append(plain.lstrip("# ").rstrip())
                continue
            if not plain:
                if not key and not found.top:
                    found.top, waiting = waiting, []
                continue
            named = _TOP_KEY.match(line) or _INNER_KEY.match(line)
            if named:
                if not key and not found.top:
                    found.top, waiting = waiting, []
                key = named[1]
            if beside := _beside(line):
                waiting.append(beside)
            if waiting and key:
                found.of_key.setdefault(key, []).extend(waiting)
                waiting = []
        if waiting and key:
            found.of_key.setdefault(key, []).extend(waiting)
        return found

    def cell(self, key: str) -> str:
        return _cell(" ".join(self.of_key.get(key, [])))


def _beside(line: str) -> str:
    """The comment behind what a line says; a # in quotes is none."""
    quote = ""
    for at, sign in enumerate(line):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"" and (at == 0 or not line[at - 1].isalnum()):
            quote = sign
        elif sign == "#" and at and line[at - 1] == " ":
            return line[at + 1 :].strip()
    return ""


def _code(text: str) -> str:
    """Text as code, in a table: a pipe would end the cell."""
    mark = "``" if "`" in text else "`"
    return f"{mark}{text}{mark}".replace("|", "\\|").replace("\t", "\\t")


_WORDING = Wording(mark=_code, between="<br>")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    for page in write():
        print(page.relative_to(PROJECT))

"""Whether a file's header is the one its mapping promises."""

from __future__ import annotations

from difflib import get_close_matches

from pipelines.ingest.contracts import Dataset
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.readers import Refused


def check_header(names: list[str], mapping: Mapping, dataset: Dataset) -> None:
    """Refuses a header that is not what the mapping promises, naming each column."""
    wrong = []
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        wrong.append(f"column {', '.join(twice)} stands there twice")
    unknown = [name for name in names if name not in mapping.known_headers]
    if dataset.has_personal and names and len(unknown) == len(names):
        # Most likely the first line is a row, and what stands there is somebody's.
        raise Refused(
            f"its header is wrong: {mapping.name} knows none of its {len(names)} names, which are "
            "not shown as they may be personal. Does its first line name the columns?"
        )
    missing = [name for name in sorted(mapping.required_headers) if name not in names]
    if mapping.is_native:
        missing.sort(key=list(dataset.columns).index)
    renamed: dict[str, str] = {}
    for name in unknown:
        near = get_close_matches(name.lower(), [one.lower() for one in missing], 1, 0.75)
        for one in missing:
            if near and one.lower() == near[0] and one not in renamed.values():
                renamed[name] = one
    for name, one in renamed.items():
        wrong.append(f"column {name or '(no name)'} should be called {one}")
    if lost := [name for name in missing if name not in renamed.values()]:
        wrong.append(f"column {', '.join(lost)} is missing")
    rest = [name or "(no name)" for name in unknown if name not in renamed]
    if rest and not mapping.ignore_unknown:
        wrong.append(f"column {', '.join(_few(rest))} is not known to {mapping.name}")
    if wrong:
        raise Refused(f"its header is wrong: {'; '.join(wrong)}")
    if "" in names or len(set(names)) != len(names):
        raise Refused("its header is wrong: a column has no name")


def _few(names: list[str]) -> list[str]:
    shown = [name[:60] for name in names[:8]]
    return [*shown, f"and {len(names) - 8} more"] if len(names) > 8 else shown

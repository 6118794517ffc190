"""What to say of a file that no mapping reads: where it would be read, or how to get a mapping."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.ingest.mapping.model import Mapping

NATIVE = "Native files are called <dataset>[_<store>]_<yyyymmdd>[_<suffix>].csv"
DRAFT = "loupe map FILE drafts a mapping for another system"
# Some mappings take the store from a second folder: stripe/NYC/….
_STORE = "STORE"
_MOST = 6


def folders(name: str, mappings: Iterable[Mapping]) -> list[str]:
    """The folders in which a file so called would be read, `stripe/<store>` among them.

    The names of an export say little (`SMALL.xml`): where mappings go by the folder, it is named
    after the system.
    """
    base = name.rpartition("/")[2]
    found: set[str] = set()
    for mapping in mappings:
        if mapping.is_native or mapping.claims(base) is not None:
            continue
        if mapping.claims(f"{mapping.system}/{base}") is not None:
            found.add(mapping.system)
        elif mapping.claims(f"{mapping.system}/{_STORE}/{base}") is not None:
            found.add(f"{mapping.system}/<store>")
    return sorted(found)[:_MOST]


def elsewhere(name: str, mappings: Iterable[Mapping]) -> str | None:
    """The same in words, None where no folder would help."""
    found = folders(name, mappings)
    if not found:
        return None
    told = found[0] if len(found) == 1 else f"{', '.join(found[:-1])} or {found[-1]}"
    return f"it would be read in a folder called {told}, by the system that wrote it"


def refusal(name: str, mappings: Iterable[Mapping]) -> str:
    """Why a landed file is refused, and what to do."""
    where = elsewhere(name, mappings)
    start = "no mapping knows a file of this name"
    if where is not None:
        return f"{start} here: {where}. Put it there, below the landing folder"
    return f"{start}. {NATIVE}; {DRAFT}"

"""The demonstration's exports in the clothes of other systems.

    layouts(["cegid"])                       # how each dataset is written
    write_mappings(["cegid"], home.mappings) # how such files are read

A dialect writes some datasets; the others stay native. Where two write the same one, the later
named wins. Taking the files in gives the same rows as the native ones, but for where they came
from. Beside each dialect lie its mappings: they extend the shipped ones by what the demonstration
network added to its systems, as every house does.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from pipelines.demo.dialects import cegid, poslog, sap
from pipelines.demo.dialects.layout import Layout

_DIALECTS: dict[str, dict[str, Layout]] = {
    "cegid": cegid.LAYOUTS,
    "sap": sap.LAYOUTS,
    "poslog": poslog.LAYOUTS,
}
NAMES = tuple(_DIALECTS)
_HERE = Path(__file__).parent


def layouts(names: Iterable[str]) -> dict[str, Layout]:
    """How each dataset is written; those not named stay native. Raises ValueError."""
    found: dict[str, Layout] = {}
    for name in names:
        if name not in _DIALECTS:
            raise ValueError(f"there is no dialect {name}; there are: {', '.join(NAMES)}")
        found |= _DIALECTS[name]
    return found


def unsaid(names: Iterable[str]) -> frozenset[str]:
    """Kinds of errors that one of the dialects has no words for."""
    return frozenset(kind for layout in layouts(names).values() for kind in layout.unsaid)


def write_mappings(names: Iterable[str], folder: Path) -> None:
    """Puts the mappings of the dialects where a home keeps its own."""
    written = layouts(names)
    for name in names:
        for path in sorted((_HERE / name).glob("*.yml")):
            # A dataset that another dialect writes is not this one's to read.
            if written.get(path.stem) is _DIALECTS[name].get(path.stem):
                target = folder / "demonstration" / f"{name}_{path.name}"
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)

"""`loupe check`: read one file as a run would, and take nothing in."""

from __future__ import annotations

from pathlib import Path

from pipelines.commands.screen import FAILED, out, print_json
from pipelines.settings import Home


def show_check(home: Home, file: Path, mapping: str | None, as_json: bool) -> int:
    """Print what a run would make of `file`; 0 when it would be accepted, else 1."""
    from pipelines.ingest.check import check_file

    report = check_file(file, mapping, home, home.settings())
    if as_json:
        print_json(report.as_dict())
    else:
        for line in report.lines():
            out.print(line, highlight=False, markup=False, soft_wrap=True)
    return 0 if report.accepted else FAILED

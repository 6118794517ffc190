"""`make bench`: every bench, one table, one JSON file.

    python -m tests.bench [name …] [--json bench.json]

Each bench yields rows (what, measured, against, ratio, bound). A row over its bound is marked, and
the command then ends with 1: the numbers are promises. Each bench's table in `docs/scale.md` is
written anew.
"""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import scale_note
from tests.bench.rows import Row

BENCHES = ("ingest", "readers", "parallel", "frameworks", "backfill", "day", "engines")


def main() -> int:
    """Run the benches named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benches", nargs="*", choices=[*BENCHES, []], default=list(BENCHES))
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"))
    wanted = parser.parse_args()
    rows: list[Row] = []
    for name in wanted.benches:
        try:
            measured = importlib.import_module(f"tests.bench.bench_{name}").rows()
        except subprocess.CalledProcessError as fault:
            print(fault.output)
            raise
        rows += measured
        if measured:
            scale_note.write(name, scale_note.promises(measured))
    show(rows)
    wanted.json.parent.mkdir(parents=True, exist_ok=True)
    machine = {"machine": platform.machine(), "python": platform.python_version()}
    told = {**machine, "rows": [asdict(row) | {"kept": row.kept} for row in rows]}
    wanted.json.write_text(json.dumps(told, indent=2), "utf-8")
    return 0 if all(row.kept for row in rows) else 1


def show(rows: list[Row]) -> None:
    """Print the table."""
    table = Table("bench", "measured", "against", "ratio", "bound", "")
    for row in rows:
        table.add_row(
            row.what,
            f"{row.measured:,.2f} {row.unit}",
            f"{row.against:,.2f} {row.unit}",
            f"{row.ratio:.2f}",
            f"≤ {row.bound:.2f}",
            "kept" if row.kept else "OVER",
        )
    Console(width=140).print(table)


if __name__ == "__main__":
    sys.exit(main())

"""The measured tables of `docs/scale.md`, written by `make bench`, each between two marks."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.settings import PROJECT
from tests.bench.rows import Row

if TYPE_CHECKING:
    from tests.bench.bench_engines import Cost

NOTE = PROJECT / "docs" / "scale.md"
_SHOWN_MODELS = 2


def write(bench: str, table: str) -> None:
    """Put the table of a bench where the note has its marks."""
    begin, end = f"<!-- measured: {bench} -->", "<!-- end -->"
    text = NOTE.read_text("utf-8")
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(text):
        raise LookupError(f"{NOTE.name} has no place marked {begin}")
    told = f"{begin}\n{measured_when()}\n\n{table}\n{end}"
    NOTE.write_text(pattern.sub(lambda _: told, text), "utf-8")


def measured_when() -> str:
    """When and on what, in a line."""
    cores = len(os.sched_getaffinity(0))
    return f"Measured on {datetime.now(UTC):%Y-%m-%d}, {cores} cores."


def promises(rows: list[Row]) -> str:
    """What a bench measured, against what, and the bound it promises to keep."""
    return "\n".join(
        [
            "| | measured | against | ratio | bound |",
            "|---|---:|---:|---:|---:|",
            *(
                f"| {row.what} | {row.measured:,.2f} {row.unit} | {row.against:,.2f} {row.unit} "
                f"| {row.ratio:.2f} | {row.bound:.2f} |"
                for row in rows
            ),
        ]
    )


def tables(costs: list[Cost]) -> str:
    """Both tables as Markdown: whole builds, then the heaviest models of each."""
    cores = len(os.sched_getaffinity(0))
    told = [
        "| build | engine | lake rows | core seconds | rows a core second | seconds "
        "| peak memory |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    told += [
        f"| {c.what} | {c.engine} | {c.rows:,} | {c.processor_seconds:,.0f} "
        f"| {c.rows_a_core_second:,.0f} | {c.seconds:,.0f} | {c.peak_bytes / 2**30:,.1f} GiB |"
        for c in costs
    ]
    told += [
        "",
        "The heaviest models of each build, the two engines side by side:",
        "",
        "| build | model | duckdb: seconds | rows a second a core | spark: seconds "
        "| rows a second a core |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for what in dict.fromkeys(c.what for c in costs):
        told += _models(what, [c for c in costs if c.what == what], cores)
    return "\n".join(told)


def _models(what: str, costs: list[Cost], cores: int) -> list[str]:
    seconds = {
        c.engine: {n.unique_id.split(".")[-1]: n.seconds for n in c.nodes if _is_model(n.unique_id)}
        for c in costs
    }
    names = {name for engine in seconds.values() for name in engine}
    by_both = sorted(names, key=lambda name: -sum(e.get(name, 0) for e in seconds.values()))
    told = []
    for name in by_both[:_SHOWN_MODELS]:
        cells = ""
        for cost in sorted(costs, key=lambda c: c.engine):
            spent = seconds[cost.engine].get(name, 0.0)
            speed = f"{cost.rows / spent / cores:,.0f}" if spent else ""
            cells += f" {spent:,.1f} | {speed} |"
        told.append(f"| {what} | `{name}` |{cells}")
    return told


def _is_model(unique_id: str) -> bool:
    return unique_id.startswith("model.")

"""The dictionary: every table, column and KPI, and what is promised about the exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.questions import kpis
from dashboards.warehouse import Row, Run


@dataclass(frozen=True)
class Entry:
    """One table: its words, and its columns. `kind` is published or incoming."""

    kind: str
    schema: str
    name: str
    description: str
    columns: list[Row]

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}" if self.kind == "published" else self.name


def _matches(text: str, asked: Sequence[str]) -> bool:
    lowered = text.lower().replace("_", " ")
    return all(word in lowered for word in asked)


def _words(search: str) -> list[str]:
    return search.lower().replace("_", " ").split()


def tables(run: Run, search: str = "") -> list[Entry]:
    """Tables that match, whole; else tables with only those of their columns that match."""
    if not run.has("quality.dictionary"):
        return []
    rows = run.ask("select * from quality.dictionary")
    grouped: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        key = (row["kind"], row["schema_name"] or "", row["table_name"])
        grouped.setdefault(key, []).append(row)
    asked = _words(search)
    found = []
    for (kind, schema, name), told in sorted(grouped.items(), key=_published_first):
        about = next((r["description"] for r in told if r["column_name"] is None), "") or ""
        columns = [row for row in told if row["column_name"] is not None]
        if not _matches(f"{schema}.{name} {name} {about}", asked):
            columns = [
                row
                for row in columns
                if _matches(f"{name} {row['column_name']} {row['description'] or ''}", asked)
            ]
            if not columns:
                continue
        found.append(Entry(kind, schema, name, about, columns))
    return found


def _published_first(item: tuple[tuple[str, str, str], list[Row]]) -> tuple[bool, str, str]:
    kind, schema, name = item[0]
    return kind != "published", schema, name


def figures(run: Run, search: str = "") -> list[kpis.Kpi]:
    asked = _words(search)
    return [
        kpi
        for kpi in kpis.definitions(run)
        if _matches(f"{kpi.kpi_id} {kpi.name} {kpi.formula} {kpi.caveats}", asked)
    ]

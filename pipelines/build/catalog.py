"""What every published and incoming table and column means, and where a figure comes from.

Both are read out of dbt's manifest, where they are written once, and travel with the published
file: dashboards and analysts see the words of the day the figures were made.
"""

from __future__ import annotations

from typing import Any

import polars as pl

PUBLISHED_SCHEMAS = ("quality", "core", "finance", "inventory", "aml", "kpi", "expansion")

DICTIONARY_COMMENT = (
    "Every table and column, published and incoming, in words. "
    "One row per column, and one per table with no column name."
)
LINEAGE_COMMENT = (
    "Which fact rows a mart's figures are made of. One row per mart table, measure and fact table."
)


def published_models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The models people read, by `schema.table`, in order of name."""
    models = {
        f"{node['schema']}.{node['name']}": node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in PUBLISHED_SCHEMAS
    }
    return dict(sorted(models.items()))


def dictionary(manifest: dict[str, Any]) -> pl.DataFrame:
    """The rows of `quality.dictionary`."""
    rows = []
    for node in published_models(manifest).values():
        rows += _rows(node["schema"], node, "published")
    for source in manifest["sources"].values():
        if source["source_name"] == "raw":
            rows += _rows("incoming", source, "incoming")
    for name, comment, columns in _OWN_TABLES:
        rows.append(_row("quality", name, None, None, comment, "published", {}))
        rows += [_row("quality", name, c, "varchar", text, "published", {}) for c, text in columns]
    return pl.DataFrame(rows, schema=_DICTIONARY_SCHEMA).sort(
        "kind", "schema_name", "table_name", maintain_order=True
    )


def lineage(manifest: dict[str, Any]) -> pl.DataFrame:
    """The rows of `quality.lineage`, from `config.meta.explain` of each mart."""
    rows = [
        {
            "table_name": table,
            "measure": step.get("measure"),
            "fact_table": step["fact"],
            "join_columns": ",".join(step["on"]),
            "row_filter": step.get("where"),
            "row_value": step.get("value"),
            "applies_when": step.get("when"),
        }
        for table, node in published_models(manifest).items()
        for step in (node["config"].get("meta") or {}).get("explain", [])
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(_LINEAGE_COLUMNS, pl.String))


_DICTIONARY_SCHEMA = {
    "schema_name": pl.String,
    "table_name": pl.String,
    "column_name": pl.String,
    "data_type": pl.String,
    "description": pl.String,
    "kind": pl.String,
    "is_personal": pl.Boolean,
    "promises": pl.String,
}
_LINEAGE_COLUMNS = {
    "table_name": "Published table the figure stands in, with its schema.",
    "measure": (
        "Column the rows explain; empty when they explain the whole row. Rows of several facts may "
        "add up to one measure."
    ),
    "fact_table": "Published fact table with the rows, with its schema.",
    "join_columns": (
        "Columns both tables share, separated by commas; `a=b` where the fact calls the mart's a b."
    ),
    "row_filter": "SQL condition on the fact rows that count.",
    "row_value": (
        "SQL expression of what one of these rows counts for; over all of them it adds up to the "
        "measure exactly. Empty when the rows are its ground but no sum."
    ),
    "applies_when": "SQL condition on the mart's own row for this line to speak of it.",
}
_DICTIONARY_COLUMNS = {
    "schema_name": "Schema of the table; `incoming` for the datasets of the landing contract.",
    "table_name": "Name of the table or dataset.",
    "column_name": "Name of the column; empty on the row that describes the table.",
    "data_type": "Type of the column.",
    "description": "What it is, in words, with unit and caveats.",
    "kind": "published or incoming.",
    "is_personal": "True for personal data, which never reaches a published table.",
    "promises": "What an incoming value must satisfy, in words.",
}
_OWN_TABLES = (
    ("dictionary", DICTIONARY_COMMENT, tuple(_DICTIONARY_COLUMNS.items())),
    ("lineage", LINEAGE_COMMENT, tuple(_LINEAGE_COLUMNS.items())),
)


def _rows(schema: str, node: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    rows = [_row(schema, node["name"], None, None, node["description"], kind, {})]
    for column in node["columns"].values():
        meta = (column.get("config") or {}).get("meta") or column.get("meta") or {}
        rows.append(
            _row(
                schema,
                node["name"],
                column["name"],
                column.get("data_type"),
                column["description"],
                kind,
                meta,
            )
        )
    return rows


def _row(
    schema: str,
    table: str,
    column: str | None,
    data_type: str | None,
    description: str,
    kind: str,
    meta: dict[str, Any],
) -> dict[str, Any]:
    return {
        "schema_name": schema,
        "table_name": table,
        "column_name": column,
        "data_type": data_type,
        "description": " ".join(description.split()),
        "kind": kind,
        "is_personal": bool(meta.get("personal")),
        "promises": _promises(meta),
    }


def _promises(meta: dict[str, Any]) -> str | None:
    said = []
    if meta.get("required"):
        said.append("required")
    if meta.get("one_of"):
        said.append("one of " + ", ".join(map(str, meta["one_of"])))
    if "pattern" in meta:
        said.append(f"looks like {meta['pattern']}")
    if "at_least" in meta:
        said.append(f"at least {meta['at_least']}")
    if "at_most" in meta:
        said.append(f"at most {meta['at_most']}")
    return "; ".join(said) or None

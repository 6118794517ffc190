"""Key figures of what a file would bring, beside those of what it would replace.

    of_rows(rows, dataset)              # rows, net sales, units, tenders … by scope
    compared(home, dataset, told)       # the same of the versions loaded now

Only the lake is asked: what is loaded now is what the newest accepted delivery of each scope says,
as `stg_file_scopes` has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.ingest.contracts import Dataset
from pipelines.settings import Home

ROWS = "rows"
# As is_completed_line and is_net_sale of the dbt project have it.
_COMPLETED = (pl.col("transaction_status") == "completed") & ~pl.col("is_voided_line").fill_null(
    False
)
_SOLD = _COMPLETED & (pl.col("line_type") == "merchandise")
_MEASURES: dict[str, dict[str, pl.Expr]] = {
    "sales_lines": {
        "transactions": pl.col("transaction_id").filter(_COMPLETED).n_unique(),
        "net sales": pl.col("net_amount").filter(_SOLD).sum(),
        "units": pl.col("quantity").filter(_SOLD).sum(),
        "tax": pl.col("tax_amount").filter(_COMPLETED).sum(),
    },
    "till_closings": {
        "declared": pl.col("declared_amount").sum(),
        "counted": pl.col("counted_amount").sum(),
    },
    "store_traffic": {"visitors": pl.col("visitors").sum()},
    "stock_snapshots": {"pieces": pl.col("quantity").sum()},
    "stock_movements": {"pieces": pl.col("quantity").sum()},
    "count_scans": {"pieces": pl.col("quantity").sum()},
    "supply_levels": {"on hand": pl.col("on_hand").sum()},
}
# A measure for each value of a column.
_BY_VALUE = {"tenders": ("tender_type", "tender_amount")}

Told = dict[str, dict[str, Decimal]]


@dataclass(frozen=True)
class Compared:
    """One figure of one scope; `loaded` is None where nothing of the scope is loaded yet."""

    scope: str
    measure: str
    new: Decimal
    loaded: Decimal | None

    @property
    def differs(self) -> bool:
        return self.loaded is not None and self.loaded != self.new


def columns(dataset: Dataset) -> list[str]:
    """The columns the figures are made of, `_scope` among them."""
    needed = {"_scope", *_base(dataset).meta.root_names(), *_BY_VALUE.get(dataset.name, ())}
    for value in _MEASURES.get(dataset.name, {}).values():
        needed.update(value.meta.root_names())
    return sorted(needed)


def of_rows(rows: pl.DataFrame, dataset: Dataset) -> Told:
    """The figures of typed rows: scope to measure to value. Rows replaced by key have no scope."""
    if dataset.scope == "key" or not rows.height:
        return {}
    scope = _base(dataset)
    measures = {ROWS: pl.len(), **_MEASURES.get(dataset.name, {})}
    totals = rows.group_by(scope.alias("scope")).agg(
        value.alias(name) for name, value in measures.items()
    )
    told: Told = {
        row["scope"]: {name: _exact(row[name]) for name in measures}
        for row in totals.iter_rows(named=True)
    }
    if dataset.name in _BY_VALUE:
        by, amount = _BY_VALUE[dataset.name]
        sums = rows.group_by(scope.alias("scope"), by).agg(pl.col(amount).sum()).sort(by)
        for one, value, total in sums.iter_rows():
            told[one][str(value)] = _exact(total)
    return told


def _base(dataset: Dataset) -> pl.Expr:
    """What a whole delivery replaces: the store-day, whatever the part."""
    if dataset.scope == "store_day":
        return pl.concat_str("store_id", pl.col("business_date").cast(pl.String), separator="|")
    return pl.col("_scope")


def _exact(value: Any) -> Decimal:
    return Decimal(0) if value is None else Decimal(value)


def compared(home: Home, dataset: Dataset, told: Told, parts: set[str]) -> list[Compared]:
    """Each figure with the loaded one; `parts` are the scopes a file replaces, parts of a day too.

    A file that is a part of a store-day is compared with the loaded version of that part.
    """
    versions = _current(home, dataset, set(told))
    versions = [one for one in versions if _is_replaced(one, parts)]
    loaded = of_rows(_rows(home, dataset, versions), dataset)
    found = []
    for scope in sorted(told):
        known = loaded.get(scope)
        if known is None and any(one["base"] == scope for one in versions):
            known = {}
        for measure in dict.fromkeys([*told[scope], *(known or ())]):
            new = told[scope].get(measure, Decimal(0))
            before = None if known is None else known.get(measure, Decimal(0))
            found.append(Compared(scope, measure, new, before))
    return found


def _is_replaced(version: dict[str, Any], parts: set[str]) -> bool:
    """A whole day replaces its parts; a part replaces itself, and a whole day before it."""
    return version["scope_part"] is None or bool(parts & {version["scope"], version["base"]})


def _current(home: Home, dataset: Dataset, wanted: set[str]) -> list[dict[str, Any]]:
    """The version of each wanted scope that counts now."""
    books = sorted(home.batches.glob("[!_]*/file_scopes.parquet"))
    if not books or not wanted:
        return []
    arrived = (
        pl.concat(
            [pl.read_parquet(path, hive_partitioning=False) for path in books], how="diagonal"
        )
        .filter(pl.col("dataset") == dataset.name)
        .with_columns(
            base=pl.when(pl.col("scope_part").is_null())
            .then("scope")
            .otherwise(
                pl.concat_str("store_id", pl.col("business_date").cast(pl.String), separator="|")
            )
        )
        .filter(pl.col("base").is_in(list(wanted)))
        .sort("known_from", "sequence_no", "delivery_id", "scope")
    )
    return _standing(arrived.iter_rows(named=True))


def _standing(arrivals: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who stands after all arrivals: a later one replaces its scope, a whole day also the parts.

    One whose export is older than one before it is not accepted.
    """
    standing: dict[str, dict[str, dict[str, Any]]] = {}
    newest: dict[str, Any] = {}
    for one in arrivals:
        at = one["exported_at"]
        before = newest.get(one["scope"])
        newest[one["scope"]] = at if at is None or before is None else max(at, before)
        if at is not None and before is not None and at < before:
            continue
        here = standing.setdefault(one["base"], {})
        if one["scope_part"] is None:
            here.clear()
        here[one["scope"]] = one
    return [one for here in standing.values() for one in here.values()]


def _rows(home: Home, dataset: Dataset, versions: list[dict[str, Any]]) -> pl.DataFrame:
    """The rows of these versions, out of the batches that brought them."""
    parts = []
    for batch in sorted({one["_batch_id"] for one in versions}):
        path = home.batches / batch / f"{dataset.name}.parquet"
        if not path.exists():
            continue
        mine = [one for one in versions if one["_batch_id"] == batch]
        wanted = pl.DataFrame(
            {"_scope": [v["scope"] for v in mine], "_file_id": [v["file_id"] for v in mine]},
            schema={"_scope": pl.String, "_file_id": pl.String},
        )
        rows = (
            pl.scan_parquet(path, hive_partitioning=False)
            .select(*columns(dataset), "_file_id")
            .with_columns(pl.col("_scope").cast(pl.String), pl.col("_file_id").cast(pl.String))
        )
        parts.append(rows.join(wanted.lazy(), on=["_scope", "_file_id"], how="semi").collect())
    if not parts:
        return pl.DataFrame(schema=dataset.schema_in_lake)
    return pl.concat(parts, how="diagonal_relaxed")

"""Text into typed values, by the contract, a whole frame at once.

    typed = type_rows(frame, dataset, zones)
    typed.rows      # the lines that keep every promise, typed
    typed.faults    # the others: line, column, rule, value, what was expected

The frame may hold lines of many files: `FILE` says which. A line's first broken promise counts,
columns in contract order. Nothing is rounded, guessed or repaired.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from pipelines.ingest.contracts import Column, Dataset, full_match
from pipelines.ingest.mappings import LINE

FILE = "_file"
MASK = "•••"
FAULTS = {
    FILE: pl.UInt32(),
    LINE: pl.Int64(),
    "column_name": pl.String(),
    "rule": pl.String(),
    "value": pl.String(),
    "expected": pl.String(),
    "raw_line": pl.String(),
    "store_id": pl.String(),
    "business_date": pl.Date(),
}

_NUMBER = r"\A[+-]?(?:\d+\.?\d*|\.\d+)\z"
_WHOLE = r"\A[+-]?\d+\z"
_FLOATING = r"\A[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\z"
_DAY = r"\A\d{4}-\d{2}-\d{2}\z"
_MOMENT = r"\A\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?\z"
_ZONED = r"(?:Z|[+-]\d{2}:?\d{2})\z"
# What a spreadsheet leaves of a long number.
_DAMAGED = r"\A\d(?:[.,]\d+)?[eE]\+\d{1,3}\z"
_PLAIN_UTC = "%Y-%m-%dT%H:%M:%SZ"
_VALUE_CHARACTERS = 200


@dataclass(frozen=True)
class Zones:
    """The time zone of each store, and what to take for a store nobody knows."""

    of_store: dict[str, str]
    default: str | None = None
    # A mapping that says its zone overrides both.
    of_file: str | None = None


@dataclass
class Typed:
    """`rows`: FILE, LINE and the dataset's columns, typed. `faults`: as FAULTS.

    `unplaced` are files with a local time of a store whose zone nobody knows: FILE → store.
    """

    rows: pl.DataFrame
    faults: pl.DataFrame
    unplaced: dict[int, str]


class Rule(NamedTuple):
    """A promise: `broken` is true where a value breaks it."""

    column: str
    name: str
    expected: str
    broken: pl.Expr


def no_faults() -> pl.DataFrame:
    return pl.DataFrame(schema=FAULTS)


def tidy(frame: pl.DataFrame) -> pl.DataFrame:
    """The text without space around values, and null where nothing is left."""
    text = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    stripped = [pl.col(name).str.strip_chars() for name in text]
    return frame.with_columns(stripped).with_columns(
        pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in text
    )


def type_rows(frame: pl.DataFrame, dataset: Dataset, zones: Zones) -> Typed:
    """Types tidy text; columns of the dataset that are not in `frame` become null."""
    columns = [column for name, column in dataset.columns.items() if name in frame.columns]
    text = _prepared(frame, columns)
    moments, unplaced, place_rules = _moments(text, columns, zones)
    typed = (
        text.lazy()
        .select(
            FILE,
            LINE,
            *(
                _typed(column).alias(column.name)
                for column in columns
                if column.name not in moments
            ),
        )
        .collect()
    )
    if moments:
        typed = typed.with_columns(series.alias(name) for name, series in moments.items())

    # Both sides of a promise: `name` is the typed value, `text name` what stood in the file.
    both = typed.lazy().with_columns(
        text.get_column(column.name).alias(_text(column.name)) for column in columns
    )
    rules = [rule for column in columns for rule in promises(column)]
    for column in dataset.columns.values():
        if column.required and column.name not in frame.columns:
            rules.append(Rule(column.name, "required", "a value", pl.lit(True)))
    marked = both
    for name, mask in place_rules.items():
        marked = marked.with_columns(mask.alias(_gap(name)))
        rules.append(
            Rule(
                name,
                "existing time",
                "a time that the store's clock showed that day",
                pl.col(_gap(name)),
            )
        )
    broken = (
        marked.select(
            pl.any_horizontal(rule.broken.fill_null(False) for rule in rules)
            if rules
            else pl.lit(False)
        )
        .collect()
        .to_series()
    )
    if len(broken) != typed.height:
        broken = broken.extend_constant(broken[0], typed.height - len(broken))

    missing = [
        pl.lit(None, dtype=column.dtype).alias(name)
        for name, column in dataset.columns.items()
        if name not in frame.columns
    ]
    order = [FILE, LINE, *dataset.columns]
    if not broken.any():
        return Typed(typed.with_columns(missing).select(order), no_faults(), unplaced)
    rows = typed.filter(~broken).with_columns(missing).select(order)
    faults = _diagnosed(marked.collect().filter(broken), rules, dataset, frame.filter(broken))
    return Typed(rows, faults, unplaced)


def _text(name: str) -> str:
    return f"text {name}"


def _gap(name: str) -> str:
    return f"gap {name}"


def _prepared(frame: pl.DataFrame, columns: list[Column]) -> pl.DataFrame:
    serials = [column.name for column in columns if column.format == "serial"]
    if not serials:
        return frame
    plain = (pl.col(name).str.to_uppercase().str.replace_all(r"[\s\-]", "") for name in serials)
    return frame.with_columns(plain).with_columns(
        pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in serials
    )


def _typed(column: Column) -> pl.Expr:
    text = pl.col(column.name)
    match column.data_type:
        case "varchar":
            return text
        case "integer" | "bigint":
            return text.cast(pl.Int64, strict=False).cast(column.dtype, strict=False)
        case "double":
            return text.cast(pl.Float64, strict=False)
        case "date":
            return text.str.to_date("%Y-%m-%d", strict=False)
        case "boolean":
            low = text.str.to_lowercase()
            return pl.when(low == "true").then(True).when(low == "false").then(False)
        case _:
            return text.cast(column.dtype, strict=False)


def promises(column: Column) -> list[Rule]:
    """What a value of the column must keep, in the order in which it is told."""
    name = column.name
    text = pl.col(_text(name))
    value = pl.col(name)
    given = text.is_not_null()
    found: list[Rule] = []

    def add(rule: str, expected: str, broken: pl.Expr) -> None:
        found.append(Rule(name, rule, expected, broken))

    if column.required:
        add("required", "a value", text.is_null())
    match column.data_type:
        case "varchar":
            if column.is_identifier:
                add(
                    "intact identifier",
                    "the identifier as text; a spreadsheet turned it into a rounded number",
                    text.str.contains(_DAMAGED),
                )
        case "integer" | "bigint":
            add("whole number", "a whole number such as 12", ~text.str.contains(_WHOLE))
            add("size", "a number that fits", given & value.is_null())
        case "double":
            add("number", "a number such as 12.5", ~text.str.contains(_FLOATING))
            add("size", "a number that fits", given & (value.is_null() | ~value.is_finite()))
        case "date":
            add(
                "date",
                "a date such as 2024-12-31",
                ~text.str.contains(_DAY) | (given & value.is_null()),
            )
        case "timestamp":
            add("time", "a time such as 2024-12-31T18:05:00Z", ~text.str.contains(_MOMENT))
        case "boolean":
            add("true or false", "true or false", given & value.is_null())
        case _:
            scale = column.dtype.scale  # type: ignore[attr-defined]
            whole = column.dtype.precision - scale  # type: ignore[attr-defined]
            add("number", "a number such as 1250.50", ~text.str.contains(_NUMBER))
            add(
                "decimals",
                f"at most {scale} decimals; nothing is rounded",
                text.str.contains(rf"\.\d{{{scale}}}\d*[1-9]"),
            )
            add("size", f"at most {whole} digits before the point", given & value.is_null())
    if column.one_of is not None:
        add("one of", ", ".join(column.one_of), ~text.is_in(list(column.one_of)))
    if column.pattern is not None:
        add("pattern", column.pattern, ~text.str.contains(full_match(column.pattern)))
    if column.at_least is not None:
        add("at least", f"{column.at_least:g} or more", value < _limit(column, column.at_least))
    if column.at_most is not None:
        add("at most", f"{column.at_most:g} or less", value > _limit(column, column.at_most))
    return found


def _limit(column: Column, limit: float) -> pl.Expr:
    if isinstance(column.dtype, pl.Decimal):
        return pl.lit(Decimal(str(limit)))
    return pl.lit(limit)


def _diagnosed(
    broken: pl.DataFrame, rules: list[Rule], dataset: Dataset, source: pl.DataFrame
) -> pl.DataFrame:
    """The first broken promise of each line."""
    position = {name: at for at, name in enumerate(dataset.columns)}
    ordered = sorted(rules, key=lambda rule: position[rule.column])
    first = (
        broken.lazy()
        .select(
            pl.coalesce(
                pl.when(rule.broken.fill_null(False)).then(pl.lit(at))
                for at, rule in enumerate(ordered)
            ).alias("rule")
        )
        .collect()
        .to_series()
    )
    names = [ordered[at].column for at in first]
    values: list[str | None] = [None] * broken.height
    for name in set(names):
        here = [at for at, found in enumerate(names) if found == name]
        if dataset.columns[name].personal:
            shown: list[str | None] = [MASK] * len(here)
        elif _text(name) in broken.columns:
            shown = (
                broken.get_column(_text(name))
                .gather(here)
                .str.slice(0, _VALUE_CHARACTERS)
                .to_list()
            )
        else:
            shown = [None] * len(here)
        for at, text in zip(here, shown, strict=True):
            values[at] = text
    raw = raw_lines(source) if not dataset.has_personal else [None] * broken.height

    def known(name: str, dtype: pl.DataType) -> pl.Series:
        if name in broken.columns:
            return broken.get_column(name)
        return pl.Series([None] * broken.height, dtype=dtype)

    return pl.DataFrame(
        {
            FILE: broken.get_column(FILE),
            LINE: broken.get_column(LINE),
            "column_name": names,
            "rule": [ordered[at].name for at in first],
            "value": values,
            "expected": [ordered[at].expected for at in first],
            "raw_line": raw,
            "store_id": known("store_id", pl.String()),
            "business_date": known("business_date", pl.Date()),
        },
        schema=FAULTS,
    )


def raw_lines(frame: pl.DataFrame) -> list[str | None]:
    """The lines of `frame` as comma-separated text, for people to recognise."""
    told = [name for name in frame.columns if name not in (FILE, LINE)]
    return (
        frame.select(
            pl.concat_str(
                [pl.col(name).cast(pl.String).fill_null("") for name in told], separator=","
            )
        )
        .to_series()
        .to_list()
    )


# ── moments ──────────────────────────────────────────────────────────────────────────────────


def _moments(
    text: pl.DataFrame, columns: list[Column], zones: Zones
) -> tuple[dict[str, pl.Series], dict[int, str], dict[str, pl.Series]]:
    """Timestamps in UTC; files whose local times nobody can place; times that never were."""
    moments: dict[str, pl.Series] = {}
    unplaced: dict[int, str] = {}
    gaps: dict[str, pl.Series] = {}
    for column in columns:
        if column.data_type != "timestamp":
            continue
        source = text.get_column(column.name)
        found = source.str.to_datetime(_PLAIN_UTC, strict=False, time_unit="us")
        open_ = source.is_not_null() & found.is_null()
        if open_.any():
            rest, lost = _placed(text.filter(open_), column.name, zones)
            unplaced.update(lost)
            positions = open_.arg_true()
            found = found.scatter(positions, rest)
            is_moment = source.str.contains(_MOMENT) & source.is_not_null()
            gaps[column.name] = is_moment.fill_null(False) & found.is_null()
        moments[column.name] = found
    return moments, unplaced, gaps


def _placed(text: pl.DataFrame, name: str, zones: Zones) -> tuple[pl.Series, dict[int, str]]:
    """UTC moments of the times that are not plainly written, null where there is none."""
    source = text.get_column(name).rename("text")
    shaped = source.str.contains(_MOMENT)
    iso = source.str.replace(" ", "T", literal=True).str.replace(
        r"(T\d{2}:\d{2})(Z|[+-]|\z)", "${1}:00${2}"
    )
    zoned = iso.str.contains(_ZONED)
    with_zone = iso.str.to_datetime("%+", strict=False, time_unit="us", time_zone="UTC")
    local = iso.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us")
    frame = pl.DataFrame(
        {
            "shaped": shaped,
            "zoned": zoned,
            "utc": with_zone.dt.replace_time_zone(None),
            "local": local,
        }
    )
    is_local = frame.get_column("shaped") & ~frame.get_column("zoned") & local.is_not_null()
    zone, unplaced = _zone_of_lines(text, is_local, zones)
    result = frame.select(pl.when("shaped", "zoned").then("utc")).to_series()
    for one in zone.filter(is_local).unique().drop_nulls().sort():
        here = is_local & (zone == one)
        moved = (
            local.filter(here)
            .dt.replace_time_zone(one, ambiguous="earliest", non_existent="null")
            .dt.convert_time_zone("UTC")
            .dt.replace_time_zone(None)
        )
        result = result.scatter(here.arg_true(), moved)
    return result, unplaced


def _zone_of_lines(
    text: pl.DataFrame, is_local: pl.Series, zones: Zones
) -> tuple[pl.Series, dict[int, str]]:
    if zones.of_file is not None:
        return pl.Series([zones.of_file]).new_from_index(0, text.height), {}
    if "store_id" in text.columns:
        store = text.get_column("store_id")
    else:
        store = pl.Series([None], dtype=pl.String).new_from_index(0, text.height)
    zone = store.replace_strict(zones.of_store, default=zones.default, return_dtype=pl.String)
    zone = zone.fill_null(zones.default) if zones.default else zone
    lost = is_local & zone.is_null()
    unplaced = {}
    if lost.any():
        pairs = text.filter(lost).select(FILE, store.filter(lost).alias("store"))
        for file, name in pairs.unique(FILE, keep="first", maintain_order=True).iter_rows():
            unplaced[file] = name or "(no store)"
    return zone, unplaced


# ── the same key twice ───────────────────────────────────────────────────────────────────────


class Repeats(NamedTuple):
    """Lines whose key was there already: `same` in everything, or `different` in something."""

    same: pl.DataFrame
    different: pl.DataFrame


def repeats(rows: pl.DataFrame, dataset: Dataset) -> Repeats | None:
    """The later lines of a file (FILE) that repeat a key, or None when there is none."""
    key = [FILE, *dataset.key]
    if not rows.select(pl.struct(key).is_duplicated().any()).item():
        return None
    suspects = rows.filter(pl.struct(key).is_duplicated()).sort(FILE, LINE)
    content = [name for name in suspects.columns if name not in (FILE, LINE)]
    first = suspects.with_columns(pl.struct(content).first().over(key).alias("first"))
    later = first.filter(~pl.struct(key).is_first_distinct())
    equal = pl.struct(content) == pl.col("first")
    return Repeats(later.filter(equal).drop("first"), later.filter(~equal).drop("first"))


def repeated_key_faults(rows: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """The faults of lines that repeat a key with another content."""
    key = ", ".join(dataset.key)
    shown: pl.Expr = pl.concat_str(
        [
            pl.lit(MASK)
            if dataset.columns[name].personal
            else pl.col(name).cast(pl.String).fill_null("")
            for name in dataset.key
        ],
        separator=", ",
    )
    raw = None if dataset.has_personal else pl.Series(raw_lines(rows), dtype=pl.String)
    nothing = pl.lit(None)
    return rows.select(
        FILE,
        LINE,
        pl.lit(key).alias("column_name"),
        pl.lit("duplicate key").alias("rule"),
        shown.alias("value"),
        pl.lit(f"each {key} once in a file; the first line is kept").alias("expected"),
        (nothing if raw is None else pl.lit(raw)).alias("raw_line"),
        (pl.col("store_id") if "store_id" in rows.columns else nothing).alias("store_id"),
        (pl.col("business_date") if "business_date" in rows.columns else nothing).alias(
            "business_date"
        ),
    ).cast(FAULTS)

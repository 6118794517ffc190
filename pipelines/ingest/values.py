"""Text into typed values, by the contract, a whole frame at once.

    typed = type_rows(frame, dataset, zones)
    typed.rows      # the lines that keep every promise, typed
    typed.faults    # the others: line, column, rule, value, what was expected

The frame may hold lines of many files: `FILE` says which. A line's first broken promise counts,
columns in contract order. Nothing is rounded, guessed or repaired.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import NamedTuple

import polars as pl

from pipelines.ingest.contracts import Column, Dataset, full_match
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.mapping.strict import is_zone

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

_NUMBER = r"\A[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)\z"
_WHOLE = r"\A[+-]?[0-9]+\z"
_FLOATING = r"\A[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\z"
_DAY = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z"
_MOMENT = (
    r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?\z"
)
_ZONED = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})\z"
# What a spreadsheet leaves of a long number.
_DAMAGED = r"\A[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}\z"
_BOOLEANS = {
    word: truth
    for truth in (True, False)
    for word in (str(truth), str(truth).lower(), str(truth).upper())
}
_PLAIN_UTC = "%Y-%m-%dT%H:%M:%SZ"
_VALUE_CHARACTERS = 200
_WORDS = r"\p{L}{2}"


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


@cache
def no_faults() -> pl.DataFrame:
    """The same empty frame each time: thousands of files have it."""
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
    plan = _plan(dataset, frozenset(frame.columns) & frozenset(dataset.columns))
    text = frame.lazy().with_columns(
        _serial(name) for name in plan.serials if frame[name].str.contains(r"[^A-Z0-9]").any()
    )
    unplaced: dict[int, str] = {}
    moments = []
    for name in plan.moments:
        found, gap, lost = _moments(frame, name, zones)
        moments += [found.alias(_typed_name(name)), gap.alias(_gap(name))]
        unplaced.update(lost)
    typed = text.with_columns(*plan.typed, *moments)
    rows = typed.select(*plan.result, plan.suspect.alias(_SUSPECT)).collect()
    suspect = rows.get_column(_SUSPECT)
    rows = rows.drop(_SUSPECT)
    if not suspect.any():
        return Typed(rows, no_faults(), unplaced)
    told = typed.filter(pl.lit(suspect)).collect()
    guilty = told.select(plan.broken).to_series()
    if not guilty.any():
        return Typed(rows, no_faults(), unplaced)
    broken = suspect.scatter(suspect.arg_true(), guilty)
    faults = _diagnosed(told.filter(guilty), plan.rules, dataset, frame.filter(broken))
    return Typed(rows.filter(~broken), faults, unplaced)


@dataclass(frozen=True)
class _Plan:
    """The expressions for one dataset and the columns that a file has of it."""

    serials: list[str]
    typed: list[pl.Expr]
    moments: list[str]
    rules: list[Rule]
    # True wherever a promise may be broken: cheap, run over every line.
    suspect: pl.Expr
    # True where one is: run over the suspects.
    broken: pl.Expr
    result: list[pl.Expr]


_plans: dict[tuple[str, str, frozenset[str]], _Plan] = {}


def _plan(dataset: Dataset, present: frozenset[str]) -> _Plan:
    """Built once: a few hundred expressions cost as much as typing some thousand lines."""
    which = (dataset.name, dataset.fingerprint, present)
    if which not in _plans:
        _plans[which] = _planned(dataset, present)
    return _plans[which]


def _planned(dataset: Dataset, present: frozenset[str]) -> _Plan:
    serials: list[str] = []
    typed, moments, rules, suspects = [], [], [], [pl.lit(False)]
    result = [pl.col(FILE), pl.col(LINE)]
    for name, column in dataset.columns.items():
        if name not in present:
            result.append(pl.lit(None, dtype=column.dtype).alias(name))
            if column.required:
                rules.append(Rule(name, "required", "a value", pl.col(LINE).is_not_null()))
                suspects.append(pl.lit(True))
            continue
        if column.format == "serial":
            serials.append(name)
        if column.data_type == "timestamp":
            moments.append(name)
        elif column.data_type != "varchar":
            typed.append(_typed(column).alias(_typed_name(name)))
        rules += promises(column)
        suspects += suspicions(column)
        result.append(_value(column).alias(name))
    return _Plan(
        serials,
        typed,
        moments,
        rules,
        pl.any_horizontal(suspects).fill_null(False),
        pl.any_horizontal(pl.lit(False), *(rule.broken.fill_null(False) for rule in rules)),
        result,
    )


def _serial(name: str) -> pl.Expr:
    plain = pl.col(name).str.to_uppercase().str.replace_all(r"[\s\-]", "")
    return pl.when(plain != "").then(plain).alias(name)


_SUSPECT = "suspect"


def _typed_name(name: str) -> str:
    return f"typed {name}"


def _gap(name: str) -> str:
    return f"gap {name}"


def _value(column: Column) -> pl.Expr:
    return pl.col(column.name if column.data_type == "varchar" else _typed_name(column.name))


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
            return text.replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)
        case _:
            return text.cast(column.dtype, strict=False)


def suspicions(column: Column) -> list[pl.Expr]:
    """True wherever `promises` of the column may be broken, at the least cost a line.

    An expression may be null where its promise is kept: any true one counts.
    """
    text = pl.col(column.name)
    value = _value(column)
    found: list[pl.Expr] = []
    if column.required:
        found.append(text.is_null())
    match column.data_type:
        case "varchar":
            if column.is_identifier:
                found.append(text.str.contains("+", literal=True))
        case "integer" | "bigint" | "boolean" | "timestamp":
            found.append(text.is_not_null() & value.is_null())
        case "double":
            found.append(text.is_not_null() & (value.is_null() | ~value.is_finite()))
        case "date":
            found.append(~text.str.contains(_DAY) | (text.is_not_null() & value.is_null()))
        case _:
            scale = column.dtype.scale  # type: ignore[attr-defined]
            found.append(~text.str.contains(rf"\A-?[0-9]+(?:\.[0-9]{{1,{scale}}})?\z"))
            found.append(text.is_not_null() & value.is_null())
    found += [rule.broken for rule in promises(column) if rule.name in _CHEAP]
    return found


_CHEAP = ("one of", "pattern", "at least", "at most")


def promises(column: Column) -> list[Rule]:
    """What a value of the column must keep, in the order in which it is told."""
    text = pl.col(column.name)
    value = _value(column)
    found = list(_type_promises(column, text, value))
    if column.required:
        found.insert(0, Rule(column.name, "required", "a value", text.is_null()))

    def add(rule: str, expected: str, broken: pl.Expr) -> None:
        found.append(Rule(column.name, rule, expected, broken))

    if column.one_of is not None:
        add("one of", ", ".join(column.one_of), ~text.is_in(list(column.one_of)))
    if column.pattern is not None:
        add("pattern", column.pattern, ~text.str.contains(full_match(column.pattern)))
    if column.at_least is not None:
        add("at least", f"{column.at_least:g} or more", value < _limit(column, column.at_least))
    if column.at_most is not None:
        add("at most", f"{column.at_most:g} or less", value > _limit(column, column.at_most))
    return found


def _type_promises(column: Column, text: pl.Expr, value: pl.Expr) -> Iterator[Rule]:
    """What the type of the column promises."""
    unread = text.is_not_null() & value.is_null()
    told: list[tuple[str, str, pl.Expr]] = []
    match column.data_type:
        case "varchar" if column.is_identifier:
            words = "the identifier as text; a spreadsheet turned it into a rounded number"
            told = [("intact identifier", words, text.str.contains(_DAMAGED))]
        case "varchar":
            pass
        case "integer" | "bigint":
            words = "a whole number such as 12"
            told = [
                ("whole number", words, unread & ~text.str.contains(_WHOLE)),
                ("size", "a number that fits", unread),
            ]
        case "double":
            unread |= text.is_not_null() & ~value.is_finite()
            told = [
                ("number", "a number such as 12.5", unread & ~text.str.contains(_FLOATING)),
                ("size", "a number that fits", unread),
            ]
        case "date":
            told = [("date", "a date such as 2024-12-31", ~text.str.contains(_DAY) | unread)]
        case "timestamp":
            shaped = text.str.contains(_MOMENT)
            words = "a day and a time that exist; a clock put forward skips an hour"
            told = [
                ("time", "a time such as 2024-12-31T18:05:00Z", unread & ~shaped),
                ("existing time", words, pl.col(_gap(column.name))),
            ]
        case "boolean":
            told = [("true or false", "true or false", unread)]
        case _:
            scale = column.dtype.scale  # type: ignore[attr-defined]
            whole = column.dtype.precision - scale  # type: ignore[attr-defined]
            lost = text.str.contains(rf"\.[0-9]{{{scale}}}[0-9]*[1-9]")
            told = [
                ("number", "a number such as 1250.50", ~text.str.contains(_NUMBER)),
                ("decimals", f"at most {scale} decimals; nothing is rounded", lost),
                ("size", f"at most {whole} digits before the point", unread),
            ]
    for rule, expected, broken in told:
        yield Rule(column.name, rule, expected, broken)


def _limit(column: Column, limit: float) -> pl.Expr:
    if isinstance(column.dtype, pl.Decimal):
        return pl.lit(Decimal(str(limit)))
    return pl.lit(limit)


def _diagnosed(
    broken: pl.DataFrame, rules: list[Rule], dataset: Dataset, source: pl.DataFrame
) -> pl.DataFrame:
    """The first broken promise of each line; `broken` holds text and typed columns side by side."""
    first = broken.select(
        pl.coalesce(
            pl.when(rule.broken.fill_null(False)).then(pl.lit(at)) for at, rule in enumerate(rules)
        )
    ).to_series()
    value = pl.lit(None, dtype=pl.String)
    for at, rule in enumerate(rules):
        if rule.column in broken.columns:
            shown = _shown(dataset.columns[rule.column], dataset)
            given = pl.col(rule.column).is_not_null()
            value = pl.when((pl.col("first") == at) & given).then(shown).otherwise(value)
    raw = [None] * broken.height if dataset.has_personal else raw_lines(source)

    def known(name: str, dtype: pl.DataType) -> pl.Series:
        if name in broken.columns:
            return broken.get_column(name)
        return pl.Series([None], dtype=dtype).new_from_index(0, broken.height)

    return pl.DataFrame(
        {
            FILE: broken.get_column(FILE),
            LINE: broken.get_column(LINE),
            "column_name": [rules[at].column for at in first],
            "rule": [rules[at].name for at in first],
            "value": broken.with_columns(first.alias("first")).select(value).to_series(),
            "expected": [rules[at].expected for at in first],
            "raw_line": raw,
            "store_id": known("store_id", pl.String()),
            "business_date": known(_typed_name("business_date"), pl.Date()),
        },
        schema=FAULTS,
    )


def _shown(column: Column, dataset: Dataset) -> pl.Expr:
    """The value as a message may show it."""
    if column.personal:
        return pl.lit(MASK)
    text = pl.col(column.name).str.slice(0, _VALUE_CHARACTERS)
    if not dataset.has_personal or column.data_type == "varchar":
        return text
    # Words where a number or a day belongs: a comma in a name moved the columns.
    return pl.when(text.str.contains(_WORDS)).then(pl.lit(MASK)).otherwise(text)


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
    text: pl.DataFrame, name: str, zones: Zones
) -> tuple[pl.Series, pl.Series, dict[int, str]]:
    """A timestamp column in UTC, where it names a time that never was, and the files whose local
    times nobody can place."""
    source = text.get_column(name)
    found = source.str.to_datetime(_PLAIN_UTC, strict=False, time_unit="us")
    rest = source.is_not_null() & found.is_null()
    if not rest.any():
        return found, pl.Series([False]).new_from_index(0, text.height), {}
    moments, unplaced = _placed(text.filter(rest), name, zones)
    found = found.scatter(rest.arg_true(), moments)
    gap = rest & found.is_null() & source.str.contains(_MOMENT).fill_null(False)
    return found, gap, unplaced


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
    # A stores list may name a zone that is none: as good as unknown.
    known = {store_id: zone for store_id, zone in zones.of_store.items() if is_zone(zone)}
    zone = store.replace_strict(known, default=zones.default, return_dtype=pl.String)
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
    # XML and JSON may hold many rows on one line: which came first is kept, not sorted anew.
    suspects = rows.filter(pl.struct(key).is_duplicated()).sort(FILE, LINE, maintain_order=True)
    content = [name for name in suspects.columns if name in dataset.columns]
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
    ).cast(pl.Schema(FAULTS))

"""Another system's words into ours: headers into columns, codes into values, numbers and dates
into the way the contract writes them. Text in, text out; the contract types it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.ingest.contracts import Dataset
from pipelines.ingest.mappings import (
    _FILE_PREFIX,
    _PLACEHOLDER,
    LINE,
    ColumnRule,
    Condition,
    Mapping,
    Named,
    Numbers,
)
from pipelines.ingest.values import FAULTS, FILE, MASK, no_faults, raw_lines

_COMMA_EXPECTED = " (the decimal sign should be a comma)"
_EXACT = pl.Decimal(38, 9)


@dataclass
class Translated:
    """`frame`: FILE, LINE and columns of the dataset, as text, filtered lines left out.

    `whole` is the same before the filters. `skipped`: (FILE, reason, lines).
    """

    frame: pl.DataFrame
    whole: pl.DataFrame
    skipped: list[tuple[int, str, int]] = field(default_factory=list)
    faults: pl.DataFrame = field(default_factory=no_faults)
    exported_at: dict[int, datetime] = field(default_factory=dict)


def translate(
    text: pl.DataFrame, mapping: Mapping, dataset: Dataset, named: list[Named]
) -> Translated:
    """The lines of one mapping's files, `named` by FILE, as lines of the dataset."""
    if mapping.is_native:
        return Translated(text, text)
    headers = set(text.columns)
    groups = sorted({group for rule in mapping.rules.values() for group in rule.groups})
    told = text.with_columns(
        pl.lit(pl.Series([one.groups.get(group) for one in named], dtype=pl.String))
        .gather(pl.col(FILE))
        .alias(_group(group))
        for group in groups
    )
    rules = {
        name: rule
        for name, rule in mapping.rules.items()
        if not (rule.optional and rule.headers - headers)
    }
    whole = told.select(
        FILE,
        LINE,
        *(value(rule, name, mapping, dataset).alias(name) for name, rule in rules.items()),
    )
    result = Translated(whole, whole, exported_at=_exported_at(told, mapping))
    gone = pl.repeat(False, told.height, eager=True)
    for one in mapping.filters:
        here = told.select(
            all_hold(one.where, mapping) if one.where else ~all_hold(one.unless, mapping)
        ).to_series()
        if len(here) != told.height:
            here = here.extend_constant(here[0], told.height - len(here))
        here &= ~gone
        if here.any():
            for file, lines in told.filter(here).group_by(FILE).len().iter_rows():
                result.skipped.append((file, one.reason, lines))
            gone |= here
    result.frame = whole.filter(~gone)
    _set_unknown_codes_aside(result, told.filter(~gone), rules, dataset)
    return result


def value(rule: ColumnRule, name: str, mapping: Mapping, dataset: Dataset) -> pl.Expr:
    """The text of a column of the dataset, by its rule."""
    numbers = rule.numbers or mapping.numbers
    found = _source(rule, numbers, mapping)
    for pattern, text in rule.replace.items():
        found = found.str.replace_all(pattern, text)
    if rule.replace:
        found = _filled(found.str.strip_chars())
    if rule.codes is not None:
        found = found.replace_strict(
            rule.codes,
            default=pl.when(found.is_not_null()).then(pl.lit(rule.default, dtype=pl.String)),
            return_dtype=pl.String,
        )
    column = dataset.columns[name]
    if rule.source == LINE or rule.constant is not None or rule.file or rule.codes is not None:
        return found
    if column.data_type.startswith("decimal") or column.data_type in ("integer", "double"):
        if rule.product is None:
            found = plain_number(found, numbers)
        if rule.negate:
            found = _negated(found)
    elif column.data_type in ("date", "timestamp"):
        found = iso(found, rule.dates or mapping.dates, column.data_type)
    return found


def _source(rule: ColumnRule, numbers: Numbers, mapping: Mapping) -> pl.Expr:
    if rule.source is not None:
        return pl.col(rule.source).cast(pl.String)
    if rule.constant is not None:
        return pl.lit(rule.constant)
    if rule.file is not None:
        return pl.col(_group(rule.file))
    if rule.template is not None:
        return _template(rule.template)
    if rule.product is not None:
        texts = [plain_number(pl.col(header), numbers) for header in rule.product]
        left, right = (text.cast(_EXACT, strict=False) for text in texts)
        # A factor that is no number stands for the product: the line is set aside showing it.
        wrong = (
            pl.when(number.is_null()).then(text)
            for text, number in zip(texts, (left, right), strict=True)
        )
        return pl.coalesce(_shortest((left * right).cast(pl.String)), *wrong)
    assert rule.cases is not None
    found = pl.lit(rule.otherwise, dtype=pl.String)
    for case in reversed(rule.cases):
        found = pl.when(all_hold(case.when, mapping)).then(pl.lit(case.then)).otherwise(found)
    return found


def _group(name: str) -> str:
    return f"{_FILE_PREFIX}{name}"


def _template(template: str) -> pl.Expr:
    parts: list[pl.Expr] = []
    at = 0
    for found in _PLACEHOLDER.finditer(template):
        parts.append(pl.lit(template[at : found.start()]))
        parts.append(pl.col(found[1]).cast(pl.String))
        at = found.end()
    parts.append(pl.lit(template[at:]))
    return pl.concat_str(parts)


def all_hold(conditions: tuple[Condition, ...], mapping: Mapping) -> pl.Expr:
    """Whether all conditions hold; an empty value only meets is_empty."""
    return pl.all_horizontal(_holds(one, mapping).fill_null(False) for one in conditions)


def _holds(condition: Condition, mapping: Mapping) -> pl.Expr:
    text = pl.col(condition.column).cast(pl.String)
    if condition.matches is not None:
        return text.str.contains(condition.matches)
    if condition.equals is not None:
        return text == condition.equals
    if condition.is_one_of is not None:
        return text.is_in(list(condition.is_one_of))
    if condition.is_empty is not None:
        return text.is_null() if condition.is_empty else text.is_not_null()
    number = plain_number(text, mapping.numbers).cast(_EXACT, strict=False)
    if condition.below is not None:
        return number < pl.lit(Decimal(str(condition.below)))
    return number > pl.lit(Decimal(str(condition.above)))


def plain_number(text: pl.Expr, numbers: Numbers) -> pl.Expr:
    """`1.250,50` as `1250.50`; a thousands sign only counts where one belongs."""
    found = text
    if numbers.thousands is not None:
        sign = {".": r"\.", " ": r"[\s\u00a0\u202f]"}.get(numbers.thousands, numbers.thousands)
        grouped = rf"\A[+-]?\d{{1,3}}(?:{sign}\d{{3}})+(?:[.,]\d*)?\z"
        found = (
            pl.when(found.str.contains(grouped))
            .then(found.str.replace_all(sign, ""))
            .otherwise(found)
        )
    if numbers.decimal == ",":
        # A point is no decimal sign here: 1.5 must not become one and a half.
        found = (
            pl.when(found.str.contains(".", literal=True))
            .then(found + _COMMA_EXPECTED)
            .otherwise(found.str.replace(",", ".", literal=True))
        )
    # SAP and friends write the minus behind.
    return (
        pl.when(found.str.contains(r"\A\d[\d.]*-\z"))
        .then(pl.lit("-") + found.str.strip_suffix("-"))
        .otherwise(found)
    )


def iso(text: pl.Expr, forms: tuple[str, ...], data_type: str) -> pl.Expr:
    """Dates and times as the contract writes them; what fits no form stays, to be set aside."""
    if not forms:
        return text
    if data_type == "date":
        tried = [text.str.to_date(form, strict=False).dt.strftime("%Y-%m-%d") for form in forms]
    else:
        tried = [
            text.str.to_datetime(form, strict=False, time_unit="us").dt.strftime(
                "%Y-%m-%dT%H:%M:%S%.6f"
            )
            for form in forms
        ]
    return pl.coalesce(*tried, text)


def _negated(text: pl.Expr) -> pl.Expr:
    return (
        pl.when(text.str.starts_with("-"))
        .then(text.str.strip_prefix("-"))
        .when(text.is_not_null())
        .then(pl.lit("-") + text.str.strip_prefix("+"))
    )


def _shortest(text: pl.Expr) -> pl.Expr:
    return text.str.replace(r"(\.\d*?)0+\z", "${1}").str.strip_suffix(".")


def _filled(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _exported_at(text: pl.DataFrame, mapping: Mapping) -> dict[int, datetime]:
    told = mapping.exported_at
    if told is None or told.column is None:
        return {}
    newest = text.group_by(FILE).agg(
        pl.col(told.column).str.to_datetime(told.format, strict=False, time_unit="us").max()
    )
    zone = ZoneInfo(mapping.time_zone or "UTC")
    return {
        file: moment.replace(tzinfo=zone).astimezone(UTC)
        for file, moment in newest.iter_rows()
        if moment is not None
    }


def _set_unknown_codes_aside(
    result: Translated, source: pl.DataFrame, rules: dict[str, ColumnRule], dataset: Dataset
) -> None:
    """Lines with a code that the mapping does not list, and no default for."""
    for name, rule in rules.items():
        if rule.codes is None or rule.default is not None or rule.source is None:
            continue
        given = source.get_column(rule.source)
        unknown = given.is_not_null() & result.frame.get_column(name).is_null()
        if not unknown.any():
            continue
        here = source.filter(unknown)
        column = dataset.columns[name]
        shown = [MASK] * here.height if column.personal else given.filter(unknown).to_list()
        codes = ", ".join(list(rule.codes)[:12])
        raw = [None] * here.height if dataset.has_personal else raw_lines(here)
        faults = pl.DataFrame(
            {
                FILE: here.get_column(FILE),
                LINE: here.get_column(LINE),
                "column_name": [name] * here.height,
                "rule": ["known code"] * here.height,
                "value": shown,
                "expected": [f"one of the codes its mapping lists: {codes}"] * here.height,
                "raw_line": raw,
                "store_id": [None] * here.height,
                "business_date": [None] * here.height,
            },
            schema=FAULTS,
        )
        result.faults = pl.concat([result.faults, faults])
        result.frame = result.frame.filter(~unknown)
        source = source.filter(~unknown)

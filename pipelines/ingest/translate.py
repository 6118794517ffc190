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
from pipelines.ingest.mapping.conditions import Condition
from pipelines.ingest.mapping.file_names import Named
from pipelines.ingest.mapping.layout import Numbers
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.mapping.rules import FILE_PREFIX, PLACEHOLDER, ColumnRule
from pipelines.ingest.numbers import plain_expression as plain_number
from pipelines.ingest.values import FAULTS, FILE, MASK, no_faults, raw_lines

# What systems write for a day that never was, once it is read as one.
_NO_DAY = "1900-01-01"
FIRST_YEAR = 1800
_NO_DATE = r"\A[0\s./:-]+\z"
_BOOLEANS = {
    "x": "true", "y": "true", "yes": "true", "1": "true", "true": "true",
    "-": "false", "n": "false", "no": "false", "0": "false", "false": "false",
}  # fmt: skip
# What a spreadsheet leaves of a long number, here as a part of a key.
_DAMAGED = r"\A\d(?:[.,]\d+)?[eE]\+\d{1,3}\z"
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
    text = text.with_columns(
        pl.lit(None, dtype=pl.String).alias(header)
        for header in mapping.may_lack
        if header not in text.columns
    )
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
    numbers = rule.numbers or mapping.number_style
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
        if rule.product is None and rule.sum is None:
            found = plain_number(found, numbers)
        if rule.absolute:
            found = found.str.strip_prefix("-")
        if rule.negate:
            found = _negated(found)
        if rule.negate_when:
            turned = all_hold(rule.negate_when, mapping)
            found = pl.when(turned).then(_negated(found)).otherwise(found)
    elif column.data_type in ("date", "timestamp"):
        found = iso(found, rule.dates or mapping.dates, column.data_type)
    elif column.data_type == "boolean":
        found = found.str.to_lowercase().replace(_BOOLEANS)
    return found


def _source(rule: ColumnRule, numbers: Numbers, mapping: Mapping) -> pl.Expr:
    if rule.source is not None:
        return pl.col(rule.source).cast(pl.String)
    if rule.constant is not None or rule.file is not None:
        return pl.lit(rule.constant) if rule.file is None else pl.col(_group(rule.file))
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
    if rule.sum is not None:
        return _sum(rule, numbers)
    assert rule.cases is not None
    found = pl.lit(rule.otherwise, dtype=pl.String)
    for case in reversed(rule.cases):
        then = pl.lit(case.then) if case.take is None else pl.col(case.take).cast(pl.String)
        found = pl.when(all_hold(case.when, mapping)).then(then).otherwise(found)
    return found


def _sum(rule: ColumnRule, numbers: Numbers) -> pl.Expr:
    """Headers added up; nothing where all are empty."""
    wrong: list[pl.Expr] = []
    given: list[pl.Expr] = []
    total = pl.lit(0, dtype=_EXACT)
    for headers, is_less in rule.summands:
        value = pl.lit(1, dtype=_EXACT)
        for header in headers:
            text = plain_number(pl.col(header), numbers)
            number = text.cast(_EXACT, strict=False)
            # What is no number stands for the sum: the line is set aside showing it.
            wrong.append(pl.when(number.is_null()).then(text))
            given.append(text.is_not_null())
            value = value * number
        value = value.cast(_EXACT).fill_null(0)
        total = total - value if is_less else total + value
    shown = _shortest(total.cast(_EXACT).cast(pl.String))
    return pl.coalesce(*wrong, pl.when(pl.any_horizontal(given)).then(shown))


def _group(name: str) -> str:
    return f"{FILE_PREFIX}{name}"


def _template(template: str) -> pl.Expr:
    parts: list[pl.Expr] = []
    damaged: list[pl.Expr] = []
    at = 0
    for found in PLACEHOLDER.finditer(template):
        parts.append(pl.lit(template[at : found.start()]))
        part = pl.col(found[1].removesuffix("?")).cast(pl.String)
        damaged.append(pl.when(part.str.contains(_DAMAGED)).then(part))
        parts.append(part.fill_null("") if found[1].endswith("?") else part)
        at = found.end()
    parts.append(pl.lit(template[at:]))
    # A damaged number stands for the whole: as part of a key nobody would see it.
    return pl.coalesce(*damaged, _filled(pl.concat_str(parts).str.strip_chars()))


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
    if condition.is_none_of is not None:
        return ~text.is_in(list(condition.is_none_of))
    if condition.is_empty is not None:
        return text.is_null() if condition.is_empty else text.is_not_null()
    number = plain_number(text, mapping.number_style).cast(_EXACT, strict=False)
    limit = pl.lit(Decimal(str(condition.above if condition.below is None else condition.below)))
    return number > limit if condition.below is None else number < limit


def iso(text: pl.Expr, forms: tuple[str, ...], data_type: str) -> pl.Expr:
    """Dates and times as the contract writes them; what fits no form stays, to be set aside.

    A null date (1900-01-01, 00.00.0000) is nothing.
    """
    if not forms:
        return pl.when(~text.str.starts_with(_NO_DAY)).then(text)
    tried = [_iso(text, form, data_type) for form in forms]
    if data_type == "timestamp" and not all(has_time(form) for form in forms):
        # Days alone will do here, and those of a contested form are written as ours already.
        tried.append(_iso(text, "%Y-%m-%d", data_type))
    read = pl.coalesce(*tried, text)
    is_none = read.str.starts_with(_NO_DAY) | text.str.contains(_NO_DATE)
    return pl.when(~is_none).then(read)


def has_time(form: str) -> bool:
    """Whether a form of dates holds a time of day."""
    return "%H" in form or "%I" in form


def _iso(text: pl.Expr, form: str, data_type: str) -> pl.Expr:
    if data_type == "date":
        found = text.str.to_date(form, strict=False)
        written = found.dt.strftime("%Y-%m-%d")
    else:
        found = text.str.to_datetime(form, strict=False, time_unit="us")
        # An offset was told: the moment is in UTC already, and says so.
        zone = "Z" if "%z" in form else ""
        written = found.dt.strftime(f"%Y-%m-%dT%H:%M:%S%.6f{zone}")
    # %Y takes "24" for the year 24, and 1012024 for the tenth of December of that year.
    return pl.when(found.dt.year() >= FIRST_YEAR).then(written)


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
        column = dataset.columns[name]
        read = result.frame.get_column(name)
        if rule.codes is not None and rule.default is None and rule.source is not None:
            given = source.get_column(rule.source)
            unknown = given.is_not_null() & read.is_null()
            what = "known code"
            expected = "one of the codes its mapping lists: " + ", ".join(list(rule.codes)[:12])
        elif rule.cases and rule.otherwise is None and column.required and read.null_count():
            # The columns its cases look at say why none of them fits.
            told = sorted({test.column for case in rule.cases for test in case.when})
            given = source.select(
                pl.concat_str(
                    (pl.lit(f"{header}=") + pl.col(header) for header in told),
                    separator=", ",
                    ignore_nulls=True,
                )
            ).to_series()
            unknown = read.is_null() & (given != "")
            what, expected = "required", "a value that a case of its mapping knows"
        else:
            continue
        if not unknown.any():
            continue
        here = source.filter(unknown)
        hidden = column.personal or (what == "required" and dataset.has_personal)
        shown = [MASK] * here.height if hidden else given.filter(unknown).to_list()
        raw = [None] * here.height if dataset.has_personal else raw_lines(here)
        gone = result.frame.filter(unknown)
        faults = pl.DataFrame(
            {
                FILE: here.get_column(FILE),
                LINE: here.get_column(LINE),
                "column_name": [name] * here.height,
                "rule": [what] * here.height,
                "value": shown,
                "expected": [expected] * here.height,
                "raw_line": raw,
                # The day that lacks the line has to say so.
                "store_id": _told_in(gone, "store_id"),
                "business_date": _told_in(gone, "business_date").str.to_date(
                    "%Y-%m-%d", strict=False
                ),
            },
            schema=FAULTS,
        )
        result.faults = pl.concat([result.faults, faults])
        result.frame = result.frame.filter(~unknown)
        source = source.filter(~unknown)


def _told_in(frame: pl.DataFrame, name: str) -> pl.Series:
    """The texts of a column, nothing where the dataset or the mapping has none."""
    if name in frame.columns:
        return frame.get_column(name)
    return pl.Series(name, [None] * frame.height, dtype=pl.String)

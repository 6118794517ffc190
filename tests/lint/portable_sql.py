"""SQL that means another thing, or nothing, on another engine; with what to write instead.

Models, seeds' checks and strategies run on DuckDB and on Apache Spark as they stand. What differs
lives in `dbt_project/macros/engine/`, dispatched; nothing else may name an engine. Each rule here
was learnt from a difference seen, or from the engines' own documentation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """What is not written outside macros/engine, why, and an example that must be caught."""

    pattern: str
    instead: str
    example: str
    # Whether text inside {{ }} and {% %} is looked at too.
    in_jinja: bool = True


@dataclass(frozen=True)
class Finding:
    """A line that breaks a rule."""

    line_no: int
    line: str
    rule: Rule


RULES = (
    Rule(
        r"\b(duckdb|spark|databricks|snowflake)\b|\b(target|adapter)\.(type|name)\b",
        "name no engine: dispatch a macro in macros/engine",
        "{% if target.type == 'spark' %}",
    ),
    Rule(r'"', "quote no identifier, and texts in single quotes", 'select 1 as "day"', False),
    Rule(r"`", "quote no identifier", "select `day` from days", False),
    Rule(r"\\", "no backslash in a text: one engine reads it as an escape", r"'a\d'", False),
    Rule(r"\bvarchar\b|\btext\b(?=\s*\))|::\s*text\b", "cast as string", "cast(day as varchar)"),
    Rule(
        r"\b(date_?add|date_?sub|date_?diff|timestamp_?diff|dbt\.\w*date\w*|dbt\.last_day)\s*\(",
        "add_days, add_months, add_hours, days_between, minutes_between, last_of_month",
        "{{ dbt.dateadd('day', 1, 'business_date') }}",
    ),
    Rule(
        r"\binterval\b",
        "add_days, add_hours: a date and an interval make a date here, a timestamp there",
        "business_date + interval 1 day",
    ),
    Rule(
        r"_(date|on)\s+[-+]\s",
        "add_days, days_between: a difference of dates is a number here, an interval there",
        "business_date - last_seen_on",
    ),
    Rule(
        r"\b(dayofweek|isodow|weekday|dayname|weekofyear|yearweek)\b"
        r"|\b(week|date_?part)\s*\(|\bextract\s*\(\s*(dow|isodow|week|epoch)\b",
        "days_since_sunday, iso_weekday: weeks start on different days",
        "dayofweek(business_date)",
    ),
    Rule(
        r"\b(strftime|(try_)?strptime|date_format|to_(char|date|timestamp)|epoch\w*|unix_\w+)\s*\(",
        "formats of dates differ: cast to string, or add a macro",
        "strftime(sold_at, '%H')",
    ),
    Rule(
        r"\b(generate_series|range|unnest|explode|sequence)\s*\(",
        "each_day, or a macro: engines make rows in their own ways",
        "select unnest(list)",
    ),
    Rule(
        r"\b(string_agg|listagg|group_concat|array_agg|collect_(list|set)|list)\s*\(",
        "text_list: order, nulls and empty lists differ",
        "string_agg(dataset, ', ')",
    ),
    Rule(
        r"\bat\s+time\s+zone\b|\btimezone\s*\(|_utc_timestamp\s*\(",
        "local_to_utc, utc_to_local",
        "sold_at at time zone 'UTC'",
    ),
    Rule(
        r"\b(current_(date|timestamp|time)|localtime(stamp)?)\b|\b(now|today|getdate|uuid|random|rand)\s*\(",
        "stg_clock: a figure depends on the run's clock, never on the machine's",
        "where business_date < current_date",
    ),
    Rule(r"\bconcat(_ws)?\s*\(", "||: concat drops nulls on one engine", "concat(a, b)"),
    Rule(
        r"\bregexp_\w+\s*\(|\brlike\b|\bsimilar\s+to\b",
        "patterns differ: like, or a macro",
        "regexp_replace(item_id, '-', '')",
    ),
    Rule(r"\s!?~~?\*?\s", "patterns differ: like, or a macro", "item_id ~ 'R.*'", False),
    Rule(r"\b(hash|md5_number|xxhash64)\s*\(", "engines hash differently", "hash(transaction_id)"),
    Rule(
        r"\*\s*(exclude|except|replace)\b|\bcolumns\s*\(",
        "name the columns",
        "select * exclude (store_id)",
    ),
    Rule(r"\bunion\s+(all\s+)?by\s+name\b", "name the columns", "union all by name"),
    Rule(
        r"\bdistinct\s+on\b|\blimit\s+\d|\busing\s+sample\b|\btablesample\b",
        "qualify row_number() over a whole order: which rows come first is chance",
        "select * from days limit 1",
    ),
    Rule(r"\b(asof|positional)\s+join\b", "a window, or a join by range", "asof join days"),
    Rule(r"\bwith\s+recursive\b", "a window: recursion is slow on Spark", "with recursive days"),
    Rule(
        r"\b(median|mode|quantile\w*|percentile\w*|approx_\w+)\s*\(",
        "a macro with its casts: percentiles of decimals differ",
        "median(net_amount)",
    ),
    Rule(
        r"\b(first|last|any_value|arg_max|arg_min|arbitrary)\s*\(",
        "min, max, min_by, max_by: which row is first is chance",
        "any_value(currency)",
    ),
    Rule(
        r"\b(struct_pack|named_struct|list_value|map_from\w*|json_\w+|get_json_object)\s*\(|->",
        "plain columns, or a macro",
        "struct_pack(a := 1)",
    ),
    Rule(
        r"\b(avg|mean|stddev\w*|var_\w+|variance)\s*\(",
        "sum and count, and the macro share: an average of decimals is a double here, a decimal "
        "there",
        "avg(net_amount)",
    ),
    Rule(
        r"\blog\s*\(|(?<!\*)\*\*(?!\*)|\^",
        "ln or log10, power: log is of ten here and natural there, ^ a power here and bits there",
        "log(units)",
    ),
    Rule(
        r"\bsubstr(ing)?\s*\([^()]*,\s*0\s*[,)]",
        "count from 1: from 0 takes one letter fewer here",
        "substring(postal_code, 0, 3)",
    ),
    Rule(r"\b(printf|format|format_\w+)\s*\(", "||: patterns differ", "printf('%d', units)"),
    Rule(
        r"\[|\{",
        "plain columns, or a macro: lists are counted from 1 here and from 0 there",
        "select parts[1]",
        False,
    ),
    Rule(
        r"\bcast\s*\((?!\s*(floor|ceil|round)\b)[^()]*(/|\d\.\d)[^()]*"
        r"\bas\s+(tiny|small|big)?int(eger)?\s*\)",
        "floor, ceil or round first: such a cast rounds here and cuts there",
        "cast(units * 0.5 as integer)",
    ),
    Rule(
        r"^(?!.*\b(floor|ceil)\().*(?<![/*])\s/(\s(?![/*])|$)|//",
        "a quotient is a double here and a decimal there: floor or ceil it in whole numbers, "
        "or multiply",
        "round(target_value * day_no / days, 2)",
        False,
    ),
    Rule(
        r"^\s*(delete\s+from|insert\s+(into|overwrite)|merge\s+into|update)\b",
        "replace_rows: one engine has no delete",
        "delete from kept",
    ),
)


def findings(sql: str) -> list[Finding]:
    """The lines of a model or macro that break a rule; comments are not looked at."""
    whole = _without(r"\{#.*?#\}", _without(r"--[^\n]*", sql))
    plain = _without(r"\{\{.*?\}\}|\{%.*?%\}", whole)
    told = []
    for rule in RULES:
        lines = (whole if rule.in_jinja else plain).splitlines()
        told += [
            Finding(number, line.strip(), rule)
            for number, line in enumerate(lines, 1)
            if re.search(rule.pattern, line, re.IGNORECASE)
        ]
    return sorted(told, key=lambda one: one.line_no)


def _without(pattern: str, sql: str) -> str:
    """Blank it out, keeping the lines where they are."""
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found.group()), sql, flags=re.DOTALL)

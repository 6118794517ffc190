"""From any published figure to what it means, the rows it is made of, and their file and line.

    definition ← quality.dictionary, kpi.kpi_definitions
    figure     ← the mart rows its keys select
    rows       ← the facts that quality.lineage names, joined back by the columns it names
    file, line ← _file_id, _line_no of each row, named by quality.files
    checks     ← quality.check_results of the run, finance.completeness_checks of the store-days

Pages and `loupe explain` both use this module. No Streamlit here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from dashboards import words
from dashboards.questions import kpis
from dashboards.warehouse import Row, Run

LIMIT = 500
_TABLE = re.compile(r"[a-z_]+\.[a-z_][a-z0-9_]*")
_COLUMN = re.compile(r"[a-z_][a-z0-9_]*")
# Numbers that name or price a thing: adding them up means nothing.
_NOT_ADDED = re.compile(r"(^|_)(unit|number|no|rate|price|share|pct|id|hour|month)(_|$)")


class ExplainError(Exception):
    """The figure asked for does not exist; the message says what does."""


@dataclass(frozen=True)
class Definition:
    """What a table, column or KPI means; `formula`, `owner`, `caveats` are a KPI's."""

    name: str
    text: str
    formula: str = ""
    owner: str = ""
    caveats: str = ""


@dataclass(frozen=True)
class Part:
    """The fact rows one measure is made of.

    `rows` holds at most the limit, each beginning with file_name, line, received_at; `count` and
    `totals` (by column) cover all of them. `adds_up` names, for each measure, the column whose
    total these rows give to it.
    """

    fact_table: str
    row_filter: str
    joined_on: tuple[str, ...]
    measures: tuple[str, ...]
    columns: list[str]
    rows: list[Row]
    count: int
    totals: dict[str, Any]
    adds_up: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sum:
    """A measure held against the rows that make it, of all parts together."""

    measure: str
    figure: Any
    total: Any
    parts: int

    @property
    def holds(self) -> bool:
        """Exactly: figures are decimals, and no rows are worth nothing."""
        return (self.total or 0) == (self.figure or 0)


@dataclass(frozen=True)
class Check:
    """One check that concerns the figure."""

    subject: str
    rule: str
    severity: str
    passed: bool
    observed: str
    expected: str
    rows_failed: int | None = None


@dataclass(frozen=True)
class Explanation:
    """Everything known about one figure.

    `value` is None when no measure was named; `made_of` holds the sums a KPI is computed from.
    """

    run_id: str
    table: str
    measure: str | None
    keys: dict[str, Any]
    title: str
    value: Any
    made_of: dict[str, Any]
    format: str
    currency: str | None
    definitions: list[Definition]
    rows: list[Row]
    row_count: int
    parts: list[Part] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    files: list[Row] = field(default_factory=list)
    set_aside: list[Row] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    @property
    def said(self) -> str:
        """The figure as pages say it."""
        return words.figure(self.value, self.format, self.currency)

    @property
    def columns(self) -> list[str]:
        return list(self.rows[0]) if self.rows else []


def keys_from_text(texts: Sequence[str]) -> dict[str, str]:
    """`["store_id=US01", "business_date=2026-11-20"]` → keys. Raises ExplainError.

    A value may be a range (`2026-11-01..2026-11-30`) or several values (`US01,US02`).
    """
    keys = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ExplainError(f"“{text}” is not a key; write column=value.")
        keys[name.strip()] = value.strip()
    return keys


def explain(
    run: Run, table: str, keys: Mapping[str, Any], measure: str | None = None, limit: int = LIMIT
) -> Explanation:
    """Explain the figure that `keys` select in `table` (`schema.name`).

    `measure` is a column of the table, or a KPI of `kpi.kpi_definitions`. Values of `keys` may be
    typed or text, one or a list; text may be a range. Raises ExplainError.
    """
    columns = _columns(run, table)
    where, params = _conditions(run, columns, keys)
    kpi = _kpi(run, table, measure, columns)
    if measure and kpi is None and measure not in columns:
        raise ExplainError(
            f"{table} has no figure “{measure}”. It has: {', '.join(_plain(columns))}."
        )
    count = run.ask(f"select count(*) as n from {table} m where {where}", params)[0]["n"]
    rows = run.ask(f"select * from {table} m where {where} order by all limit {limit}", params)
    measures = tuple(kpi.parts) if kpi else (measure,) if measure else ()
    value = _value(run, table, kpi, measure, columns, where, params)
    parts, sums = _parts(run, table, columns, where, params, measures, limit)
    seen = _file_ids(rows, parts)
    return Explanation(
        run_id=run.run_id,
        table=table,
        measure=measure,
        keys=dict(keys),
        title=_title(run, table, keys, kpi.name if kpi else measure),
        value=value,
        made_of=_made_of(run, table, kpi, where, params),
        format=kpi.format if kpi else "money" if isinstance(value, Decimal) else "number",
        currency=_currency(rows),
        definitions=_definitions(run, table, measure, kpi),
        rows=rows,
        row_count=count,
        parts=parts,
        sums=sums,
        files=_files(run, seen),
        set_aside=_set_aside(run, seen, limit),
        checks=_checks(run, table, parts, columns, where, params),
    )


def _columns(run: Run, table: str) -> dict[str, str]:
    columns = run.columns(table) if _TABLE.fullmatch(table) else {}
    if not columns:
        known = run.ask(
            "select table_schema || '.' || table_name as name from information_schema.tables"
            " order by name"
        )
        names = ", ".join(row["name"] for row in known)
        raise ExplainError(f"There is no published table “{table}”. There are: {names}.")
    return columns


def _plain(columns: Mapping[str, str]) -> list[str]:
    return [name for name in columns if not name.startswith("_")]


def _conditions(
    run: Run, columns: Mapping[str, str], keys: Mapping[str, Any]
) -> tuple[str, list[Any]]:
    """Keys as SQL on the alias m, every value a parameter cast to its column's type."""
    pieces, params = [], []
    tests: list[tuple[str, str, Any]] = []
    for name, value in keys.items():
        if name not in columns:
            raise ExplainError(
                f"There is no column “{name}”; there are {', '.join(_plain(columns))}."
            )
        kind = columns[name]
        if value is None:
            pieces.append(f"m.{name} is null")
            continue
        if isinstance(value, str) and ".." in value:
            values = [end.strip() for end in value.split("..", 1)]
            pieces.append(f"m.{name} between cast(? as {kind}) and cast(? as {kind})")
        else:
            values = value.split(",") if isinstance(value, str) else _several(value)
            marks = ", ".join(f"cast(? as {kind})" for _ in values)
            pieces.append(f"m.{name} in ({marks})")
        params += values
        tests += [(name, kind, one) for one in values]
    if tests:
        casts = ", ".join(
            f"try_cast(? as {kind}) is null as t{n}" for n, (_, kind, _) in enumerate(tests)
        )
        bad = run.ask(f"select {casts}", [one for *_, one in tests])[0]
        for place, (name, kind, one) in enumerate(tests):
            if bad[f"t{place}"]:
                raise ExplainError(f"{name}: “{one}” is not a {kind.lower()}.")
    return " and ".join(pieces) or "true", params


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set) else [value]


def _kpi(run: Run, table: str, measure: str | None, columns: Mapping[str, str]) -> kpis.Kpi | None:
    if not measure or not table.startswith("kpi."):
        return None
    found = [k for k in kpis.definitions(run) if k.kpi_id == measure and k.made_of(columns)]
    return found[0] if found else None


def _value(
    run: Run,
    table: str,
    kpi: kpis.Kpi | None,
    measure: str | None,
    columns: Mapping[str, str],
    where: str,
    params: list[Any],
) -> Any:
    if kpi is None and (measure is None or not _is_number(columns[measure])):
        return None
    if kpi is None:
        return _sum(run, table, str(measure), where, params)
    return run.ask(f"select {kpi.sql} as value from {table} m where {where}", params)[0]["value"]


def _sum(run: Run, table: str, measure: str, where: str, params: list[Any]) -> Any:
    return run.ask(f"select sum({measure}) as value from {table} m where {where}", params)[0][
        "value"
    ]


def _made_of(
    run: Run, table: str, kpi: kpis.Kpi | None, where: str, params: list[Any]
) -> dict[str, Any]:
    """The sums above and below a KPI's line; nothing for a plain sum."""
    if kpi is None or not kpi.denominator:
        return {}
    return run.ask(
        f"select sum({kpi.numerator}) as above, sum({kpi.denominator}) as below"
        f" from {table} m where {where}",
        params,
    )[0]


def _is_number(kind: str) -> bool:
    return kind.startswith(("DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "BIGINT", "INTEGER"))


def _parts(
    run: Run,
    table: str,
    columns: Mapping[str, str],
    where: str,
    params: list[Any],
    measures: tuple[str, ...],
    limit: int,
) -> tuple[list[Part], list[Sum]]:
    """The rows behind the measures, and each measure held against them."""
    known = run.has("quality.lineage")
    told = run.ask("select * from quality.lineage where table_name = ?", [table]) if known else []
    if not told and "_file_id" in columns:  # a fact: its rows are what its figures are made of
        return [_part(run, table, "", (), measures, {}, where, params, limit, alias="m")], []
    if not told:
        return [], []
    said = [line for line in told if _applies(run, table, line, where, params)]
    lines = [line for line in said if line["measure"] in measures]
    lines = lines or [line for line in said if not line["measure"]] or _widest(said)
    grouped: dict[tuple[str, ...], list[Row]] = {}
    for line in lines:
        # Two lines of one measure (what was sold, less what was paid) are two parts.
        names = ("fact_table", "join_columns", "row_filter", "applies_when")
        grouped.setdefault(tuple(line.get(name) or "" for name in names), []).append(line)
    parts: list[Part] = []
    figures: dict[str, Any] = {}
    for (fact, joined, row_filter, applies), of in grouped.items():
        on = tuple(name.strip() for name in joined.split(",") if name.strip())
        pairs = [(mine, its or mine) for mine, _, its in (name.partition("=") for name in on)]
        facts = run.columns(fact)
        if not facts or not all(mine in columns and its in facts for mine, its in pairs):
            continue
        mart = f"{where} and ({applies})" if applies else where
        same = " and ".join(f"m.{mine} is not distinct from f.{its}" for mine, its in pairs)
        condition = f"exists (select 1 from {table} m where {mart} and {same or 'true'})"
        if row_filter:
            condition += f" and ({row_filter})"
        named = tuple(line["measure"] for line in of if line["measure"])
        # A measure's rows are held against that measure's own sum, even below a ratio.
        worth = {
            line["measure"]: line["row_value"]
            for line in of
            if line["measure"] in measures and line.get("row_value")
        }
        for measure in worth:
            figures.setdefault(measure, _sum(run, table, measure, mart, params))
        parts.append(_part(run, fact, row_filter, on, named, worth, condition, params, limit))
    return parts, [_held(measure, figure, parts) for measure, figure in figures.items()]


def _applies(run: Run, table: str, line: Row, where: str, params: list[Any]) -> bool:
    """Whether a line of the lineage speaks of any of these rows; a run before this said nothing."""
    condition = line.get("applies_when")
    if not condition:
        return True
    asked = f"select count(*) as n from {table} m where {where} and ({condition})"
    return run.ask(asked, params)[0]["n"] > 0


def _held(measure: str, figure: Any, parts: Sequence[Part]) -> Sum:
    totals = [p.totals.get(p.adds_up[measure]) for p in parts if measure in p.adds_up]
    known = [total for total in totals if total is not None]
    return Sum(measure, figure, sum(known) if known else None, len(totals))


def _widest(told: Sequence[Row]) -> list[Row]:
    """Where lineage is silent on a measure: of each fact, the rows of its least narrow line."""
    widest: dict[str, Row] = {}
    for line in sorted(told, key=lambda line: len(line["row_filter"] or "")):
        widest.setdefault(line["fact_table"], line)
    return list(widest.values())


def _part(
    run: Run,
    fact: str,
    row_filter: str,
    on: tuple[str, ...],
    measures: tuple[str, ...],
    worth: Mapping[str, str],
    condition: str,
    params: list[Any],
    limit: int,
    alias: str = "f",
) -> Part:
    columns = run.columns(fact)
    # What a row counts for is one of its columns, or a column of its own beside them.
    beside = {m: f"counts_as_{m}" if m in columns else m for m in worth}
    adds_up = {m: value if value in columns else beside[m] for m, value in worth.items()}
    made = {beside[m]: value for m, value in worth.items() if value not in columns}
    own_columns = "".join(f", {value} as {name}" for name, value in made.items())
    found = f"(select *{own_columns} from {fact} {alias} where {condition})"
    added = [
        name
        for name, kind in columns.items()
        if kind.startswith(("DECIMAL", "DOUBLE")) and not _NOT_ADDED.search(name)
    ]
    sums = [f"sum({name}) as {name}" for name in dict.fromkeys([*adds_up.values(), *added])]
    if "transaction_id" in columns and "transactions" not in adds_up.values():
        sums.append("count(distinct transaction_id) as transactions")
    asked = ", ".join(["count(*) as rows_counted", *sums])
    told = dict(run.ask(f"select {asked} from {found} r", params)[0])
    count = told.pop("rows_counted")
    totals = {name: total for name, total in told.items() if total is not None}
    order = ", ".join(name for name in ("_file_id", "_line_no") if name in columns) or "all"
    rows = run.ask(f"select * from {found} r order by {order} limit {limit}", params)
    file = "_file_id" if "_file_id" in columns else "file_id"
    named = _names(run, {row[file] for row in rows if row.get(file)})
    own = ("file_name", "line", "received_at")
    shown = [name for name in (*columns, *made) if not name.startswith("_") and name not in own]
    # The columns that make the figure stand first.
    shown.sort(key=lambda name: name not in adds_up.values())
    listed = [
        {
            "file_name": named.get(str(row.get(file)), {}).get("file_name"),
            "line": row.get("_line_no"),
            "received_at": named.get(str(row.get(file)), {}).get("received_at"),
            **{name: row[name] for name in shown},
            "_file_id": row.get(file),
        }
        for row in rows
    ]
    return Part(
        fact_table=fact,
        row_filter=row_filter,
        joined_on=on,
        measures=measures,
        columns=[*own, *shown],
        rows=listed,
        count=count,
        totals=totals,
        adds_up=adds_up,
    )


def _names(run: Run, ids: set[str]) -> dict[str, Row]:
    return {row["file_id"]: row for row in _files(run, sorted(ids))}


def _files(run: Run, ids: Sequence[str]) -> list[Row]:
    """Each file once, under the name it first came in with."""
    if not ids or not run.has("quality.files"):
        return []
    marks = ", ".join("?" * len(ids))
    return run.ask(
        "select file_id, arg_min(file_name, known_from) as file_name,"
        " min(received_at) as received_at, arg_min(status, known_from) as status,"
        " arg_min(mapping, known_from) as mapping, max(rows_loaded) as rows_loaded,"
        " max(rows_rejected) as rows_rejected, max(lines_read) as lines_read"
        f" from quality.files where file_id in ({marks})"
        " group by file_id order by received_at, file_name",
        list(ids),
    )


def _file_ids(rows: Sequence[Row], parts: Sequence[Part]) -> list[str]:
    found = {row[name] for row in rows for name in row if name.endswith("file_id") and row[name]}
    found |= {row["_file_id"] for part in parts for row in part.rows if row["_file_id"]}
    return sorted(found)


def _set_aside(run: Run, ids: Sequence[str], limit: int) -> list[Row]:
    """Lines of these files that did not go in: they may be what the figure lacks."""
    if not ids or not run.has("quality.rejected_rows"):
        return []
    marks = ", ".join("?" * len(ids))
    rows = run.ask(
        f"select * from quality.rejected_rows where file_id in ({marks})"
        f" order by file_id, line_no limit {limit}",
        list(ids),
    )
    named = _names(run, set(ids))
    return [{**row, "file_name": named.get(row["file_id"], {}).get("file_name")} for row in rows]


def _definitions(
    run: Run, table: str, measure: str | None, kpi: kpis.Kpi | None
) -> list[Definition]:
    found = []
    names = kpi.parts if kpi else [measure] if measure else []
    if kpi:
        found.append(Definition(kpi.name, kpi.formula, _formula(kpi), kpi.owner, kpi.caveats))
    if run.has("quality.dictionary"):
        schema, _, name = table.partition(".")
        for row in run.ask(
            "select column_name, description from quality.dictionary"
            " where schema_name = ? and table_name = ? order by column_name nulls last",
            (schema, name),
        ):
            if row["column_name"] is None:
                found.append(Definition(table, row["description"] or ""))
            # A KPI that is one column has said it all.
            elif row["column_name"] in names and not (kpi and names == [measure]):
                found.append(Definition(row["column_name"], row["description"] or ""))
    order = [kpi.name if kpi else "", *names]
    last = len(order)
    return sorted(found, key=lambda d: order.index(d.name) if d.name in order else last)


def _formula(kpi: kpis.Kpi) -> str:
    if not kpi.denominator:
        return f"sum of {kpi.numerator}"
    return f"sum of {kpi.numerator} ÷ sum of {kpi.denominator}"


def _checks(
    run: Run,
    table: str,
    parts: Sequence[Part],
    columns: Mapping[str, str],
    where: str,
    params: list[Any],
) -> list[Check]:
    found = []
    if {"store_id", "business_date"} <= set(columns) and run.has("finance.completeness_checks"):
        rows = run.ask(
            "select c.* from finance.completeness_checks c where exists ("
            f"select 1 from {table} m where {where} and m.store_id = c.store_id"
            " and m.business_date = c.business_date)"
            f" order by c.passed, c.business_date, c.store_id, c.check_id limit {LIMIT}",
            params,
        )
        several = len({(row["store_id"], row["business_date"]) for row in rows}) > 1
        found += [
            Check(
                subject=f"{row['store_id']}, {words.day(row['business_date'])}",
                rule=f"{row['check_id']} {row['check_name']}",
                severity=row["severity"],
                passed=bool(row["passed"]),
                observed=words.cell(row.get("detail") or row.get("actual_value")),
                expected=words.cell(row.get("expected_value")),
            )
            for row in rows
            # Over many store-days the passed ones are a number, not a list.
            if not (several and row["passed"])
        ]
    if run.has("quality.check_results"):
        names = {table, *(part.fact_table for part in parts)}
        short = {name.partition(".")[2] for name in names}
        datasets = {name.removeprefix("fct_").removeprefix("dim_") for name in short}
        pattern = "|".join(sorted(re.escape(name) for name in names | short | datasets))
        rows = run.ask(
            "select * from quality.check_results where run_id ="
            " (select max(run_id) from quality.check_results)"
            " and regexp_matches(lower(subject), ?) order by passed, subject, rule",
            (rf"(^|[^a-z_])({pattern})([^a-z_]|$)",),
        )
        found += [
            Check(
                subject=row["subject"],
                rule=row["rule"],
                severity=row["severity"],
                passed=bool(row["passed"]),
                observed=words.cell(row["observed"]),
                expected=words.cell(row["expected"]),
                rows_failed=row["rows_failed"],
            )
            for row in rows
        ]
    return found


def _currency(rows: Sequence[Row]) -> str | None:
    found = {row.get("currency") for row in rows} - {None}
    return found.pop() if len(found) == 1 else None


def _title(run: Run, table: str, keys: Mapping[str, Any], measure: str | None) -> str:
    pieces = [words.label(measure) if measure else words.label(table.partition(".")[2])]
    for name, value in keys.items():
        pieces.append(_key_words(run, name, value))
    return " · ".join(pieces)


def _key_words(run: Run, name: str, value: Any) -> str:
    ends = value.split("..") if isinstance(value, str) else [value]
    if name.endswith(("_date", "_on")):
        try:
            return " to ".join(
                words.day(end if isinstance(end, date) else date.fromisoformat(end)) for end in ends
            )
        except (TypeError, ValueError):
            return str(value)
    if name == "is_comparable":
        return (
            "comparable store-days only" if words.cell(value) in ("true", "yes") else "the others"
        )
    if name == "store_id" and run.has("core.dim_stores"):
        ids = value.split(",") if isinstance(value, str) else _several(value)
        rows = run.ask("select store_id, store_name from core.dim_stores")
        named = {row["store_id"]: row["store_name"] for row in rows}
        return words.listing([named.get(one) or str(one) for one in ids])
    return f"{words.label(name).lower()} {words.cell(value)}"

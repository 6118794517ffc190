"""The incoming border: what we were given, judged before anything is built on it.

The checks are made from the contract (`dbt_project/models/staging/sources.yml`); nobody writes
them down a second time.
Ingestion has already set aside every line that breaks the contract, so a contract check that fails
here means that ingestion itself went wrong, and blocks. What the contract cannot promise (a store
missing from the stores list, a sale without payment) is reported and goes on: the day's
completeness checks deal with it, store by store.

Only the batches handed in are read. The one look at the rest of the lake is at the lists of stores
and items, whose files are few: they come on change only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

from expectations.checks import BuiltIn, Check, text
from pipelines.ingest.contracts import Column, Contract, Dataset, full_match

SCHEMA_FOLDER = "_schema"
BOOKS = ("files", "file_scopes", "rejected_rows", "skipped_rows")
ADDRESS = {
    "_file_id": "varchar",
    "_line_no": "bigint",
    "_batch_id": "varchar",
    "_scope": "varchar",
}
# A calendar is sent ahead of its days and a count is planned ahead; nothing else can be.
SENT_AHEAD = {"trading_days", "count_plans"}
ITEMS_NAMED_IN = ("sales_lines", "stock_snapshots", "stock_movements")


# ---------------------------------------------------------------- what the judge looks at


def lay(file: Path, contract: Contract, batches: Sequence[Path]) -> list[str]:
    """Writes a DuckDB `file` that shows the batches to the checks; returns the datasets given.

    A dataset counts as given when a batch holds rows of it or accepted a file of it.
    Raises duckdb.Error when a file of the lake cannot be read at all.
    """
    lake = batches[0].parent
    with duckdb.connect(str(file)) as con:
        for book in BOOKS:
            _view(con, book, _files(lake, batches, book))
        accepted = con.execute("select distinct dataset from files where status = 'accepted'")
        named = {dataset for (dataset,) in accepted.fetchall()}
        given = [
            name
            for name in contract.datasets
            if name in named or any((batch / f"{name}.parquet").exists() for batch in batches)
        ]
        for name in given:
            _view(con, name, _files(lake, batches, name))
        _lay_columns(con, given, batches)
        con.execute(f"create table current_scopes as {CURRENT_SCOPES}")
        con.execute(f"create table known_stores as {_known_stores(lake)}")
        con.execute(f"create table known_items as {_known_items(lake)}")
    return given


def _files(lake: Path, batches: Iterable[Path], name: str) -> list[Path]:
    """The zero-row file that gives the types, then the batches' own."""
    folders = [lake / SCHEMA_FOLDER, *batches]
    return [file for folder in folders if (file := folder / f"{name}.parquet").exists()]


def _view(con: duckdb.DuckDBPyConnection, name: str, files: Iterable[Path]) -> None:
    con.execute(f"create view {name} as select * from {_read(files)}")


def _read(files: Iterable[Path]) -> str:
    listed = ", ".join(text(str(file)) for file in files)
    return f"read_parquet([{listed}], union_by_name = true)"


def _lay_columns(
    con: duckdb.DuckDBPyConnection, given: Iterable[str], batches: Sequence[Path]
) -> None:
    """The columns each file truly has; read together, one file's gap is filled with nulls."""
    con.execute(
        "create table given_columns (dataset varchar, batch varchar, position integer,"
        " column_name varchar, data_type varchar)"
    )
    for name in given:
        for batch in batches:
            file = batch / f"{name}.parquet"
            if file.exists():
                con.execute(
                    f"insert into given_columns select {text(name)}, {text(batch.name)},"
                    " row_number() over (), column_name, lower(column_type)"
                    f" from (describe select * from {_read([file])})"
                )


def _known_stores(lake: Path) -> str:
    """The newest word of the whole lake on each store's currency."""
    files = sorted(lake.glob("*/stores.parquet"))
    if not files:
        return "select null::varchar as store_id, null::varchar as currency where false"
    return (
        "select store_id, arg_max(currency, _batch_id) as currency"
        f" from {_read(files)} group by store_id"
    )


def _known_items(lake: Path) -> str:
    files = sorted(lake.glob("*/items.parquet"))
    if not files:
        return "select null::varchar as item_id where false"
    return f"select distinct item_id from {_read(files)}"


# Which version of each scope stands, among those judged: the last to come, unless its source wrote
# it before one that was there (an export without a time of its own is believed whatever came
# before); a whole store-day replaces its parts.
CURRENT_SCOPES = """
with versions as (
    select
        *,
        scope_part is not null as is_part,
        count(*) filter (where exported_at is null) over (
            partition by dataset, scope order by known_from, sequence_no
        ) as era
    from file_scopes
    where scope is not null
),
timed as (
    select
        *,
        coalesce(exported_at >= max(exported_at) over (
            partition by dataset, scope, era order by known_from, sequence_no
            rows between unbounded preceding and 1 preceding
        ), true) as is_newer
    from versions
),
latest as (
    select * from timed
    where is_newer
    qualify row_number() over (
        partition by dataset, scope order by known_from desc, sequence_no desc
    ) = 1
)
select dataset, scope, file_id, _batch_id
from latest as part
where not is_part or not exists (
    select 1 from latest as whole
    where not whole.is_part
        and whole.dataset = part.dataset
        and whole.store_id = part.store_id
        and whole.business_date = part.business_date
        and (whole.known_from, whole.sequence_no) > (part.known_from, part.sequence_no)
)
"""


# ---------------------------------------------------------------- what is checked


def incoming_checks(contract: Contract, given: Iterable[str]) -> list[Check]:
    """Every check of the incoming border for the datasets given."""
    checks = list(book_checks())
    for name in given:
        checks += dataset_checks(contract.datasets[name])
    if {"sales_lines", "tenders"} <= set(given):
        checks.append(sales_are_paid())
    return checks


def dataset_checks(dataset: Dataset) -> Iterator[Check]:
    """What the contract promises about one dataset, and what ties its rows to their files."""
    yield _columns_as_declared(dataset)
    yield _every_row_has_an_address(dataset)
    yield _rows_are_counted(dataset)
    yield _key_is_unique_in_a_delivery(dataset)
    if dataset.scope != "key":
        yield _scopes_are_counted(dataset)
        if dataset.scope != "whole_list":
            yield _key_stays_in_its_scope(dataset)
    for column in dataset.columns.values():
        yield from _column_checks(dataset, column)
    names = set(dataset.columns)
    if "store_id" in names and dataset.name != "stores":
        yield _stores_are_known(dataset)
    if dataset.name in ITEMS_NAMED_IN:
        yield _items_are_known(dataset)
    if "business_date" in names and dataset.name not in SENT_AHEAD:
        yield _days_have_come(dataset)
    if dataset.scope == "store_day" and "currency" in names:
        yield _currency_is_the_stores(dataset)


def _shown(dataset: Dataset, *more: Column) -> str:
    """The columns that let a person find a row: file, line and key, never a personal value."""
    wanted = dict.fromkeys([*dataset.key, *(column.name for column in more)])
    personal = {column.name for column in dataset.columns.values() if column.personal}
    return ", ".join(["_file_id", "_line_no", *(name for name in wanted if name not in personal)])


def _column_checks(dataset: Dataset, column: Column) -> Iterator[Check]:
    def check(
        kind: str, words: str, condition: str, expectation: str, **arguments: object
    ) -> Check:
        return Check(
            rule=f"{dataset.name}.{column.name}.{kind}",
            subject=dataset.name,
            words=words,
            broken_by=f"select {_shown(dataset, column)} from {dataset.name} where {condition}",
            built_in=BuiltIn(expectation, {"column": column.name, **arguments}),
        )

    name = column.name
    if column.required:
        yield check(
            "required",
            f"Every row of {dataset.name} has its {name}.",
            f"{name} is null",
            "ExpectColumnValuesToNotBeNull",
        )
    if column.one_of:
        allowed = ", ".join(column.one_of)
        yield check(
            "one_of",
            f"{name} of {dataset.name} is one of: {allowed}.",
            f"{name} not in ({', '.join(text(value) for value in column.one_of)})",
            "ExpectColumnValuesToBeInSet",
            value_set=list(column.one_of),
        )
    if column.pattern:
        regex = full_match(column.pattern)
        yield check(
            "pattern",
            f"{name} of {dataset.name} is written as {column.pattern}.",
            f"not regexp_matches({name}, {text(regex)})",
            "ExpectColumnValuesToMatchRegex",
            regex=regex,
        )
    if column.at_least is not None or column.at_most is not None:
        bounds = {
            "at least": (column.at_least, "<"),
            "at most": (column.at_most, ">"),
        }
        held = {words: bound for words, bound in bounds.items() if bound[0] is not None}
        yield check(
            "range",
            f"{name} of {dataset.name} is "
            + " and ".join(f"{words} {value:g}" for words, (value, _) in held.items())
            + ".",
            " or ".join(f"{name} {sign} {value:g}" for value, sign in held.values()),
            "ExpectColumnValuesToBeBetween",
            min_value=column.at_least,
            max_value=column.at_most,
        )


def _columns_as_declared(dataset: Dataset) -> Check:
    declared = {
        **{column.name: column.data_type for column in dataset.columns.values()},
        **ADDRESS,
    }
    rows = ", ".join(
        f"({position}, {text(name)}, {text(data_type.replace(' ', ''))})"
        for position, (name, data_type) in enumerate(declared.items(), start=1)
    )
    return Check(
        rule=f"{dataset.name}.columns",
        subject=dataset.name,
        words=f"{dataset.name} has the contract's columns, in order, with their types.",
        broken_by=f"""
            with declared (position, column_name, data_type) as (values {rows}),
            batches as (
                select distinct batch from given_columns where dataset = {text(dataset.name)}
            ),
            expected as (select batch, declared.* from batches cross join declared),
            found as (
                select batch, position, column_name, data_type from given_columns
                where dataset = {text(dataset.name)}
            )
            select
                coalesce(expected.batch, found.batch) as batch,
                coalesce(expected.position, found.position) as position,
                expected.column_name as expected_column, expected.data_type as expected_type,
                found.column_name as found_column, found.data_type as found_type
            from expected
            full outer join found
                on expected.batch = found.batch and expected.position = found.position
            where expected.column_name is distinct from found.column_name
                or expected.data_type is distinct from found.data_type
        """,
    )


def _every_row_has_an_address(dataset: Dataset) -> Check:
    unscoped = "" if dataset.scope == "key" else " or _scope is null"
    return Check(
        rule=f"{dataset.name}.address",
        subject=dataset.name,
        words=f"Every row of {dataset.name} says which file and line it came from.",
        broken_by=f"""
            select {_shown(dataset)}, _batch_id, _scope from {dataset.name}
            where _file_id is null or _line_no is null or _batch_id is null{unscoped}
        """,
    )


def _rows_are_counted(dataset: Dataset) -> Check:
    return Check(
        rule=f"{dataset.name}.rows_counted",
        subject=dataset.name,
        words=f"Each file gave {dataset.name} as many rows as the books say; no other gave any.",
        broken_by=f"""
            with booked as (
                select _batch_id, file_id, sum(rows_loaded) as booked_rows
                from files where dataset = {text(dataset.name)} and status = 'accepted'
                group by _batch_id, file_id
            ),
            held as (
                select _batch_id, _file_id as file_id, count(*) as held_rows
                from {dataset.name} group by _batch_id, _file_id
            )
            select
                coalesce(booked._batch_id, held._batch_id) as _batch_id,
                coalesce(booked.file_id, held.file_id) as file_id,
                coalesce(booked_rows, 0) as booked_rows, coalesce(held_rows, 0) as held_rows
            from booked
            full outer join held
                on booked._batch_id = held._batch_id and booked.file_id = held.file_id
            where coalesce(booked_rows, 0) <> coalesce(held_rows, 0)
        """,
    )


def _scopes_are_counted(dataset: Dataset) -> Check:
    return Check(
        rule=f"{dataset.name}.scopes_counted",
        subject=dataset.name,
        words=(
            f"Every row of {dataset.name} belongs to a part its file is booked to replace,"
            " and each such part has as many rows as booked."
        ),
        broken_by=f"""
            with booked as (
                select _batch_id, file_id, scope, sum(row_count) as booked_rows
                from file_scopes where dataset = {text(dataset.name)}
                group by _batch_id, file_id, scope
            ),
            held as (
                select _batch_id, _file_id as file_id, _scope as scope, count(*) as held_rows
                from {dataset.name} group by _batch_id, _file_id, _scope
            )
            select
                coalesce(booked._batch_id, held._batch_id) as _batch_id,
                coalesce(booked.file_id, held.file_id) as file_id,
                coalesce(booked.scope, held.scope) as scope, booked_rows, held_rows
            from booked
            full outer join held
                on booked._batch_id = held._batch_id
                and booked.file_id = held.file_id
                and booked.scope = held.scope
            where booked.scope is null
                or held.scope is null and booked_rows <> 0
                or booked_rows <> held_rows
        """,
    )


def _key_is_unique_in_a_delivery(dataset: Dataset) -> Check:
    key = ", ".join(dataset.key)
    return Check(
        rule=f"{dataset.name}.key",
        subject=dataset.name,
        words=f"Within what one file delivers, {key} names one row of {dataset.name}.",
        broken_by=f"""
            select {key}, _file_id, count(*) as rows, min(_line_no) as first_line,
                max(_line_no) as last_line
            from {dataset.name}
            group by {key}, _batch_id, _file_id, _scope
            having count(*) > 1
        """,
    )


def _key_stays_in_its_scope(dataset: Dataset) -> Check:
    key = ", ".join(dataset.key)
    return Check(
        rule=f"{dataset.name}.key_elsewhere",
        subject=dataset.name,
        words=(
            f"Among the current deliveries, {key} of {dataset.name} stands in one place only:"
            " no row is claimed by two store-days or two counts."
        ),
        severity="warn",
        broken_by=f"""
            select {key}, count(*) as rows, min(_scope) as first_scope, max(_scope) as last_scope
            from {dataset.name} as given
            where exists (
                select 1 from current_scopes
                where current_scopes.dataset = {text(dataset.name)}
                    and current_scopes.scope = given._scope
                    and current_scopes.file_id = given._file_id
                    and current_scopes._batch_id = given._batch_id
            )
            group by {key}
            having min(_scope) <> max(_scope)
        """,
    )


def _stores_are_known(dataset: Dataset) -> Check:
    return Check(
        rule=f"{dataset.name}.stores_known",
        subject=dataset.name,
        words=f"Every store named in {dataset.name} stands in the stores list.",
        severity="warn",
        broken_by=f"""
            select store_id, count(*) as rows, min(_file_id) as _file_id, min(_line_no) as _line_no
            from {dataset.name} as given
            where store_id is not null and not exists (
                select 1 from known_stores where known_stores.store_id = given.store_id
            )
            group by store_id
        """,
    )


def _items_are_known(dataset: Dataset) -> Check:
    return Check(
        rule=f"{dataset.name}.items_known",
        subject=dataset.name,
        words=f"Every item named in {dataset.name} stands in the items list.",
        severity="warn",
        broken_by=f"""
            select item_id, count(*) as rows, min(_file_id) as _file_id, min(_line_no) as _line_no
            from {dataset.name} as given
            where item_id is not null and not exists (
                select 1 from known_items where known_items.item_id = given.item_id
            )
            group by item_id
        """,
    )


def _days_have_come(dataset: Dataset) -> Check:
    # One day of grace: stores east of Greenwich are a calendar day ahead of UTC.
    return Check(
        rule=f"{dataset.name}.days_have_come",
        subject=dataset.name,
        words=f"No row of {dataset.name} is for a day that had not come when it was received.",
        severity="warn",
        broken_by=f"""
            select {_shown(dataset)}, business_date, _batch_id from {dataset.name}
            where business_date
                > cast(strptime(substr(_batch_id, 1, 8), '%Y%m%d') as date) + interval 1 day
        """,
    )


def _currency_is_the_stores(dataset: Dataset) -> Check:
    return Check(
        rule=f"{dataset.name}.currency_of_store",
        subject=dataset.name,
        words=f"{dataset.name} is in the currency the stores list gives the store.",
        severity="warn",
        broken_by=f"""
            select given.store_id, given.currency, known_stores.currency as store_currency,
                count(*) as rows, min(_file_id) as _file_id, min(_line_no) as _line_no
            from {dataset.name} as given
            inner join known_stores on known_stores.store_id = given.store_id
            where given.currency <> known_stores.currency
            group by given.store_id, given.currency, known_stores.currency
        """,
    )


def sales_are_paid() -> Check:
    """A receipt that sells has a payment, on the days for which both exports were given."""
    return Check(
        rule="sales_lines.paid",
        subject="sales_lines",
        words=(
            "On a store-day whose tenders were sent, every completed receipt of merchandise that"
            " does not come to nothing has a tender."
        ),
        severity="warn",
        broken_by="""
            with current_lines as (
                select sales_lines.* from sales_lines
                inner join current_scopes as current
                    on current.dataset = 'sales_lines' and current.scope = sales_lines._scope
                    and current.file_id = sales_lines._file_id
                    and current._batch_id = sales_lines._batch_id
            ),
            tendered_days as (
                select distinct store_id, business_date from file_scopes where dataset = 'tenders'
            )
            select transaction_id, store_id, business_date, sum(net_amount + tax_amount) as total,
                min(_file_id) as _file_id, min(_line_no) as _line_no
            from current_lines
            where transaction_status = 'completed' and not coalesce(is_voided_line, false)
                and (store_id, business_date) in (from tendered_days)
                and not exists (
                    select 1 from tenders
                    where tenders.transaction_id = current_lines.transaction_id
                )
            group by transaction_id, store_id, business_date
            having bool_or(line_type = 'merchandise') and sum(net_amount + tax_amount) <> 0
        """,
    )


def book_checks() -> Iterator[Check]:
    """What ingestion's own books must say whatever was received."""
    yield Check(
        rule="files.lines_accounted_for",
        subject="files",
        words="Of every accepted file, lines read = rows loaded + rows rejected + rows skipped.",
        broken_by="""
            select delivery_id, file_id, file_name, dataset, lines_read, rows_loaded,
                rows_rejected, rows_skipped
            from files
            where status = 'accepted'
                and lines_read is distinct from rows_loaded + rows_rejected + rows_skipped
        """,
    )
    yield Check(
        rule="files.status",
        subject="files",
        words="Every file was accepted, refused, or recognised as received before.",
        broken_by="""
            select delivery_id, file_id, file_name, status from files
            where status is null or status not in ('accepted', 'duplicate', 'refused')
        """,
    )
    yield Check(
        rule="files.refusals_explained",
        subject="files",
        words="A file that was not accepted says why.",
        broken_by="""
            select delivery_id, file_id, file_name, status from files
            where status <> 'accepted' and coalesce(trim(status_reason), '') = ''
        """,
    )
    yield Check(
        rule="files.control_totals",
        subject="files",
        words="No file was accepted whose control totals disagree.",
        broken_by="""
            select delivery_id, file_id, file_name, dataset, control_total_check from files
            where status = 'accepted' and control_total_check = 'disagreed'
        """,
    )
    yield Check(
        rule="files.delivery_id",
        subject="files",
        words="A delivery has one row in the books.",
        broken_by="""
            select delivery_id, count(*) as rows from files
            group by delivery_id having count(*) > 1 or delivery_id is null
        """,
    )
    yield Check(
        rule="rejected_rows.counted",
        subject="rejected_rows",
        words="Of every accepted file, as many lines are kept with a reason as were rejected.",
        broken_by="""
            with kept as (
                select delivery_id, count(distinct line_no) as kept_lines
                from rejected_rows group by delivery_id
            )
            select files.delivery_id, file_id, file_name, dataset, rows_rejected,
                coalesce(kept_lines, 0) as kept_lines
            from files left join kept on kept.delivery_id = files.delivery_id
            where status = 'accepted' and rows_rejected <> coalesce(kept_lines, 0)
        """,
    )
    yield Check(
        rule="skipped_rows.counted",
        subject="skipped_rows",
        words="Of every accepted file, the lines left out on purpose are all counted by reason.",
        broken_by="""
            with kept as (
                select delivery_id, sum(row_count) as kept_lines
                from skipped_rows group by delivery_id
            )
            select files.delivery_id, file_id, file_name, dataset, rows_skipped,
                coalesce(kept_lines, 0) as kept_lines
            from files left join kept on kept.delivery_id = files.delivery_id
            where status = 'accepted' and rows_skipped <> coalesce(kept_lines, 0)
        """,
    )

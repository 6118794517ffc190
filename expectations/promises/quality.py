"""The books: nothing is lost, everything can be followed to its file, nothing personal is shown."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, text
from pipelines.ingest.contracts import Contract

PUBLISHED_SCHEMAS = ("quality", "core", "finance", "inventory", "aml", "kpi", "expansion")
MASK = "•••"
FACT_OF = {
    "sales_lines": "core.fct_sales_lines",
    "tenders": "core.fct_tenders",
    "till_closings": "core.fct_till_closings",
    "till_events": "core.fct_till_events",
    "ledger_postings": "core.fct_ledger_postings",
    "stock_movements": "core.fct_stock_movements",
    "store_traffic": "core.fct_store_traffic",
}
TAKEN_IN = "status in ('accepted', 'superseded')"

PROMISES = [
    Check(
        rule="files.lines_accounted_for",
        subject="quality.files",
        words="Of every accepted file, lines read = rows loaded + rows rejected + rows skipped.",
        broken_by=f"""
            select delivery_id, file_name, dataset, lines_read, rows_loaded, rows_rejected,
                rows_skipped
            from quality.files
            where {TAKEN_IN}
                and lines_read is distinct from rows_loaded + rows_rejected + rows_skipped
        """,
    ),
    Check(
        rule="files.rejected_rows_kept",
        subject="quality.files",
        words="Every line a file had rejected is among the rejected rows.",
        broken_by=f"""
            with kept as (
                select delivery_id, dataset, count(distinct line_no) as kept_lines
                from quality.rejected_rows group by delivery_id, dataset
            )
            select files.delivery_id, file_name, files.dataset, rows_rejected,
                coalesce(kept_lines, 0) as kept_lines
            from quality.files
            left join kept
                on kept.delivery_id = files.delivery_id and kept.dataset = files.dataset
            where {TAKEN_IN} and rows_rejected is distinct from coalesce(kept_lines, 0)
        """,
    ),
    Check(
        rule="files.skipped_rows_counted",
        subject="quality.files",
        words="Every line a file had left out on purpose is counted under its reason.",
        broken_by=f"""
            with kept as (
                select delivery_id, dataset, sum(row_count) as kept_lines
                from quality.skipped_rows group by delivery_id, dataset
            )
            select files.delivery_id, file_name, files.dataset, rows_skipped,
                coalesce(kept_lines, 0) as kept_lines
            from quality.files
            left join kept
                on kept.delivery_id = files.delivery_id and kept.dataset = files.dataset
            where {TAKEN_IN} and rows_skipped is distinct from coalesce(kept_lines, 0)
        """,
    ),
    Check(
        rule="files.superseded",
        subject="quality.files",
        words="A file is superseded once nothing it delivered is current, and only then.",
        broken_by="""
            with lives as (
                select delivery_id, dataset, bool_or(is_current) as is_current
                from quality.file_scopes group by delivery_id, dataset
            )
            select files.delivery_id, file_name, files.dataset, status, known_to
            from quality.files
            left join lives
                on lives.delivery_id = files.delivery_id and lives.dataset = files.dataset
            where status = 'superseded' and (is_current or known_to is null)
                or status = 'accepted' and (is_current = false or known_to is not null)
        """,
    ),
    Check(
        rule="file_scopes.one_current",
        subject="quality.file_scopes",
        words="At most one version of anything a file replaces is current.",
        broken_by="""
            select dataset, scope, count(*) as current_versions from quality.file_scopes
            where is_current group by dataset, scope having count(*) > 1
        """,
    ),
    Check(
        rule="file_scopes.time_in_order",
        subject="quality.file_scopes",
        words="A version is known until after it was first known, and for ever while current.",
        broken_by="""
            select dataset, scope, file_id, known_from, known_to, is_current
            from quality.file_scopes
            where known_to < known_from or is_current <> (known_to is null)
        """,
    ),
    *(
        Check(
            rule=f"{dataset}.only_current_versions",
            subject=fact,
            words=f"Every row of {fact} comes from the current version of its store-day.",
            broken_by=f"""
                select facts.* from (
                    select store_id, business_date, _file_id, count(*) as rows,
                        min(_line_no) as first_line
                    from {fact} group by store_id, business_date, _file_id
                ) as facts
                where not exists (
                    select 1 from quality.file_scopes as scopes
                    where scopes.dataset = {text(dataset)} and scopes.is_current
                        and scopes.store_id = facts.store_id
                        and scopes.business_date = facts.business_date
                        and scopes.file_id = facts._file_id
                )
            """,
        )
        for dataset, fact in FACT_OF.items()
    ),
    Check(
        rule="count_scans.only_current_versions",
        subject="core.fct_count_scans",
        words="Every scan comes from the current version of its count.",
        broken_by="""
            select scans.* from (
                select count_id, _file_id, count(*) as rows, min(_line_no) as first_line
                from core.fct_count_scans group by count_id, _file_id
            ) as scans
            where not exists (
                select 1 from quality.file_scopes as scopes
                where scopes.dataset = 'count_scans' and scopes.is_current
                    and scopes.scope = scans.count_id and scopes.file_id = scans._file_id
            )
        """,
    ),
    Check(
        rule="stock_positions.file_known",
        subject="core.fct_stock_positions",
        words="Every stock position names a file that was taken in, and a line.",
        broken_by=f"""
            select store_id, location, item_id, serial_number, from_date, _file_id, _line_no
            from core.fct_stock_positions
            where _line_no is null or _file_id is null
                or _file_id not in (select file_id from quality.files where {TAKEN_IN})
        """,
    ),
    Check(
        rule="stores.all_known",
        subject="core.dim_stores",
        words="Every store with a store-day is among the stores.",
        broken_by="""
            select store_id, count(*) as store_days from finance.store_days
            where store_id not in (select store_id from core.dim_stores) group by store_id
        """,
    ),
    Check(
        rule="items.all_known",
        subject="core.dim_items",
        words="Every item sold is among the items.",
        severity="warn",
        broken_by="""
            select item_id, count(*) as rows from core.fct_sales_lines
            where item_id is not null and not exists (
                select 1 from core.dim_items where dim_items.item_id = fct_sales_lines.item_id
            )
            group by item_id
        """,
    ),
    Check(
        rule="dates.no_day_left_out",
        subject="core.dim_dates",
        words="The calendar has every day from its first to its last, and all our store-days.",
        broken_by="""
            select 'hole after' as fault, calendar_date as day from (
                select calendar_date, lead(calendar_date) over (order by calendar_date) as next_day
                from core.dim_dates
            ) as days
            where next_day <> calendar_date + interval 1 day
            union all
            select 'not in the calendar' as fault, business_date as day
            from (select distinct business_date from finance.store_days) as days
            where business_date not in (select calendar_date from core.dim_dates)
        """,
    ),
    Check(
        rule="dates.retail_weeks",
        subject="core.dim_dates",
        words="A retail week has seven days, Sunday to Saturday.",
        broken_by="""
            select retail_year, retail_week, count(*) as days, min(calendar_date) as first_day
            from core.dim_dates
            where retail_year > (select min(retail_year) from core.dim_dates)
                and retail_year < (select max(retail_year) from core.dim_dates)
            group by retail_year, retail_week
            having count(*) <> 7 or dayofweek(min(calendar_date)) <> 0
                or max(calendar_date) <> min(calendar_date) + interval 6 day
        """,
    ),
    Check(
        rule="dates.same_weekday",
        subject="core.dim_dates",
        words="A day is compared with the same weekday of last year.",
        broken_by="""
            select calendar_date, ly_same_weekday, ly_date_fiscal, ly_date_restated
            from core.dim_dates
            where dayofweek(ly_same_weekday) <> dayofweek(calendar_date)
                or dayofweek(ly_date_fiscal) <> dayofweek(calendar_date)
                or dayofweek(ly_date_restated) <> dayofweek(calendar_date)
                or ly_same_weekday is null
        """,
    ),
    Check(
        rule="kpi_definitions.parts_exist",
        subject="kpi.kpi_definitions",
        words="Every key figure is made of measures that a store-day has.",
        broken_by="""
            select kpi_id, part from (
                select kpi_id, unnest(regexp_extract_all(
                    coalesce(numerator, '') || ' ' || coalesce(denominator, ''), '[a-z_]+'
                )) as part
                from kpi.kpi_definitions
            ) as parts
            where part not in ('case', 'when', 'then', 'else', 'end', 'is', 'not', 'null', 'and')
                and part not in (
                select column_name from information_schema.columns
                where table_schema = 'kpi' and table_name = 'store_day_kpis'
            )
        """,
    ),
]


def personal_promises(contract: Contract) -> Iterator[Check]:
    """What the contract calls personal is not published, in no table and no rejected line."""
    datasets = contract.datasets.values()
    columns = {(d.name, c.name) for d in datasets for c in d.columns.values() if c.personal}
    names = _listed({column for _, column in columns})
    yield Check(
        rule="personal.no_column",
        subject="core.dim_clients",
        words="No published table has a personal column.",
        broken_by=f"""
            select table_schema, table_name, column_name from information_schema.columns
            where table_schema in ({_listed(PUBLISHED_SCHEMAS)}) and column_name in ({names})
        """,
    )
    yield Check(
        rule="personal.no_raw_line",
        subject="quality.rejected_rows",
        words="A rejected line of a dataset with personal columns is not shown as received.",
        broken_by=f"""
            select delivery_id, line_no, dataset from quality.rejected_rows
            where raw_line is not null and dataset in ({_listed({name for name, _ in columns})})
        """,
    )
    pairs = ", ".join(f"({text(dataset)}, {text(column)})" for dataset, column in sorted(columns))
    yield Check(
        rule="personal.no_value",
        subject="quality.rejected_rows",
        words="The rejected value of a personal column is masked.",
        broken_by=f"""
            select delivery_id, line_no, dataset, column_name from quality.rejected_rows
            where (dataset, column_name) in ({pairs}) and value <> {text(MASK)}
        """,
    )


def _listed(values: tuple[str, ...] | set[str]) -> str:
    return ", ".join(text(value) for value in sorted(values))

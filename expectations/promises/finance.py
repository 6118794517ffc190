"""Completeness: every day has its row, and what blocks a day is what the tables say."""

from __future__ import annotations

from expectations.checks import BuiltIn, Check, text
from expectations.promises.roads import roads_that_differ

DELIVERY_STATUSES = (
    "closed",
    "not_due",
    "due",
    "late",
    "missing",
    "received",
    "incomplete",
    "duplicate",
    "accepted",
    "reopened",
)
STORE_DAY_STATUSES = ("closed", "waiting", "blocked", "complete", "signed_off", "reopened")


def one_of(rule: str, subject: str, column: str, values: tuple[str, ...], key: str) -> Check:
    """A column that may only hold known words: pages and alerts are written for them."""
    listed = ", ".join(text(value) for value in values)
    return Check(
        rule=rule,
        subject=subject,
        words=f"{column} of {subject} is one of: {', '.join(values)}.",
        broken_by=f"select {key}, {column} from {subject} where {column} not in ({listed})",
        built_in=BuiltIn("ExpectColumnValuesToBeInSet", {"column": column, "value_set": [*values]}),
    )


PROMISES = [
    one_of(
        "deliveries.status",
        "finance.deliveries",
        "status",
        DELIVERY_STATUSES,
        "dataset, store_id, business_date",
    ),
    one_of(
        "store_days.status",
        "finance.store_days",
        "status",
        STORE_DAY_STATUSES,
        "store_id, business_date",
    ),
    one_of(
        "receipt_gaps.position",
        "finance.receipt_gaps",
        "position",
        ("inside", "start_of_day", "end_of_day"),
        "store_id, business_date, first_missing",
    ),
    Check(
        rule="deliveries.no_day_left_out",
        subject="finance.deliveries",
        words="From the first day a store owes an export, every day has its row, up to today.",
        broken_by="""
            select dataset, deliveries.store_id, business_date as last_day_before_the_hole, next_day
            from (
                select dataset, store_id, business_date, lead(business_date) over (
                    partition by dataset, store_id order by business_date
                ) as next_day
                from finance.deliveries where due_at is not null
            ) as deliveries
            left join core.dim_stores on dim_stores.store_id = deliveries.store_id
            cross join staging.stg_clock as clock
            where next_day > business_date + interval 1 day
                or next_day is null and closed_on is null
                    and business_date < cast(clock.run_at as date) - interval 1 day
        """,
    ),
    Check(
        rule="deliveries.what_came_is_shown",
        subject="finance.deliveries",
        words="Every store-day a file delivered is shown as received, and no other.",
        broken_by="""
            with shown as (
                select dataset, store_id, business_date from finance.deliveries
                where received_at is not null
            ),
            came as (
                select distinct dataset, store_id, business_date from quality.file_scopes
                where business_date is not null
                    and dataset in (select distinct dataset from finance.deliveries)
            )
            select 'not shown' as fault, * from (from came except from shown)
            union all
            select 'never came' as fault, * from (from shown except from came)
        """,
    ),
    Check(
        rule="deliveries.status_and_file",
        subject="finance.deliveries",
        words="What was received names its file; what is awaited or closed has none.",
        broken_by="""
            select dataset, store_id, business_date, status, received_at, file_id
            from finance.deliveries
            where (status in ('closed', 'not_due', 'due', 'late', 'missing'))
                <> (received_at is null)
                or (received_at is null) <> (file_id is null)
        """,
    ),
    Check(
        rule="deliveries.lateness",
        subject="finance.deliveries",
        words="Lateness is never negative, and what is not yet due is not late.",
        broken_by="""
            select dataset, store_id, business_date, status, minutes_late from finance.deliveries
            where minutes_late < 0
                or minutes_late > 0 and status in ('closed', 'not_due', 'due')
        """,
    ),
    Check(
        rule="store_days.one_for_each_day",
        subject="finance.store_days",
        words="Every store-day that waits for exports has its row, and no other has.",
        broken_by="""
            with owed as (
                select distinct store_id, business_date from finance.deliveries where blocks_day
            ),
            shown as (select store_id, business_date from finance.store_days)
            select 'left out' as fault, * from (from owed except from shown)
            union all
            select 'not owed' as fault, * from (from shown except from owed)
        """,
    ),
    Check(
        rule="store_days.checks_counted",
        subject="finance.store_days",
        words=(
            "A store-day counts the checks it failed, and of those the blocking ones. A check may"
            " also speak of a day that owes no exports: a bag or a settlement of a closed store, a"
            " warehouse's stock."
        ),
        broken_by=roads_that_differ(
            """
            select store_id, business_date, failed_checks, blocking_checks
            from finance.store_days
            """,
            """
            select store_id, business_date,
                count(*) filter (where not passed) as failed_checks,
                count(*) filter (where not passed and severity = 'block') as blocking_checks
            from finance.completeness_checks
            where (store_id, business_date) in (
                select store_id, business_date from finance.store_days
            )
            group by store_id, business_date
            """,
            on=("store_id", "business_date"),
            measures=("failed_checks", "blocking_checks"),
        ),
    ),
    Check(
        rule="store_days.status_earned",
        subject="finance.store_days",
        words=(
            "A day is complete, and signed off without an override, only when all it waits for has"
            " come and nothing blocks it; it is blocked only by a check; it is closed only when"
            " nothing was owed."
        ),
        broken_by="""
            with awaited as (
                select store_id, business_date,
                    count(*) filter (where status in ('not_due', 'due', 'late', 'missing'))
                        as awaited_files,
                    count(*) filter (where status <> 'closed') as owed_files
                from finance.deliveries where blocks_day group by store_id, business_date
            )
            select days.store_id, days.business_date, days.status, blocking_checks,
                awaited_files, owed_files
            from finance.store_days as days
            left join awaited
                on awaited.store_id = days.store_id
                and awaited.business_date = days.business_date
            where (
                    days.status = 'complete'
                    or days.status = 'signed_off' and days.sign_off_despite is null
                )
                    and (blocking_checks > 0 or awaited_files > 0)
                or days.status = 'blocked' and blocking_checks = 0
                or days.status = 'closed' and owed_files > 0
        """,
    ),
    Check(
        rule="store_days.reopened_says_why",
        subject="finance.store_days",
        words="A day signed off says by whom, and a reopened one what changed since.",
        broken_by="""
            select store_id, business_date, status from finance.store_days
            where status in ('signed_off', 'reopened') and signed_off_by is null
                or status = 'reopened' and reopened_because is null
        """,
    ),
    Check(
        rule="store_days.reasons_given",
        subject="finance.store_days",
        words="A day that a check blocks says why, in words.",
        broken_by="""
            select store_id, business_date, blocking_checks from finance.store_days
            where blocking_checks > 0 and coalesce(trim(blocking_reasons), '') = ''
        """,
    ),
    Check(
        rule="completeness_checks.difference",
        subject="finance.completeness_checks",
        words="A check's difference is actual less expected, and it passes when there is none.",
        broken_by="""
            select store_id, business_date, check_id, expected_value, actual_value, difference,
                passed
            from finance.completeness_checks
            where difference is distinct from actual_value - expected_value
                or passed is distinct from (difference = 0)
        """,
    ),
    Check(
        rule="completeness_checks.gaps_counted",
        subject="finance.completeness_checks",
        words="The check on receipt numbers counts the missing ones nobody gave a reason for.",
        broken_by=roads_that_differ(
            """
            select store_id, business_date, actual_value as missing
            from finance.completeness_checks where check_id = 'F4'
            """,
            """
            select store_id, business_date, sum(missing_count) as missing
            from finance.receipt_gaps where not is_explained group by store_id, business_date
            """,
            on=("store_id", "business_date"),
            measures=("missing",),
        ),
    ),
    Check(
        rule="completeness_checks.unbalanced_counted",
        subject="finance.completeness_checks",
        words="The check on payments counts the receipts that do not balance.",
        broken_by=roads_that_differ(
            """
            select store_id, business_date, actual_value as receipts
            from finance.completeness_checks where check_id = 'F7'
            """,
            """
            select store_id, business_date, count(*) as receipts
            from finance.unbalanced_transactions group by store_id, business_date
            """,
            on=("store_id", "business_date"),
            measures=("receipts",),
        ),
    ),
    Check(
        rule="unbalanced_transactions.exactly_those",
        subject="finance.unbalanced_transactions",
        words=(
            "The unbalanced receipts are exactly those whose lines and payments differ by more"
            " than a cent, on days for which both have come; cash may be rounded to the smallest"
            " coin."
        ),
        broken_by=roads_that_differ(
            """
            select store_id, business_date, transaction_id, difference
            from finance.unbalanced_transactions
            where abs(difference) > 0.5 or transaction_id not in (
                select transaction_id from core.fct_tenders where tender_type = 'cash'
            )
            """,
            """
            select store_id, business_date, transaction_id,
                sum(lines) - sum(payments) as difference
            from (
                select store_id, business_date, transaction_id, 0 as payments, false as is_cash,
                    case when coalesce(is_voided_line, false) then 0
                        else net_amount + tax_amount end as lines
                from core.fct_sales_lines where transaction_status = 'completed'
                union all
                select store_id, business_date, transaction_id,
                    tender_amount - coalesce(change_amount, 0) as payments,
                    tender_type = 'cash' as is_cash, 0 as lines
                from core.fct_tenders where is_completed
            ) as movements
            where (store_id, business_date) in (
                select store_id, business_date from quality.file_scopes
                where dataset in ('sales_lines', 'tenders')
                group by store_id, business_date having count(distinct dataset) = 2
            )
            group by store_id, business_date, transaction_id
            having abs(sum(lines) - sum(payments))
                > case when bool_or(is_cash) then 0.5 else 0.01 end
            """,
            on=("store_id", "business_date", "transaction_id"),
            measures=("difference",),
        ),
    ),
    Check(
        rule="unbalanced_transactions.difference",
        subject="finance.unbalanced_transactions",
        words="A receipt's difference is what was sold less what was paid.",
        broken_by="""
            select store_id, business_date, transaction_id, lines_total, tenders_total, difference
            from finance.unbalanced_transactions
            where difference is distinct from lines_total - tenders_total
        """,
    ),
    Check(
        rule="receipt_gaps.counted",
        subject="finance.receipt_gaps",
        words="A gap counts its numbers, at least one.",
        broken_by="""
            select store_id, register_id, receipt_series, business_date, first_missing,
                last_missing, missing_count
            from finance.receipt_gaps
            where missing_count is distinct from last_missing - first_missing + 1
                or missing_count < 1
        """,
    ),
    Check(
        rule="receipt_gaps.truly_missing",
        subject="finance.receipt_gaps",
        words="No number in a gap is on a receipt of that till (or its store's counter) and day.",
        broken_by="""
            select distinct gaps.store_id, gaps.register_id, gaps.receipt_series,
                gaps.business_date, first_missing, last_missing, lines.receipt_number
            from finance.receipt_gaps as gaps
            inner join core.fct_sales_lines as lines
                on lines.store_id = gaps.store_id
                and lines.business_date = gaps.business_date
                and lines.register_id = coalesce(gaps.register_id, lines.register_id)
                and lines.receipt_series is not distinct from gaps.receipt_series
                and lines.receipt_number between first_missing and last_missing
        """,
    ),
    Check(
        rule="receipt_gaps.all_inside",
        subject="finance.receipt_gaps",
        words=(
            "Every jump in a day's receipt numbers is a gap inside the day, and no other is; a"
            " count that begins again during the day is none. Asked of tills that count for"
            " themselves."
        ),
        broken_by=roads_that_differ(
            """
            select store_id, register_id, receipt_series, business_date, first_missing,
                missing_count
            from finance.receipt_gaps
            where position = 'inside' and store_id not in (
                select store_id from finance.receipt_counters where is_frozen
            )
            """,
            """
            select store_id, register_id, receipt_series, business_date,
                previous_number + 1 as first_missing,
                receipt_number - previous_number - 1 as missing_count
            from (
                select *, lag(receipt_number) over (
                    partition by store_id, register_id, receipt_series, business_date, count_no
                    order by receipt_number
                ) as previous_number
                from (
                    select *, count(*) filter (where receipt_number <= 10 and rung_before > 100)
                        over (
                            partition by store_id, register_id, receipt_series, business_date
                            order by sold_at nulls first, receipt_number
                        ) as count_no
                    from (
                        select *, lag(receipt_number) over (
                            partition by store_id, register_id, receipt_series, business_date
                            order by sold_at nulls first, receipt_number
                        ) as rung_before
                        from (
                            select store_id, business_date, min(register_id) as register_id,
                                min(receipt_series) as receipt_series,
                                min(receipt_number) as receipt_number, min(sold_at) as sold_at
                            from core.fct_sales_lines
                            where store_id not in (
                                select store_id from finance.receipt_counters where is_frozen
                            )
                            group by store_id, business_date, transaction_id
                        ) as receipts
                        where receipt_number is not null
                    ) as rung
                ) as counted
            ) as numbered
            where receipt_number > previous_number + 1
            """,
            on=("store_id", "register_id", "receipt_series", "business_date", "first_missing"),
            measures=("missing_count",),
        ),
    ),
    Check(
        rule="restatements.change",
        subject="finance.restatements",
        words="Old value plus change is the new value, and something did change.",
        broken_by="""
            select store_id, business_date, measure, old_value, change, new_value
            from finance.restatements
            where old_value + change is distinct from new_value or change = 0
        """,
    ),
    Check(
        rule="restatements.files",
        subject="finance.restatements",
        words="Both files of a restatement are among the files received.",
        broken_by="""
            select store_id, business_date, measure, replaced_file_id, replacing_file_id
            from finance.restatements
            where replaced_file_id not in (select file_id from quality.files)
                or replacing_file_id not in (select file_id from quality.files)
        """,
    ),
    Check(
        rule="restatements.new_is_what_counts",
        subject="finance.restatements",
        words="The new net sales of a day restated last by its current file, or by a correction,"
        " are the day's net sales.",
        severity="warn",
        broken_by="""
            select restated.store_id, restated.business_date, restated.new_value,
                coalesce(sum(lines.net_amount) filter (where lines.is_net_sale), 0)
                    as net_sales_now,
                restated.replacing_file_id
            from finance.restatements as restated
            inner join quality.file_scopes as scopes
                on scopes.dataset = 'sales_lines' and scopes.is_current
                and scopes.scope_part is null
                and scopes.file_id = restated.replacing_file_id
                and scopes.store_id = restated.store_id
                and scopes.business_date = restated.business_date
            left join core.fct_sales_lines as lines
                on lines.store_id = restated.store_id
                and lines.business_date = restated.business_date
                and lines._file_id = restated.replacing_file_id
            where restated.measure = 'net_sales' and restated.is_current
            group by restated.store_id, restated.business_date, restated.new_value,
                restated.replacing_file_id
            having restated.new_value
                <> coalesce(sum(lines.net_amount) filter (where lines.is_net_sale), 0)
        """,
    ),
]

"""Counts: lines are what was scanned, accuracy is its lines, a partial count is never a loss."""

from __future__ import annotations

from expectations.checks import Check
from expectations.promises.roads import roads_that_differ

PROMISES = [
    Check(
        rule="count_lines.every_scan",
        subject="inventory.count_lines",
        words="A count in which goods were scanned has lines that were scanned.",
        severity="warn",
        broken_by=roads_that_differ(
            """
            select count_id, 1 as is_scanned
            from inventory.count_lines group by count_id having sum(decisive_scans) > 0
            """,
            """
            select count_id, 1 as is_scanned
            from core.fct_count_scans
            where item_id is not null or serial_number is not null
            group by count_id
            """,
            on=("count_id",),
            measures=("is_scanned",),
        ),
    ),
    Check(
        rule="count_lines.variance",
        subject="inventory.count_lines",
        words="A variance is counted less book, and there is none where nothing was counted.",
        broken_by="""
            select line_id, book_units, counted_units, variance_units, is_counted
            from inventory.count_lines
            where variance_units is distinct from counted_units - book_units
                or (counted_units is null) = is_counted
        """,
    ),
    Check(
        rule="count_lines.one_piece",
        subject="inventory.count_lines",
        words="A serialised piece is in the book once at most, and found once at most.",
        broken_by="""
            select line_id, book_units, counted_units from inventory.count_lines
            where serial_number is not null
                and (book_units not in (0, 1) or coalesce(counted_units, 0) not in (0, 1))
        """,
    ),
    Check(
        rule="count_lines.final_is_whole",
        subject="inventory.count_lines",
        words="A count is final only when it is done and nothing due was left out.",
        broken_by="""
            select line_id, count_status, uncounted_units from inventory.count_lines
            where is_final and (
                count_status not in ('counted', 'approved') or (is_due and uncounted_units <> 0)
            )
        """,
    ),
    Check(
        rule="stock_accuracy.of_its_lines",
        subject="inventory.stock_accuracy",
        words="A count's numbers are those of its lines.",
        broken_by=roads_that_differ(
            """
            select count_id, lines_due, matched + missing + unexpected as compared,
                net_variance_units, absolute_variance_cost
            from inventory.stock_accuracy where lines_compared > 0 or lines_due > 0
            """,
            """
            select count_id, count(case when is_due then 1 end) as lines_due,
                count(case when variance_units is not null
                    and (book_units <> 0 or counted_units <> 0) then 1 end) as compared,
                sum(coalesce(variance_units, 0)) as net_variance_units,
                sum(abs(coalesce(variance_cost, 0))) as absolute_variance_cost
            from inventory.count_lines group by count_id
            having bool_or(is_due) or bool_or(book_units <> 0 or counted_units <> 0)
            """,
            on=("count_id",),
            measures=("lines_due", "compared", "net_variance_units", "absolute_variance_cost"),
        ),
    ),
    Check(
        rule="stock_accuracy.no_rate_of_a_part",
        subject="inventory.stock_accuracy",
        words="No rate is told of a count that left something out, and none is above one.",
        broken_by="""
            select count_id, coverage, serial_accuracy, line_accuracy, unit_accuracy
            from inventory.stock_accuracy
            where coalesce(
                    serial_accuracy, serial_recall, serial_precision, line_accuracy, unit_accuracy,
                    value_accuracy
                ) is not null and (not is_final or coverage < 1)
                or greatest(
                    coverage, serial_accuracy, serial_recall, serial_precision, line_accuracy,
                    location_accuracy, unit_accuracy, value_accuracy
                ) > 1
        """,
    ),
    Check(
        rule="stock_accuracy.net_within_absolute",
        subject="inventory.stock_accuracy",
        words="What nets off is never more than what is wrong.",
        broken_by="""
            select count_id, net_variance_units, absolute_variance_units, net_variance_cost,
                absolute_variance_cost
            from inventory.stock_accuracy
            where abs(net_variance_units) > absolute_variance_units
                or abs(net_variance_cost) > absolute_variance_cost
                or abs(net_variance_retail) > absolute_variance_retail
        """,
    ),
    Check(
        rule="stock_accuracy_cuts.whole",
        subject="inventory.stock_accuracy_cuts",
        words="The parts of a count, by whatever it is cut, make the count.",
        broken_by="""
            select cuts.count_id, cuts.dimension
            from (
                select count_id, dimension, sum(lines_compared) as lines_compared,
                    sum(net_variance_units) as net_variance_units,
                    sum(absolute_variance_cost) as absolute_variance_cost
                from inventory.stock_accuracy_cuts group by count_id, dimension
            ) as cuts
            inner join inventory.stock_accuracy as whole using (count_id)
            where cuts.lines_compared <> whole.lines_compared
                or cuts.net_variance_units <> whole.net_variance_units
                or cuts.absolute_variance_cost <> whole.absolute_variance_cost
        """,
    ),
    Check(
        rule="count_overlaps.of_lines",
        subject="inventory.count_overlaps",
        words="Both counts of an overlap have a line of the piece.",
        broken_by="""
            select overlap_id, count_id, other_count_id, serial_number
            from inventory.count_overlaps
            where count_id = other_count_id
                or (count_id, serial_number) not in (
                    select (count_id, serial_number) from inventory.count_lines
                    where serial_number is not null
                )
                or (other_count_id, serial_number) not in (
                    select (count_id, serial_number) from inventory.count_lines
                    where serial_number is not null
                )
        """,
    ),
    Check(
        rule="count_compliance.every_plan",
        subject="inventory.count_compliance",
        words="Every planned count is in its week once: cancelled, done, overdue or awaited.",
        broken_by=roads_that_differ(
            """
            select store_id, sum(planned) as planned,
                sum(cancelled + done_in_window + done_late + done_early + overdue + awaited)
                    as told
            from inventory.count_compliance group by store_id
            """,
            """
            select store_id, count(*) as planned, count(*) as told
            from core.fct_count_plans group by store_id
            """,
            on=("store_id",),
            measures=("planned", "told"),
        ),
    ),
    Check(
        rule="count_suggestions.ranked",
        subject="inventory.count_suggestions",
        words="A store's list has a first place, no two the same, and a reason for each.",
        broken_by="""
            select store_id, suggestion_id, store_rank, risk_score, reason
            from (
                select *, row_number() over (partition by store_id order by store_rank) as place,
                    lag(risk_score) over (partition by store_id order by store_rank) as before
                from inventory.count_suggestions
            )
            where place <> store_rank or risk_score > before or trim(coalesce(reason, '')) = ''
                or risk_score not between 0 and 100
        """,
    ),
]

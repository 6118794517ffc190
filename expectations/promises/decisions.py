"""What people decided: in order, by two where two are needed, and told as it was known."""

from __future__ import annotations

from expectations.checks import Check

PROMISES = [
    Check(
        rule="decisions.none_missing",
        subject="quality.decisions",
        words="Decisions are numbered without a hole, and those about one subject too.",
        broken_by="""
            select decision_no, subject_type, subject_key, sequence_no from (
                select *,
                    decision_no - row_number() over (order by decision_no) as behind,
                    sequence_no - row_number() over (
                        partition by subject_type, subject_key order by decision_no
                    ) as behind_of_subject
                from quality.decisions
            )
            where behind <> 0 or behind_of_subject <> 0
        """,
    ),
    Check(
        rule="corrections.by_two",
        subject="quality.corrections",
        words="A correction counts only when somebody else than its author approved it.",
        broken_by="""
            select decision_id, proposed_by, approved_by from quality.corrections
            where status in ('effective', 'replaced')
                and (approved_by is null or lower(approved_by) = lower(proposed_by))
        """,
    ),
    Check(
        rule="corrections.shown",
        subject="quality.corrections",
        words="The row of a correction that counts says that it is corrected.",
        broken_by="""
            select decision_id, row_key from quality.corrections
            where dataset = 'sales_lines' and status = 'effective'
                and (row_key, _file_id) not in (
                    select ('sales_lines|' || transaction_id || '|' || line_number, _file_id)
                    from core.fct_sales_lines where is_corrected
                )
        """,
    ),
    Check(
        rule="known_figures.one_at_a_time",
        subject="finance.known_figures",
        words="A figure is known from one moment to a later one, or until now.",
        broken_by="""
            select figure_id, known_from, known_to from finance.known_figures
            where known_to < known_from
        """,
    ),
    Check(
        rule="known_figures.now",
        subject="finance.known_figures",
        words="The net sales known now of a day that moved are the day's net sales.",
        severity="warn",
        broken_by="""
            select store_id, business_date, sum(figures.measure_value) as known_now,
                any_value(days.net_sales) as net_sales
            from finance.known_figures as figures
            inner join kpi.store_day_kpis as days using (store_id, business_date)
            where figures.measure = 'net_sales' and figures.known_to is null
            group by store_id, business_date
            having sum(figures.measure_value) <> any_value(days.net_sales)
        """,
    ),
]

with results as (

    select * from {{ ref('stg_check_results') }}

),

final as (

    select
        run_id,
        cast(
            row_number() over (partition by run_id order by border, subject, rule, checked_at)
            as integer
        ) as check_no,
        checked_at,
        border,
        subject,
        rule,
        severity,
        passed,
        observed,
        expected,
        rows_failed
    from results

)

select * from final

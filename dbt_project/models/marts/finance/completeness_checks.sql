with outcomes as (

    select * from {{ ref('int_checks') }}

),

checks as (

    select
        *,
        lead(valid_from) over (partition by check_id order by valid_from) as valid_before
    from {{ ref('store_day_checks') }}

),

final as (

    select
        outcomes.store_id,
        outcomes.business_date,
        outcomes.check_id,
        checks.check_name,
        checks.fault,
        coalesce(outcomes.severity, checks.severity) as severity,
        outcomes.actual_value = outcomes.expected_value as passed,
        outcomes.expected_value,
        outcomes.actual_value,
        cast(outcomes.actual_value - outcomes.expected_value as decimal(18, 2)) as difference,
        outcomes.detail,
        cast(checks.version as integer) as check_version
    from outcomes
    inner join checks
        on outcomes.check_id = checks.check_id
        and outcomes.business_date >= checks.valid_from
        and outcomes.business_date < coalesce(checks.valid_before, date '9999-12-31')

)

select * from final

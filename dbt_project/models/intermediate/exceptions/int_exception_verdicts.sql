with rates as (

    select * from {{ ref('int_exception_rates') }}

),

tails as (

    select * from {{ ref('int_exception_tails') }}

),

joined as (

    select
        rates.*,
        rates.kind = 'rate' and rates.base_count >= rates.minimum_n as is_tested,
        case
            when rates.kind = 'act' or rates.base_count < rates.minimum_n then null
            when rates.event_count = 0 then 1e0
            else coalesce(tails.tail_probability, 1e0)
        end as tail_probability
    from rates
    left join tails
        on rates.rule_id = tails.rule_id
        and rates.store_id = tails.store_id
        and rates.employee_id is not distinct from tails.employee_id
        and rates.period_start = tails.period_start

),

-- All rates of a month are one report: with nothing amiss, one report in a hundred flags anybody.
final as (

    select
        *,
        cast(
            sum(case when is_tested then 1 else 0 end) over (partition by period_start) as bigint
        ) as tested_count
    from joined

)

select * from final

with verdicts as (

    select * from {{ ref('int_exception_verdicts') }}

),

judged as (

    select
        *,
        kind = 'act' as is_hard_rule,
        case
            when kind = 'act' then event_count > 0
            else coalesce(tail_probability * tested_count < tail_p, false)
        end as is_flagged
    from verdicts

),

final as (

    select
        rule_id || '|' || store_id || '|' || coalesce(employee_id, '') || '|'
        || cast(period_start as string) as exception_id,
        rule_id,
        rule_name,
        cast(rule_version as integer) as rule_version,
        store_id,
        employee_id,
        period_start,
        {{ last_of_month('period_start') }} as period_end,
        measure,
        caveat,
        event_count,
        case when kind = 'rate' then base_count end as base_count,
        case when base_count > 0 then {{ share('event_count', 'base_count') }} end as rate,
        case when kind = 'rate' then network_event_count end as network_event_count,
        case when kind = 'rate' then network_base_count end as network_base_count,
        case when network_base_count > 0
            then {{ share('network_event_count', 'network_base_count') }} end as network_rate,
        case
            when network_base_count > 0
                then {{ share('(event_count + shrink_k * network_p)', '(base_count + shrink_k)') }}
        end as shrunken_rate,
        tail_probability,
        cast(minimum_n as integer) as minimum_n,
        case when kind = 'rate' then tested_count end as tested_count,
        amount,
        is_hard_rule,
        is_flagged,
        case
            when is_hard_rule then 'each such act is looked at'
            when base_count < minimum_n
                then 'too few to say: ' || cast(base_count as string) || ' of the '
                    || cast(minimum_n as string) || ' it takes'
            when is_flagged
                then 'more than chance makes it, even of the most noticeable of '
                    || cast(tested_count as string)
            when tail_probability < tail_p
                then 'would be rare alone, but of ' || cast(tested_count as string)
                    || ' some come out so by chance'
            else 'within what chance makes'
        end as reason
    from judged

)

select * from final

with counts as (

    select * from {{ ref('int_exception_counts') }}

),

rules as (

    select * from {{ ref('int_exception_rules') }}

),

ruled as (

    select
        counts.*,
        rules.rule_name,
        rules.kind,
        rules.measure,
        rules.caveat,
        rules.base,
        rules.distribution,
        rules.minimum_n,
        rules.tail_p,
        rules.shrink_k,
        rules.version as rule_version,
        cast(sum(counts.event_count) over the_month as bigint) as network_event_count,
        cast(sum(counts.base_count) over the_month as bigint) as network_base_count
    from counts
    inner join rules
        on counts.rule_id = rules.rule_id
        and counts.period_start >= rules.valid_from
        and counts.period_start < rules.valid_before
    window the_month as (partition by counts.rule_id, counts.period_start)

),

final as (

    select
        *,
        case
            when network_base_count > 0
                then {{ share('network_event_count', 'network_base_count', digits=12) }}
        end as network_p
    from ruled

)

select * from final

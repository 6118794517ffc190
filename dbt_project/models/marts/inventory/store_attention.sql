with facts as (

    select * from {{ ref('int_attention_facts') }}

),

rules as (

    select
        *,
        coalesce(
            lead(valid_from) over (partition by rule_id order by valid_from), date '9999-12-31'
        ) as valid_before
    from {{ ref('attention_rules') }}

),

stores as (

    select
        stores.store_id,
        stores.currency,
        cast({{ utc_to_local('clock.run_at', "coalesce(stores.time_zone, 'UTC')") }} as date)
            as local_today
    from {{ ref('int_stores') }} as stores
    cross join {{ ref('stg_clock') }} as clock

),

added as (

    select
        facts.store_id,
        facts.rule_id,
        rules.version,
        min(stores.currency) as currency,
        cast(sum(facts.pieces) as integer) as pieces,
        sum(facts.value_cost) as value_cost,
        max(facts.days) as days
    from facts
    inner join stores on facts.store_id = stores.store_id
    inner join rules
        on facts.rule_id = rules.rule_id
        and stores.local_today >= rules.valid_from
        and stores.local_today < rules.valid_before
        and (
            rules.within_days is null
            or facts.happened_on >= {{ add_days('stores.local_today', '-rules.within_days') }}
        )
    group by facts.store_id, facts.rule_id, rules.version

),

weighed as (

    select
        added.*,
        rules.rule_name,
        cast(
            least(
                rules.most_points,
                rules.base_points
                + rules.points_per_piece * added.pieces
                + rules.points_per_thousand * coalesce(added.value_cost, 0) * 0.001
                + rules.points_per_day * coalesce(added.days, 0)
            ) as decimal(9, 2)
        ) as points,
        replace(
            replace(
                replace(
                    rules.wording,
                    '<pieces>',
                    {{ thousands('added.pieces') }} || ' '
                    || case when added.pieces = 1 then rules.one else rules.many end
                ),
                '<value>',
                coalesce(
                    added.currency || ' ' || {{ thousands('added.value_cost') }} || ' at cost',
                    'at a cost that is not known'
                )
            ),
            '<days>',
            coalesce(cast(added.days as string), '0')
            || case when added.days = 1 then ' day' else ' days' end
        ) as reason
    from added
    inner join rules on added.rule_id = rules.rule_id and added.version = rules.version

),

summed as (

    select
        *,
        row_number() over (partition by store_id order by points desc, rule_id asc) as reason_no,
        sum(points) over (partition by store_id) as store_points
    from weighed

),

final as (

    select
        store_id || '|' || rule_id as attention_id,
        store_id,
        rule_id,
        cast(version as integer) as rule_version,
        rule_name,
        cast(reason_no as integer) as reason_no,
        reason,
        pieces,
        cast(value_cost as decimal(18, 2)) as value_cost,
        currency,
        cast(days as integer) as days,
        points,
        cast(store_points as decimal(9, 2)) as store_points,
        cast(dense_rank() over (order by store_points desc, store_id asc) as integer) as store_rank
    from summed

)

select * from final

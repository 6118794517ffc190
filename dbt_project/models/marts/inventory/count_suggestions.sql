with positions as (

    select * from {{ ref('fct_stock_positions') }}
    where to_date is null and {{ is_on_shelf('stock_status') }}

),

movements as (

    select * from {{ ref('fct_stock_movements') }}

),

lines as (

    select * from {{ ref('count_lines') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

clock as (

    select * from {{ ref('stg_clock') }}

),

rules as (

    select * from {{ ref('int_count_rules') }}

),

-- The rules of the day of the run, side by side.
weights as (

    select
        {%- for rule in [
            'risk_days_weight', 'risk_value_weight', 'risk_differences_weight',
            'risk_movements_weight', 'risk_days_full', 'risk_value_full',
            'risk_differences_full', 'risk_movements_full', 'risk_differences_days',
            'risk_movements_days',
        ] %}
        max(case when rules.rule_id = '{{ rule }}' then rules.value end) as {{ rule }},
        {%- endfor %}
        max(cast(clock.run_at as date)) as today
    from rules
    inner join clock
        on cast(clock.run_at as date) >= rules.valid_from
        and cast(clock.run_at as date) < rules.valid_before

),

held as (

    select
        positions.store_id,
        positions.location,
        items.category,
        positions.item_id,
        sum(positions.quantity) as units,
        sum(positions.quantity * coalesce(positions.unit_cost, items.unit_cost, 0)) as cost
    from positions
    left join items on positions.item_id = items.item_id
    group by positions.store_id, positions.location, items.category, positions.item_id

),

places as (

    select
        store_id,
        location,
        category,
        sum(units) as units,
        sum(cost) as value_cost
    from held
    group by store_id, location, category

),

counted as (

    select
        lines.store_id,
        lines.book_zone as location,
        lines.category,
        max(case when lines.is_counted then lines.counted_on end) as last_counted_on,
        count(
            case
                when
                    lines.is_final
                    and lines.variance_units <> 0
                    and lines.counted_on >= {{ add_days(
                        'weights.today', '-cast(weights.risk_differences_days as integer)'
                    ) }}
                    then 1
            end
        ) as differences
    from lines
    cross join weights
    group by lines.store_id, lines.book_zone, lines.category

),

-- A movement that names no place is one of the place that holds the item.
moved as (

    select
        held.store_id,
        held.location,
        held.category,
        count(*) as movements
    from movements
    cross join weights
    inner join held
        on movements.store_id = held.store_id
        and movements.item_id = held.item_id
        and (movements.location is null or movements.location = held.location)
    where
        movements.business_date
        > {{ add_days('weights.today', '-cast(weights.risk_movements_days as integer)') }}
    group by held.store_id, held.location, held.category

),

measured as (

    select
        places.*,
        stores.currency,
        counted.last_counted_on,
        coalesce(counted.differences, 0) as differences,
        coalesce(moved.movements, 0) as movements,
        weights.today,
        {{ days_between('counted.last_counted_on', 'weights.today') }} as days_since,
        weights.risk_days_weight * least(1, coalesce(
            {{ days_between('counted.last_counted_on', 'weights.today') }}
            * power(cast(weights.risk_days_full as double), -1), 1
        )) as days_part,
        weights.risk_value_weight * least(
            1, greatest(0, places.value_cost) * power(cast(weights.risk_value_full as double), -1)
        ) as value_part,
        weights.risk_differences_weight * least(
            1,
            coalesce(counted.differences, 0)
            * power(cast(weights.risk_differences_full as double), -1)
        ) as differences_part,
        weights.risk_movements_weight * least(
            1,
            coalesce(moved.movements, 0) * power(cast(weights.risk_movements_full as double), -1)
        ) as movements_part
    from places
    cross join weights
    left join stores on places.store_id = stores.store_id
    left join counted
        on places.store_id = counted.store_id
        and places.location is not distinct from counted.location
        and places.category is not distinct from counted.category
    left join moved
        on places.store_id = moved.store_id
        and places.location is not distinct from moved.location
        and places.category is not distinct from moved.category

),

told as (

    select
        *,
        cast(
            floor(
                (days_part + value_part + differences_part + movements_part) * 100 + 0.5
            ) as integer
        ) as risk_score,
        case
            when last_counted_on is null then 'never counted'
            else 'not counted for ' || cast(days_since as string) || ' days'
        end as days_words,
        cast(cast(floor(value_cost * 0.001) as bigint) as string)
        || coalesce(' thousand ' || currency, ' thousand') || ' at cost' as value_words,
        'wrong lines in past counts: ' || cast(differences as string) as differences_words,
        'movements lately: ' || cast(movements as string) as movements_words
    from measured

),

final as (

    select
        told.store_id || '|' || coalesce(told.location, '') || '|' || coalesce(told.category, '')
            as suggestion_id,
        told.store_id,
        told.location as zone,
        told.category,
        cast(
            row_number() over (
                partition by told.store_id
                order by
                    told.risk_score desc, told.value_cost desc, told.location asc, told.category asc
            ) as integer
        ) as store_rank,
        cast(
            row_number() over (
                order by
                    told.risk_score desc, told.value_cost desc,
                    told.store_id asc, told.location asc, told.category asc
            ) as integer
        ) as network_rank,
        told.risk_score,
        told.days_words
        || case when told.value_part > 0 then '; ' || told.value_words else '' end
        || case when told.differences > 0 then '; ' || told.differences_words else '' end
        || case when told.movements > 0 then '; ' || told.movements_words else '' end
            as reason,
        case greatest(
            told.days_part, told.value_part, told.differences_part, told.movements_part
        )
            when told.days_part then told.days_words
            when told.value_part then told.value_words
            when told.differences_part then told.differences_words
            else told.movements_words
        end as top_reason,
        told.last_counted_on,
        cast(told.days_since as integer) as days_since_counted,
        cast(told.units as decimal(18, 3)) as units,
        cast(told.value_cost as decimal(18, 2)) as value_cost,
        told.currency,
        told.differences,
        told.movements
    from told

)

select * from final

with changes as (

    select
        store_id,
        item_id,
        month,
        {{ stock_sum('opening', 'units') }} as begun_units,
        {{ stock_sum('opening', 'cost') }} as begun_cost,
        {{ stock_sum('residual', 'units') }} as residual_units,
        {{ stock_sum('residual', 'cost') }} as residual_cost,
        sum(case when change_type = 'residual' then abs(units) end) as absolute_residual_units,
        sum(case when change_type = 'residual' then abs(cost) end) as absolute_residual_cost,
        sum(units) as units,
        sum(cost) as cost,
        {{ stock_flow_sums() }}
    from {{ ref('stock_changes') }}
    group by store_id, item_id, month

),

months as (

    select * from {{ ref('int_stock_months') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

-- An item has a line in every month of its store from the first it was heard of on.
lines as (

    select
        known.store_id,
        known.item_id,
        months.month
    from (
        select store_id, item_id, min(month) as first_month
        from changes
        group by store_id, item_id
    ) as known
    inner join months
        on known.store_id = months.store_id
        and known.first_month <= months.month

),

carried as (

    select
        lines.*,
        changes.store_id is not null as has_changes,
        sum(coalesce(changes.units, 0)) over before_and_now as closing_units,
        sum(coalesce(changes.cost, 0)) over before_and_now as closing_cost
    from lines
    left join changes
        on lines.store_id = changes.store_id
        and lines.item_id = changes.item_id
        and lines.month = changes.month
    window before_and_now as (
        partition by lines.store_id, lines.item_id order by lines.month
        rows between unbounded preceding and current row
    )

),

final as (

    select
        carried.store_id,
        carried.item_id,
        carried.month,
        stores.currency,
        {{ opening_and_closing('carried', 'changes') }},
        {{ stock_flow_columns('changes') }},
        cast(coalesce(changes.absolute_residual_units, 0) as decimal(18, 3))
            as absolute_residual_units,
        cast(coalesce(changes.absolute_residual_cost, 0) as decimal(18, 4))
            as absolute_residual_cost,
        months.opening_basis,
        months.closing_basis,
        months.last_snapshot_on,
        months.days,
        months.days_without_snapshot,
        months.days_without_movements,
        months.is_judged
    from carried
    inner join months
        on carried.store_id = months.store_id
        and carried.month = months.month
    left join changes
        on carried.store_id = changes.store_id
        and carried.item_id = changes.item_id
        and carried.month = changes.month
    left join stores on carried.store_id = stores.store_id
    where carried.has_changes or carried.closing_units <> 0 or carried.closing_cost <> 0

)

select * from final

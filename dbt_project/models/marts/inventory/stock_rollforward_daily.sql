with changes as (

    select
        store_id,
        business_date,
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
    group by store_id, business_date

),

stores as (

    select * from {{ ref('int_stores') }}

),

carried as (

    select
        days.*,
        coalesce(sum(changes.units) over before_and_now, 0) as closing_units,
        coalesce(sum(changes.cost) over before_and_now, 0) as closing_cost
    from {{ ref('int_stock_days') }} as days
    left join changes
        on days.store_id = changes.store_id
        and days.business_date = changes.business_date
    window before_and_now as (
        partition by days.store_id order by days.business_date
        rows between unbounded preceding and current row
    )

),

final as (

    select
        carried.store_id,
        carried.business_date,
        stores.currency,
        {{ opening_and_closing('carried', 'changes') }},
        {{ stock_flow_columns('changes') }},
        cast(coalesce(changes.absolute_residual_units, 0) as decimal(18, 3))
            as absolute_residual_units,
        cast(coalesce(changes.absolute_residual_cost, 0) as decimal(18, 4))
            as absolute_residual_cost,
        case
            when carried.business_date > carried.first_day then 'carried_forward'
            when carried.first_snapshot_on is not null then 'worked_back'
            else 'assumed_zero'
        end as opening_basis,
        case when carried.has_snapshot then 'snapshot' else 'carried' end as closing_basis,
        carried.last_snapshot_on,
        carried.has_snapshot,
        carried.has_movements,
        carried.is_judged
    from carried
    left join changes
        on carried.store_id = changes.store_id
        and carried.business_date = changes.business_date
    left join stores on carried.store_id = stores.store_id

)

select * from final

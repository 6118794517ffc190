with shipped as (

    select * from {{ ref('int_shipped_years') }}

),

thresholds as (

    select
        *,
        coalesce(
            lead(valid_from) over (partition by state order by valid_from), date '9999-12-31'
        ) as valid_before
    from {{ ref('nexus_thresholds') }}

),

stores as (

    select
        state,
        min(opened_on) as first_opened_on
    from {{ ref('int_stores') }}
    where state is not null
    group by state

),

-- Laws look at this calendar year, the last one, or twelve months: the highest of the three.
measured as (

    select
        shipped.*,
        greatest(
            shipped.twelve_months_sales, shipped.year_to_date_sales, shipped.previous_year_sales
        ) as measured_sales,
        greatest(
            shipped.twelve_months_transactions,
            shipped.year_to_date_transactions,
            shipped.previous_year_transactions
        ) as measured_transactions,
        thresholds.sales_threshold,
        thresholds.transactions_threshold,
        thresholds.rule,
        coalesce(thresholds.registered_from <= {{ last_of_month('shipped.month') }}, false)
            as is_registered,
        stores.state is not null
        and coalesce(stores.first_opened_on <= {{ last_of_month('shipped.month') }}, true)
            as has_store
    from shipped
    left join thresholds
        on shipped.ship_to_state = thresholds.state
        and shipped.month >= thresholds.valid_from
        and shipped.month < thresholds.valid_before
    left join stores on shipped.ship_to_state = stores.state

),

shares as (

    select
        *,
        case when sales_threshold > 0 then {{ share('measured_sales', 'sales_threshold') }} end
            as sales_share,
        case
            when transactions_threshold > 0
                then {{ share('measured_transactions', 'transactions_threshold') }}
        end as transactions_share
    from measured

),

judged as (

    select
        *,
        case rule
            when 'both' then least(sales_share, transactions_share)
            when 'either' then greatest(sales_share, transactions_share)
            else sales_share
        end as share_of_threshold
    from shares

),

final as (

    select
        ship_to_state || '|' || cast(month as string) as watch_id,
        ship_to_state,
        month,
        cast(net_sales as decimal(18, 2)) as net_sales,
        cast(transactions as bigint) as transactions,
        cast(twelve_months_sales as decimal(18, 2)) as twelve_months_sales,
        cast(twelve_months_transactions as bigint) as twelve_months_transactions,
        cast(year_to_date_sales as decimal(18, 2)) as year_to_date_sales,
        cast(year_to_date_transactions as bigint) as year_to_date_transactions,
        cast(previous_year_sales as decimal(18, 2)) as previous_year_sales,
        cast(previous_year_transactions as bigint) as previous_year_transactions,
        sales_threshold,
        transactions_threshold,
        rule,
        share_of_threshold,
        has_store,
        is_registered,
        case
            when has_store then 'store'
            when is_registered then 'registered'
            when rule is null then 'no_rule'
            when rule = 'no_tax' then 'no_tax'
            when share_of_threshold >= 1 then 'reached'
            when share_of_threshold >= 0.8 then 'near'
            else 'below'
        end as status
    from judged

)

select * from final

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with lines as (

    select * from {{ touched(ref('int_sales_lines')) }}
    where is_net_sale

),

items as (

    select * from {{ ref('stg_items') }}

),

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

priced as (

    select
        lines.*,
        round(lines.quantity * lines.regular_unit_price, 2) as list_amount,
        coalesce(items.is_serialized, false) and abs(lines.quantity) <> 1 as is_odd_quantity,
        lowest.value as lowest_share,
        highest.value as highest_share
    from lines
    left join items on lines.item_id = items.item_id
    inner join thresholds as lowest
        on {{ limit_of('lowest', 'F20_low', 'lines.business_date') }}
    inner join thresholds as highest
        on {{ limit_of('highest', 'F20_high', 'lines.business_date') }}

),

final as (

    select
        'F20' as check_id,
        store_id,
        business_date,
        transaction_id || ' line ' || cast(line_number as string) as subject,
        transaction_id,
        case when is_odd_quantity then 1 else cast(list_amount as decimal(18, 2)) end
            as expected_value,
        case when is_odd_quantity then cast(quantity as decimal(18, 2)) else net_amount end
            as actual_value,
        case
            when is_odd_quantity then 'a piece with a serial number is sold one at a time'
            else 'paid price beside list price'
        end as note,
        _file_id,
        _line_no
    from priced
    where
        is_odd_quantity
        or (
            list_amount <> 0
            and (
                abs(net_amount) < lowest_share * abs(list_amount)
                or abs(net_amount) > highest_share * abs(list_amount)
            )
        )

)

select * from final

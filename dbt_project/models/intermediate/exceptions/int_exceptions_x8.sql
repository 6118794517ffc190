with lines as (

    select * from {{ ref('fct_sales_lines') }}
    where is_net_sale and not is_return and is_price_override

),

trading_days as (

    select * from {{ ref('stg_trading_days') }}

),

final as (

    select
        'X8' as rule_id,
        lines.store_id,
        lines.business_date,
        lines.transaction_id || ' line ' || cast(lines.line_number as string) as subject,
        lines.transaction_id,
        lines.line_number,
        lines.operator_id as employee_id,
        cast(lines.gross_amount - lines.net_amount as decimal(18, 2)) as amount,
        case
            when lines.sold_at < trading_days.opens_at or lines.sold_at > trading_days.closes_at
                then 'price typed by hand outside opening hours'
            else 'price typed by hand'
        end as note,
        lines._file_id,
        lines._line_no
    from lines
    left join trading_days
        on lines.store_id = trading_days.store_id
        and lines.business_date = trading_days.business_date

)

select * from final

with lines as (

    select * from {{ ref('fct_sales_lines') }}
    where is_net_sale and is_return

),

returned as (

    select * from {{ ref('int_returned_lines') }}

),

trading_days as (

    select * from {{ ref('stg_trading_days') }}

),

limits as (

    select * from {{ ref('int_thresholds') }}

),

timed as (

    select
        lines.*,
        {{ days_between('returned.sold_on', 'lines.business_date') }} as days_after,
        {{ minutes_between('lines.sold_at', 'trading_days.closes_at') }} as minutes_before_closing
    from lines
    left join returned
        on lines.store_id = returned.store_id
        and lines.business_date = returned.business_date
        and lines.transaction_id = returned.transaction_id
        and lines.line_number = returned.line_number
    left join trading_days
        on lines.store_id = trading_days.store_id
        and lines.business_date = trading_days.business_date

),

final as (

    select
        'X17' as rule_id,
        timed.store_id,
        timed.business_date,
        timed.transaction_id || ' line ' || cast(timed.line_number as string) as subject,
        timed.transaction_id,
        timed.line_number,
        timed.operator_id as employee_id,
        abs(timed.net_amount) as amount,
        case
            when timed.days_after > late.value
                then 'taken back ' || cast(timed.days_after as string) || ' days after the sale'
            else 'taken back near closing time'
        end as note,
        timed._file_id,
        timed._line_no
    from timed
    inner join limits as late
        on {{ limit_of('late', 'X17_days', 'timed.business_date') }}
    inner join limits as closing
        on {{ limit_of('closing', 'X17_minutes_to_closing', 'timed.business_date') }}
    where timed.days_after > late.value or timed.minutes_before_closing < closing.value

)

select * from final

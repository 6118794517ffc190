{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with days as (

    select * from {{ ref('int_received_days') }}
    where has_sales and has_movements

),

lines as (

    select
        store_id,
        business_date,
        transaction_id,
        serial_number,
        is_return,
        abs(sum(quantity)) as units,
        min_by(_file_id, line_number) as _file_id,
        min_by(_line_no, line_number) as _line_no
    from {{ touched(ref('fct_sales_lines')) }}
    where is_net_sale and serial_number is not null
    group by store_id, business_date, transaction_id, serial_number, is_return

),

-- Files of one day have the same line numbers: a place of its own for each row of the day.
placed as (

    select
        *,
        row_number() over (partition by store_id, business_date order by _line_no, _file_id)
            as place
    from {{ touched(ref('fct_stock_movements')) }}
    where movement_type in ('sale', 'sale_return') and serial_number is not null

),

-- A movement that does not say which receipt caused it is taken for that of the same piece.
movements as (

    select
        movements.store_id,
        movements.business_date,
        coalesce(movements.source_transaction_id, lines.transaction_id) as transaction_id,
        movements.serial_number,
        movements.movement_type = 'sale_return' as is_return,
        abs(sum(movements.quantity)) as units,
        min_by(movements._file_id, movements.place) as _file_id,
        min_by(movements._line_no, movements.place) as _line_no
    from placed as movements
    left join lines
        on movements.store_id = lines.store_id
        and movements.business_date = lines.business_date
        and case when movements.source_transaction_id is null then movements.serial_number end
            = lines.serial_number
        and (movements.movement_type = 'sale_return') = lines.is_return
    group by
        movements.store_id,
        movements.business_date,
        coalesce(movements.source_transaction_id, lines.transaction_id),
        movements.serial_number,
        movements.movement_type = 'sale_return'

),

compared as (

    select
        coalesce(lines.store_id, movements.store_id) as store_id,
        coalesce(lines.business_date, movements.business_date) as business_date,
        coalesce(lines.transaction_id, movements.transaction_id) as transaction_id,
        coalesce(lines.serial_number, movements.serial_number) as serial_number,
        coalesce(lines.is_return, movements.is_return) as is_return,
        coalesce(lines.units, 0) as expected_value,
        coalesce(movements.units, 0) as actual_value,
        coalesce(lines._file_id, movements._file_id) as _file_id,
        coalesce(lines._line_no, movements._line_no) as _line_no
    from lines
    full outer join movements
        on lines.store_id = movements.store_id
        and lines.business_date = movements.business_date
        and lines.transaction_id = movements.transaction_id
        and lines.serial_number = movements.serial_number
        and lines.is_return = movements.is_return

),

final as (

    select
        'F15' as check_id,
        compared.store_id,
        compared.business_date,
        compared.serial_number || case when compared.is_return then ' back ' else ' out ' end
        || coalesce(compared.transaction_id, 'without receipt') as subject,
        compared.transaction_id,
        cast(compared.expected_value as decimal(18, 2)) as expected_value,
        cast(compared.actual_value as decimal(18, 2)) as actual_value,
        case
            when compared.expected_value = 0 and compared.is_return
                then 'the stock took the piece back, the receipts did not'
            when compared.expected_value = 0
                then 'the piece left the stock as sold, no receipt sold it'
            when compared.actual_value = 0 and compared.is_return
                then 'the piece was returned, the stock did not take it back'
            when compared.actual_value = 0 then 'the piece was sold, it did not leave the stock'
            when compared.is_return then 'the piece came back more than once'
            else 'the piece left the stock more than once'
        end as note,
        compared._file_id,
        compared._line_no
    from compared
    inner join days
        on compared.store_id = days.store_id
        and compared.business_date = days.business_date
    where compared.expected_value <> compared.actual_value

)

select * from final

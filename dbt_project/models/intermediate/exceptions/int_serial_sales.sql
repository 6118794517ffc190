with lines as (

    select * from {{ ref('fct_sales_lines') }}
    where is_net_sale and serial_number is not null

),

movements as (

    select * from {{ ref('fct_stock_movements') }}
    where movement_type in ('sale', 'sale_return') and serial_number is not null

),

from_receipts as (

    select
        serial_number,
        store_id,
        business_date,
        transaction_id,
        is_return,
        coalesce(sold_at, cast(business_date as timestamp)) as moved_at,
        line_number,
        operator_id,
        net_amount,
        true as is_on_receipt,
        _file_id,
        _line_no
    from lines

),

-- What the stock alone knows of: a sale or return whose receipt has not come is no mystery.
from_stock as (

    select
        movements.serial_number,
        movements.store_id,
        movements.business_date,
        coalesce(movements.source_transaction_id, movements.document_id) as transaction_id,
        movements.movement_type = 'sale_return' as is_return,
        movements.posted_at as moved_at,
        movements.line_number,
        movements.operator_id,
        cast(null as decimal(18, 2)) as net_amount,
        false as is_on_receipt,
        movements._file_id,
        movements._line_no
    from movements
    left join lines
        on movements.store_id = lines.store_id
        and movements.business_date = lines.business_date
        and movements.serial_number = lines.serial_number
        and (movements.movement_type = 'sale_return') = lines.is_return
    where lines.serial_number is null

),

final as (

    select * from from_receipts
    union all
    select * from from_stock

)

select * from final

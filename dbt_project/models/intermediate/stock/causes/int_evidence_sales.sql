with lines as (

    select * from {{ ref('int_discrepant_lines') }}
    where side in ('short', 'over')

),

sales as (

    select * from {{ ref('fct_sales_lines') }}
    where is_net_sale and item_id in (select item_id from lines)

),

events as (

    select * from {{ ref('int_stock_events') }}
    where movement_type in ('sale', 'sale_return')

),

rung as (

    select
        transaction_id,
        store_id,
        business_date,
        item_id,
        serial_number,
        min(coalesce(sold_at, cast(business_date as timestamp))) as sold_at,
        sum(quantity) as units,
        min(line_number) as line_number,
        min_by(_file_id, line_number) as _file_id,
        min_by(_line_no, line_number) as _line_no
    from sales
    group by transaction_id, store_id, business_date, item_id, serial_number

),

moved as (

    select source_transaction_id, item_id, serial_number, sum(quantity) as units
    from events
    group by source_transaction_id, item_id, serial_number

),

all_moved as (

    select source_transaction_id, item_id, sum(units) as units
    from moved
    group by source_transaction_id, item_id

),

-- A receipt that names one piece and a movement that names another is a swap, and is posted.
compared as (

    select
        rung.*,
        rung.units + coalesce(moved.units, 0) as open_units,
        sum(rung.units) over (partition by rung.transaction_id, rung.store_id, rung.item_id)
        + coalesce(all_moved.units, 0) as open_item_units
    from rung
    left join moved
        on rung.transaction_id = moved.source_transaction_id
        and {{ same_goods('rung', 'moved') }}
    left join all_moved
        on rung.transaction_id = all_moved.source_transaction_id
        and rung.item_id = all_moved.item_id

),

final as (

    select
        {{ evidence_of(
            'compared', "'unposted_receipt_line'", 'abs(compared.open_units)',
            'compared.business_date', 'sales_lines', 'compared.transaction_id',
            "'Receipt ' || compared.transaction_id || ' of ' || cast(compared.business_date as string)"
            ~ " || case when compared.open_units > 0 then ' sold it' else ' took it back' end"
            ~ " || ', and no stock movement was posted.'",
            'compared.line_number'
        ) }}
    from lines
    inner join compared
        on lines.store_id = compared.store_id
        and {{ same_goods('lines', 'compared') }}
        and compared.sold_at <= lines.book_at
        and compared.sold_at > coalesce(lines.agreed_at, timestamp '1900-01-01 00:00:00')
        and lines.variance_units * compared.open_units < 0
    where compared.open_item_units <> 0

)

select * from final

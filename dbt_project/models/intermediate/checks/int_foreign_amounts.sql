with stores as (

    select * from {{ ref('int_stores') }}

),

amounts as (

    select
        store_id, business_date, transaction_id, currency, ' in ' as how,
        net_amount + tax_amount as amount, _file_id, _line_no
    from {{ ref('fct_sales_lines') }}
    where {{ is_completed_line() }}
    union all
    select
        store_id, business_date, transaction_id, currency, ' paid in ' as how,
        tender_amount - coalesce(change_amount, 0) as amount, _file_id, _line_no
    from {{ ref('fct_tenders') }}
    where is_completed

),

final as (

    select
        amounts.store_id,
        amounts.business_date,
        amounts.transaction_id,
        amounts.transaction_id || amounts.how || amounts.currency as subject,
        amounts.currency,
        stores.currency as store_currency,
        cast(sum(amounts.amount) as decimal(18, 2)) as amount,
        min_by(amounts._file_id, amounts._line_no) as _file_id,
        min(amounts._line_no) as _line_no
    from amounts
    inner join stores on amounts.store_id = stores.store_id
    where amounts.currency <> stores.currency
    group by
        amounts.store_id,
        amounts.business_date,
        amounts.transaction_id,
        amounts.how,
        amounts.currency,
        stores.currency

)

select * from final

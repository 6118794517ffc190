with sales as (

    select * from {{ ref('int_paper_sales') }}

),

clock as (

    select * from {{ ref('stg_clock') }}

),

rules as (

    select
        *,
        coalesce(
            lead(valid_from) over (partition by kind, document_type order by valid_from),
            date '9999-12-31'
        ) as valid_before
    from {{ ref('special_sale_documents') }}

),

papers as (

    select * from {{ ref('stg_sale_documents') }}

),

-- Where no paper was ever delivered, none is missed.
delivered as (

    select count(*) as papers from papers

),

final as (

    select
        sales.store_id,
        sales.business_date,
        sales.transaction_id,
        sales.kind,
        sales.net_sales,
        rules.document_type,
        papers.received_on,
        papers.expires_on,
        papers.minimum_purchase,
        sales._file_id,
        sales._line_no
    from sales
    inner join rules
        on sales.kind = rules.kind
        and sales.business_date >= rules.valid_from
        and sales.business_date < rules.valid_before
    cross join clock
    cross join delivered
    left join papers
        on sales.transaction_id = papers.transaction_id
        and rules.document_type = papers.document_type
    where
        {{ add_days('sales.business_date', 'rules.due_days') }} <= cast(clock.run_at as date)
        and delivered.papers > 0

)

select * from final

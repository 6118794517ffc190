{{ config(materialized='table') }}

with delivered as (

    select store_id, business_date
    from {{ ref('stg_arrived_scopes') }}
    where dataset in (
        'sales_lines', 'tenders', 'till_closings', 'till_events', 'ledger_postings',
        'stock_movements', 'store_traffic', 'supply_levels'
    )

),

revalued_items as (

    select item_id
    from {{ ref('stg_items') }}
    where _valued_by_batch_id in (select _batch_id from {{ ref('stg_arrived_scopes') }})

),

resold as (

    select store_id, business_date
    from {{ ref('stg_sales_lines') }}
    where item_id in (select item_id from revalued_items)

),

decided as (

    select store_id, business_date from {{ ref('stg_arrived_decisions') }}

),

final as (

    select store_id, business_date from delivered
    union
    select store_id, business_date from decided
    union
    select store_id, business_date from resold

)

select * from final

{{ config(materialized='table') }}

with lines as (

    select * from {{ ref('int_discrepant_lines') }}
    where is_newest and side in ('short', 'over')

),

items as (

    select * from {{ ref('dim_items') }}

),

proved as (

    select distinct finding_id from {{ ref('int_document_evidence') }}
    where confidence = 'proved' and root_cause <> 'misdirected_transfer'

),

sold as (

    select distinct finding_id from {{ ref('int_last_whereabouts') }}
    where evidence = 'sold_before'

),

final as (

    select
        lines.*,
        items.category,
        cast(floor(coalesce(items.unit_retail_price, 0)) as bigint) as price,
        sold.finding_id is not null as is_sold
    from lines
    left join items on lines.item_id = items.item_id
    left join proved on lines.finding_id = proved.finding_id
    left join sold on lines.finding_id = sold.finding_id
    where proved.finding_id is null

)

select * from final

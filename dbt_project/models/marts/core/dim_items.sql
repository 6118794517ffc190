with items as (

    select * from {{ ref('stg_items') }}

),

final as (

    select
        item_id,
        gtin,
        item_name,
        category,
        collection,
        material,
        is_serialized,
        unit_cost,
        unit_retail_price,
        currency,
        supplier_country,
        _file_id,
        _line_no
    from items

)

select * from final

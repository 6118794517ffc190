{{ config(incremental_strategy='replace_keys', unique_key=['item_id']) }}

with arrived as (

    select * from {{ arrived('items') }}

),

deliveries as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'items'

),

newest as (

    select arrived.*
    from arrived
    inner join deliveries
        on arrived._file_id = deliveries.file_id
        and arrived._batch_id = deliveries._batch_id
    qualify
        row_number() over (
            partition by arrived.item_id
            order by deliveries.known_from desc, deliveries.sequence_no desc, arrived._line_no desc
        ) = 1

),

final as (

    select
        newest.item_id,
        newest.gtin,
        newest.item_name,
        newest.category,
        newest.collection,
        newest.material,
        newest.is_serialized,
        newest.unit_cost,
        newest.unit_retail_price,
        newest.currency,
        newest.supplier_country,
        newest._file_id,
        newest._line_no,
        newest._batch_id,
        -- Sales are judged by the item's category, cost and serials: they follow when these change.
        {% if is_incremental() %}
        case
            when
                (newest.category is not distinct from known.category)
                and (newest.unit_cost is not distinct from known.unit_cost)
                and (newest.is_serialized is not distinct from known.is_serialized)
                and (newest.currency is not distinct from known.currency)
                and known.item_id is not null
                then known._valued_by_batch_id
            else newest._batch_id
        end as _valued_by_batch_id
    from newest
    left join {{ this }} as known on newest.item_id = known.item_id
        {% else %}
        newest._batch_id as _valued_by_batch_id
    from newest
        {% endif %}

)

select * from final

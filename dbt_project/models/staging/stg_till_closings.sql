{{ config(incremental_strategy='replace_scopes', partition_by='business_date') }}

with arrived as (

    select * from {{ arrived('till_closings') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'till_closings' and is_current

),

delivered as (

    select
        arrived.store_id,
        arrived.register_id,
        arrived.z_number,
        arrived.tender_type,
        arrived.business_date,
        arrived.closing_status,
        arrived.opened_at,
        arrived.closed_at,
        arrived.first_receipt_number,
        arrived.last_receipt_number,
        arrived.transaction_count,
        arrived.opening_float,
        arrived.declared_amount,
        arrived.counted_amount,
        arrived.paid_in,
        arrived.paid_out,
        arrived.banked_amount,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id,
        arrived._scope
    from arrived
    inner join current_scopes
        on arrived._scope = current_scopes.scope
        and arrived._file_id = current_scopes.file_id
        and arrived._batch_id = current_scopes._batch_id
    {{ counted_once(
        ['store_id', 'business_date', 'register_id', 'z_number', 'tender_type', '_scope']
    ) }}

),

final as (

    {{ repeats_marked(
        'delivered', ['store_id', 'business_date', 'register_id', 'z_number', 'tender_type']
    ) }}

)

select * from final

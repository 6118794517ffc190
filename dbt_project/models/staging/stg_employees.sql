{{ config(incremental_strategy='replace_scopes') }}

with arrived as (

    select * from {{ arrived('employees') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'employees' and is_current

),

final as (

    select
        arrived.employee_id,
        arrived.store_id,
        arrived.role,
        arrived.hired_on,
        arrived.left_on,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id,
        arrived._scope
    from arrived
    inner join current_scopes
        on arrived._scope = current_scopes.scope
        and arrived._file_id = current_scopes.file_id
        and arrived._batch_id = current_scopes._batch_id
    {{ counted_once(['employee_id']) }}

)

select * from final

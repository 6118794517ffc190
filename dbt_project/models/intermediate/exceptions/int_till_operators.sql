with receipts as (

    select * from {{ ref('int_rung_receipts') }}

),

-- A closing names nobody: it is somebody's where one person alone rang on the till that day.
final as (

    select
        store_id,
        business_date,
        register_id,
        min(operator_id) as operator_id
    from receipts
    group by store_id, business_date, register_id
    having count(distinct operator_id) = 1

)

select * from final

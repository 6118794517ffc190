with payments as (

    select * from {{ ref('int_closing_tenders') }}

),

-- Change is handed out in cash whatever it is given on.
final as (

    select
        store_id,
        business_date,
        register_id,
        z_number,
        cast(sum(change_given) as decimal(18, 2)) as change_given
    from payments
    group by store_id, business_date, register_id, z_number

)

select * from final

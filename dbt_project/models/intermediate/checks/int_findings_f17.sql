with papers as (

    select * from {{ ref('int_required_papers') }}

),

faults as (

    select
        *,
        case
            when received_on is null then 'is missing'
            when expires_on < business_date then 'had expired on the day of the sale'
            when net_sales < minimum_purchase
                then 'is good for larger purchases only, from '
                    || cast(minimum_purchase as string)
        end as fault
    from papers

),

final as (

    select
        'F17' as check_id,
        store_id,
        business_date,
        transaction_id || ' ' || document_type as subject,
        transaction_id,
        1 as expected_value,
        0 as actual_value,
        kind || ' sale: ' || replace(document_type, '_', ' ') || ' ' || fault as note,
        _file_id,
        _line_no
    from faults
    where fault is not null

)

select * from final

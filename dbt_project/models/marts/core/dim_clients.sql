with clients as (

    select * from {{ ref('stg_clients') }}

),

purchases as (

    select
        client_id,
        min(business_date) as first_purchase_on,
        max(business_date) as last_purchase_on,
        count(*) as purchases
    from {{ ref('fct_client_purchases') }}
    group by client_id

),

final as (

    select
        clients.client_id,
        clients.state,
        substr(clients.postal_code, 1, 3) as postal_code_prefix,
        clients.country,
        coalesce(clients.is_placeholder, false) as is_placeholder,
        clients.created_on,
        purchases.first_purchase_on,
        purchases.last_purchase_on,
        coalesce(purchases.purchases, 0) as purchases,
        clients._file_id,
        clients._line_no
    from clients
    left join purchases on clients.client_id = purchases.client_id

)

select * from final

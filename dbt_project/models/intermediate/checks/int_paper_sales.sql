with sales as (

    select * from {{ ref('int_special_sales') }}

),

-- One kind a sale, the strictest first: a diplomat's piece that is also sent is a diplomat's.
final as (

    select
        *,
        case
            when tax_exemption = 'diplomatic' then 'diplomatic'
            when tax_exemption = 'export' or upper(ship_to_country) not in ('US', 'USA')
                then 'export'
            when sale_channel = 'distance' then 'distance'
        end as kind
    from sales

)

select * from final

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with lines as (

    select * from {{ touched(ref('fct_sales_lines')) }}
    where
        is_net_sale
        and not is_return
        and (
            sale_channel = 'distance'
            or tax_exemption in ('diplomatic', 'export', 'resale')
            or ship_to_state is not null
            or ship_to_country is not null
        )

),

final as (

    select
        store_id,
        business_date,
        transaction_id,
        max(tax_exemption) as tax_exemption,
        max(tax_exemption_reference) as tax_exemption_reference,
        max(sale_channel) as sale_channel,
        max(ship_to_state) as ship_to_state,
        max(ship_to_country) as ship_to_country,
        cast(sum(net_amount) as decimal(18, 2)) as net_sales,
        min_by(_file_id, line_number) as _file_id,
        min_by(_line_no, line_number) as _line_no
    from lines
    group by store_id, business_date, transaction_id

)

select * from final

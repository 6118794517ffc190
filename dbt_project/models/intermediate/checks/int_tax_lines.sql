with lines as (

    select
        *,
        upper(ship_to_country) not in ('US', 'USA') as is_shipped_abroad
    from {{ ref('fct_sales_lines') }}
    where {{ is_completed_line() }}

),

stores as (

    select
        *,
        upper(country) in ('US', 'USA') as is_american
    from {{ ref('int_stores') }}

),

returned as (

    select * from {{ ref('int_returned_lines') }}

),

final as (

    select
        lines.transaction_id,
        lines.line_number,
        lines.store_id,
        lines.business_date,
        lines.line_type,
        lines.is_return,
        lines.currency,
        lines.net_amount as taxable_amount,
        lines.tax_amount,
        lines.tax_exemption,
        -- What is shipped abroad is taxed, if at all, where it is handed to the carrier.
        case
            when not stores.is_american then null
            when coalesce(lines.is_shipped_abroad, false) then stores.state
            else coalesce(lines.ship_to_state, stores.state)
        end as tax_state,
        case
            when lines.ship_to_state is null or coalesce(lines.is_shipped_abroad, false)
                then stores.postal_code
            else lines.ship_to_postal_code
        end as tax_postal_code,
        coalesce(lines.ship_to_state <> stores.state, false) as is_shipped_elsewhere,
        coalesce(lines.tax_exemption in ('diplomatic', 'export', 'resale'), false)
        or coalesce(lines.is_shipped_abroad, false) as has_reason,
        returned.sold_net_amount,
        returned.sold_tax_amount,
        lines._file_id,
        lines._line_no
    from lines
    inner join stores on lines.store_id = stores.store_id
    left join returned
        on lines.store_id = returned.store_id
        and lines.business_date = returned.business_date
        and lines.transaction_id = returned.transaction_id
        and lines.line_number = returned.line_number

)

select * from final

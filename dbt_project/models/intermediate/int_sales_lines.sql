with lines as (

    select
        *,
        {{ is_completed_line() }} as is_completed_line,
        {{ is_net_sale() }} as is_net_sale,
        {{ is_return() }} as is_return
    from {{ ref('int_current_sales_lines') }}

),

items as (

    select * from {{ ref('stg_items') }}

),

final as (

    select
        lines.*,
        -- Figures by category must add up to the whole: merchandise always has one.
        case
            when lines.line_type = 'merchandise' then coalesce(items.category, 'uncategorised')
            else items.category
        end as category,
        -- Before discount. Sources that give no discount give a list price, or nothing was given.
        cast(
            coalesce(
                lines.net_amount + lines.discount_amount,
                round(lines.quantity * lines.regular_unit_price, 2),
                lines.net_amount
            ) as decimal(18, 2)
        ) as gross_amount,
        -- A cost in another currency is no cost of this sale.
        case
            when coalesce(items.currency, lines.currency) = lines.currency
                then cast(round(lines.quantity * items.unit_cost, 2) as decimal(18, 2))
        end as cost_amount
    from lines
    left join items on lines.item_id = items.item_id

)

select * from final

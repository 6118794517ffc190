with lines as (

    select * from {{ ref('int_tax_lines') }}

),

rates as (

    select * from {{ ref('int_tax_rates') }}

),

collecting as (

    select * from {{ ref('int_tax_states') }}

),

-- What comes back without its receipt may have been sold, and taxed, anywhere.
anywhere as (

    select max(highest_rate) as highest_rate
    from rates

),

rated as (

    select
        lines.*,
        coalesce(near.lowest_rate, whole.lowest_rate) as lowest_rate,
        case
            when lines.is_return then anywhere.highest_rate
            else coalesce(near.highest_rate, whole.highest_rate)
        end as highest_rate,
        collecting.state is not null as is_collected
    from lines
    cross join anywhere
    left join rates as whole
        on lines.tax_state = whole.state
        and whole.postal_prefix is null
        and lines.business_date >= whole.valid_from
        and lines.business_date < whole.valid_before
    left join rates as near
        on lines.tax_state = near.state
        and substring(lines.tax_postal_code, 1, 3) = near.postal_prefix
        and lines.business_date >= near.valid_from
        and lines.business_date < near.valid_before
    left join collecting
        on lines.tax_state = collecting.state
        and lines.business_date >= collecting.collects_from
        and lines.business_date <= collecting.collects_until

),

final as (

    select
        *,
        -- A return gives back the tax of its sale. Services and deposits are taxed in some states
        -- only; gift cards and payments on account never are.
        cast(
            case
                when line_type in ('gift_card', 'financial') then 0
                when is_return and sold_net_amount <> 0
                    then {{ prorated('taxable_amount', 'sold_tax_amount', 'sold_net_amount') }}
                when is_return or has_reason or line_type <> 'merchandise' then 0
                else round(taxable_amount * lowest_rate, 2)
            end as decimal(18, 2)
        ) as tax_at_least,
        cast(
            case
                when line_type in ('gift_card', 'financial') then 0
                when is_return and sold_net_amount <> 0
                    then {{ prorated('taxable_amount', 'sold_tax_amount', 'sold_net_amount') }}
                else round(taxable_amount * highest_rate, 2)
            end as decimal(18, 2)
        ) as tax_at_most
    from rated

)

select * from final

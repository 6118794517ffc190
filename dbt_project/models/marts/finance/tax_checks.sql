with bands as (

    select * from {{ ref('int_tax_bands') }}

),

limits as (

    select * from {{ ref('int_thresholds') }}

),

-- Of what the band allows, the amount nearest to what was charged; amounts may be negative.
expected as (

    select
        bands.*,
        limits.value as tolerance,
        case
            when bands.lowest_rate is not null
                then cast(
                    greatest(
                        least(bands.tax_amount, greatest(bands.tax_at_least, bands.tax_at_most)),
                        least(bands.tax_at_least, bands.tax_at_most)
                    ) as decimal(18, 2)
                )
        end as expected_tax
    from bands
    inner join limits
        on {{ limit_of('limits', 'F16_tolerance', 'bands.business_date') }}

),

final as (

    select
        transaction_id,
        line_number,
        store_id,
        business_date,
        line_type,
        is_return,
        currency,
        tax_state,
        tax_postal_code,
        taxable_amount,
        lowest_rate,
        highest_rate,
        case when taxable_amount <> 0 then {{ share('tax_amount', 'taxable_amount') }} end as rate,
        expected_tax,
        tax_amount,
        cast(tax_amount - expected_tax as decimal(18, 2)) as difference,
        tax_exemption,
        has_reason,
        case
            when lowest_rate is null then 'no_rate'
            when abs(tax_amount - expected_tax) <= tolerance then 'plausible'
            when tax_amount <> 0 or is_return then 'off'
            when is_shipped_elsewhere and not is_collected then 'not_registered'
            else 'zero_without_reason'
        end as status,
        _file_id,
        _line_no
    from expected

)

select * from final

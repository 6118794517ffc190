with cards as (

    select
        *,
        cast(gross_amount - coalesce(fee_amount, 0) as decimal(18, 2)) as net_due
    from {{ ref('card_reconciliation') }}

),

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

final as (

    select
        cards.*,
        case
            when cards.status = 'unmatched_tender' then 'taken by card and not settled'
            when cards.status = 'unmatched_settlement' then 'settled, but no payment is known of'
            when cards.status = 'amount_differs' then 'settled at another amount than taken'
            when
                cards.matched_by <> 'batch_total'
                and abs(cards.net_amount - cards.net_due) > tolerance.value
                then 'what was paid out and the fee do not add up to what was settled'
        end as fault,
        cards.status = 'waiting' as is_waiting
    from cards
    inner join thresholds as tolerance
        on {{ limit_of('tolerance', 'F13_tolerance', 'cards.business_date') }}

)

select * from final

with settlements as (

    select * from {{ ref('fct_card_settlements') }}

),

final as (

    select
        settlement_id,
        store_id,
        authorization_code,
        card_last_four,
        captured_on,
        gross_amount as amount,
        gross_amount < 0 as is_refund,
        -- A line for a whole batch names no card.
        authorization_code is null and card_last_four is null as is_batch,
        fee_amount,
        net_amount,
        settled_on,
        payout_id,
        currency,
        _file_id,
        _line_no
    from settlements

)

select * from final

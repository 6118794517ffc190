with tenders as (

    select * from {{ ref('fct_tenders') }}
    where tender_type = 'card' and is_completed

),

-- A store whose processor reports owes a settlement from its first report on; what was captured
-- just before may have been reported to nobody.
begun as (

    select
        store_id,
        min(captured_on) as first_captured_on,
        min(coalesce(settled_on, captured_on)) as first_settled_on
    from {{ ref('fct_card_settlements') }}
    group by store_id

),

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

final as (

    select
        tenders.store_id || '|' || cast(tenders.business_date as string) || '|'
        || tenders.transaction_id || '|' || cast(tenders.tender_number as string) as payment_id,
        tenders.store_id,
        tenders.business_date,
        tenders.register_id,
        tenders.z_number,
        tenders.transaction_id,
        tenders.tender_number,
        tenders.authorization_code,
        tenders.authorization_code as reference,
        tenders.card_last_four,
        cast(
            tenders.tender_amount - coalesce(tenders.change_amount, 0) as decimal(18, 2)
        ) as amount,
        tenders.tender_amount < 0 as is_refund,
        tenders.currency,
        tenders.business_date >= begun.first_settled_on as is_owed,
        {{ add_days('tenders.business_date', -1) }} as captured_from,
        {{ add_days('tenders.business_date', 'cast(patience.value as integer)') }} as captured_to,
        tenders._file_id,
        tenders._line_no
    from tenders
    inner join begun
        on tenders.store_id = begun.store_id
        and tenders.business_date >= {{ add_days('begun.first_captured_on', -1) }}
    inner join thresholds as patience
        on {{ limit_of('patience', 'F13_match_days', 'tenders.business_date') }}
    where tenders.tender_amount - coalesce(tenders.change_amount, 0) <> 0

)

select * from final

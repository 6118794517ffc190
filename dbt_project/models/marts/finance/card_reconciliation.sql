with matches as (

    select * from {{ ref('int_card_matches') }}

),

left_open as (

    select * from {{ ref('int_card_open') }}

),

tender_days as (

    select * from {{ ref('int_received_days') }}
    where has_tenders

),

bank_days as (

    select * from {{ ref('int_bank_days') }}

),

clock as (

    select * from {{ ref('int_bank_clock') }}

),

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

sides as (

    select
        reconciliation_id, store_id, business_date, register_id, z_number, transaction_id,
        tender_number, settlement_id, matched_by, card_last_four, authorization_code,
        tender_amount, gross_amount, fee_amount, net_amount, captured_on, settled_on, payout_id,
        currency, cast(null as string) as fault, false as is_unknown_day, _file_id, _line_no
    from matches
    union all
    select
        reconciliation_id, store_id, business_date, register_id, z_number, transaction_id,
        tender_number, settlement_id, 'none' as matched_by, card_last_four, authorization_code,
        tender_amount, gross_amount, fee_amount, net_amount, captured_on, settled_on, payout_id,
        currency, fault, is_unknown_day, _file_id, _line_no
    from left_open

),

aged as (

    select
        sides.*,
        settled.bank_day_no - booked.bank_day_no as lag_business_days,
        clock.today_no - booked.bank_day_no as age_business_days,
        tender_days.store_id is null as is_before_its_payments,
        patience.value as patience_days,
        tolerance.value as tolerance
    from sides
    inner join bank_days as booked on sides.business_date = booked.calendar_date
    left join bank_days as settled on sides.settled_on = settled.calendar_date
    left join clock on sides.store_id = clock.store_id
    left join tender_days
        on sides.store_id = tender_days.store_id
        and sides.business_date = tender_days.business_date
    inner join thresholds as patience
        on {{ limit_of('patience', 'F13_lag_business_days', 'sides.business_date') }}
    inner join thresholds as tolerance
        on {{ limit_of('tolerance', 'F13_tolerance', 'sides.business_date') }}

),

final as (

    select
        reconciliation_id,
        store_id,
        business_date,
        register_id,
        z_number,
        transaction_id,
        cast(tender_number as integer) as tender_number,
        settlement_id,
        matched_by,
        card_last_four,
        authorization_code,
        currency,
        tender_amount,
        gross_amount,
        fee_amount,
        net_amount,
        cast(coalesce(gross_amount, 0) - coalesce(tender_amount, 0) as decimal(18, 2))
            as difference,
        captured_on,
        settled_on,
        payout_id,
        cast(lag_business_days as integer) as lag_business_days,
        case
            when fault in ('unmatched_tender', 'unmatched_settlement')
                then cast(greatest(age_business_days, 0) as integer)
        end as unmatched_age_business_days,
        case
            when fault is null and abs(gross_amount - tender_amount) > tolerance
                then 'amount_differs'
            when fault is null then 'matched'
            when fault = 'chargeback' then 'chargeback'
            -- Who has not been told yet what was sold, or may still be settled, is waited for.
            when is_unknown_day then 'waiting'
            when age_business_days <= patience_days
                and (fault = 'unmatched_tender' or is_before_its_payments)
                then 'waiting'
            else fault
        end as status,
        _file_id,
        _line_no
    from aged

)

select * from final

with closings as (

    select * from {{ ref('fct_till_closings') }}

),

payments as (

    select * from {{ ref('int_closing_tenders') }}

),

received as (

    select * from {{ ref('int_received_days') }}

),

-- By its tender in a column, and not in the condition of the join: an outer join that asks one side
-- alone is worked out row against row, two thirds of a day's run on a year of history.
change as (

    select *, 'cash' as tender_type from {{ ref('int_closing_change') }}

),

drawers as (

    select *, 'cash' as tender_type from {{ ref('int_drawers') }}

),

settlements as (

    select *, 'card' as tender_type from {{ ref('int_closing_settlements') }}

),

deposits as (

    select *, 'cash' as tender_type from {{ ref('int_closing_deposits') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

sides as (

    select
        coalesce(closings.store_id, payments.store_id) as store_id,
        coalesce(closings.business_date, payments.business_date) as business_date,
        coalesce(closings.register_id, payments.register_id) as register_id,
        coalesce(closings.z_number, payments.z_number) as z_number,
        coalesce(closings.tender_type, payments.tender_type) as tender_type,
        coalesce(closings.tender_type, payments.tender_type) = 'cash' as is_cash,
        payments.currency,
        coalesce(payments.payments, 0) as payments,
        coalesce(payments.tendered_amount, 0) as tendered_amount,
        coalesce(payments.change_given, 0) as own_change_given,
        coalesce(payments.rounding_amount, 0) as rounding_amount,
        closings.opening_float,
        closings.paid_in,
        closings.paid_out,
        closings.banked_amount,
        coalesce(closings.declared_amount, 0) as declared_amount,
        closings.counted_amount,
        closings._file_id,
        closings._line_no
    from closings
    full outer join payments
        on closings.store_id = payments.store_id
        and closings.business_date = payments.business_date
        and closings.register_id = payments.register_id
        and closings.z_number = payments.z_number
        and closings.tender_type = payments.tender_type

),

-- A side that has not come yet is empty, not nothing.
known as (

    select
        sides.*,
        coalesce(sides.currency, stores.currency) as store_currency,
        received.has_tenders,
        case when received.has_tenders then sides.tendered_amount - sides.own_change_given end
            as computed_amount,
        case when received.has_closings then sides.declared_amount end as declared,
        case
            when sides.is_cash and received.has_tenders then coalesce(change.change_given, 0)
        end as change_given,
        drawers.previous_left_amount,
        coalesce(settlements.settled_amount, 0) as settled_amount,
        settlements.store_id is not null as is_settled,
        coalesce(settlements.waiting_payments, 0) as waiting_payments,
        deposits.deposited_amount
    from sides
    left join received
        on sides.store_id = received.store_id
        and sides.business_date = received.business_date
    left join change
        on sides.tender_type = change.tender_type
        and sides.store_id = change.store_id
        and sides.business_date = change.business_date
        and sides.register_id = change.register_id
        and sides.z_number is not distinct from change.z_number
    left join drawers
        on sides.tender_type = drawers.tender_type
        and sides.store_id = drawers.store_id
        and sides.business_date = drawers.business_date
        and sides.register_id = drawers.register_id
        and sides.z_number = drawers.z_number
    left join settlements
        on sides.tender_type = settlements.tender_type
        and sides.store_id = settlements.store_id
        and sides.business_date = settlements.business_date
        and sides.register_id = settlements.register_id
        and sides.z_number is not distinct from settlements.z_number
    left join deposits
        on sides.tender_type = deposits.tender_type
        and sides.store_id = deposits.store_id
        and sides.business_date = deposits.business_date
        and sides.register_id = deposits.register_id
        and sides.z_number = deposits.z_number
    left join stores on sides.store_id = stores.store_id

),

-- What should be left in the drawer once the bank's share is out of it.
expected as (

    select
        *,
        case
            when is_cash and has_tenders and z_number is not null
                then coalesce(opening_float, 0) + tendered_amount - change_given
                    + coalesce(paid_in, 0) - coalesce(paid_out, 0) - coalesce(banked_amount, 0)
        end as expected_cash
    from known

),

final as (

    select
        store_id || '|' || cast(business_date as string) || '|' || register_id || '|'
        || coalesce(z_number, '') || '|' || tender_type as balance_id,
        store_id,
        business_date,
        register_id,
        z_number,
        tender_type,
        store_currency as currency,
        cast(payments as integer) as payments,
        opening_float,
        case when is_cash and has_tenders then cast(tendered_amount as decimal(18, 2)) end
            as cash_tendered,
        change_given,
        paid_in,
        paid_out,
        banked_amount,
        cast(computed_amount as decimal(18, 2)) as computed_amount,
        declared as declared_amount,
        counted_amount,
        cast(expected_cash as decimal(18, 2)) as expected_cash,
        cast(counted_amount - coalesce(banked_amount, 0) - expected_cash as decimal(18, 2))
            as over_short,
        rounding_amount,
        case when is_settled then settled_amount end as settled_amount,
        deposited_amount,
        cast(declared - computed_amount as decimal(18, 2)) as declared_difference,
        case
            when is_settled and waiting_payments = 0
                then cast(settled_amount - computed_amount as decimal(18, 2))
        end as settled_difference,
        cast(deposited_amount - banked_amount as decimal(18, 2)) as deposited_difference,
        previous_left_amount,
        cast(opening_float - previous_left_amount as decimal(18, 2)) as float_difference,
        _file_id,
        _line_no
    from expected

)

select * from final

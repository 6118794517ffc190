with bags as (

    select * from {{ ref('fct_bank_deposits') }}

),

banked as (

    select * from {{ ref('int_banked_days') }}

),

bank_days as (

    select * from {{ ref('int_bank_days') }}

),

clock as (

    select * from {{ ref('int_bank_clock') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

-- Of several bags of a day, the largest bears what the tills banked beside the others.
shared as (

    select
        *,
        row_number() over (
            partition by store_id, business_date
            order by deposited_amount desc, deposit_id asc
        ) as bag_no,
        sum(deposited_amount) over (partition by store_id, business_date) as day_amount
    from bags

),

matched as (

    select
        coalesce(
            shared.deposit_id,
            banked.store_id || '|' || cast(banked.business_date as string) || '|no bag'
        ) as reconciliation_id,
        shared.deposit_id,
        coalesce(shared.store_id, banked.store_id) as store_id,
        coalesce(shared.business_date, banked.business_date) as business_date,
        coalesce(shared.currency, stores.currency) as currency,
        case
            when shared.bag_no > 1 and banked.store_id is not null then shared.deposited_amount
            when shared.bag_no = 1
                then banked.banked_amount - (shared.day_amount - shared.deposited_amount)
            else banked.banked_amount
        end as banked_amount,
        shared.deposited_amount,
        shared.credited_amount,
        shared.credited_on,
        shared._file_id,
        shared._line_no
    from shared
    full outer join banked
        on shared.store_id = banked.store_id
        and shared.business_date = banked.business_date
    left join stores on coalesce(shared.store_id, banked.store_id) = stores.store_id
    where shared.deposit_id is not null or (banked.is_owed and banked.banked_amount > 0)

),

aged as (

    select
        matched.*,
        matched.deposited_amount - matched.banked_amount as bag_difference,
        matched.credited_amount - matched.deposited_amount as credit_difference,
        credited.bank_day_no - booked.bank_day_no as lag_business_days,
        clock.today_no - booked.bank_day_no as age_business_days,
        patience.value as patience_days,
        tolerance.value as tolerance
    from matched
    inner join bank_days as booked on matched.business_date = booked.calendar_date
    left join bank_days as credited on matched.credited_on = credited.calendar_date
    left join clock on matched.store_id = clock.store_id
    inner join thresholds as patience
        on {{ limit_of('patience', 'F12_lag_business_days', 'matched.business_date') }}
    inner join thresholds as tolerance
        on {{ limit_of('tolerance', 'F12_tolerance', 'matched.business_date') }}

),

final as (

    select
        reconciliation_id,
        deposit_id,
        store_id,
        business_date,
        currency,
        cast(banked_amount as decimal(18, 2)) as banked_amount,
        deposited_amount,
        credited_amount,
        credited_on,
        cast(bag_difference as decimal(18, 2)) as bag_difference,
        cast(credit_difference as decimal(18, 2)) as credit_difference,
        cast(lag_business_days as integer) as lag_business_days,
        case
            when credited_amount is null then cast(greatest(age_business_days, 0) as integer)
        end as unmatched_age_business_days,
        case
            when least(coalesce(bag_difference, 0), coalesce(credit_difference, 0)) < -tolerance
                then 'short'
            when greatest(coalesce(bag_difference, 0), coalesce(credit_difference, 0)) > tolerance
                then 'over'
            when credited_amount is not null then 'credited'
            when age_business_days <= patience_days then 'waiting'
            when deposit_id is null then 'no_bag'
            else 'late'
        end as status,
        _file_id,
        _line_no
    from aged

)

select * from final

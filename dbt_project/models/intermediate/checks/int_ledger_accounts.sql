with days as (

    select * from {{ ref('int_received_days') }}
    where has_ledger and has_sales and has_tenders

),

stores as (

    select * from {{ ref('int_stores') }}

),

postings as (

    select * from {{ ref('fct_ledger_postings') }}

),

-- A ledger that never tells states or means of payment apart is compared as a whole, and a kind of
-- account that a store's ledger never books is not compared.
kept as (

    select
        store_id,
        account_kind,
        coalesce(bool_or(coalesce(tax_state, tender_type) is not null), false) as is_split
    from postings
    group by store_id, account_kind

),

both_sides as (

    select
        store_id,
        business_date,
        account_kind,
        coalesce(tax_state, tender_type) as part,
        amount as booked,
        0 as sold,
        _file_id
    from postings
    union all
    select
        accounts.store_id,
        accounts.business_date,
        accounts.account_kind,
        case
            when accounts.account_kind = 'sales_tax'
                then coalesce(accounts.ship_to_state, stores.state)
            else accounts.tender_type
        end as part,
        0 as booked,
        accounts.amount as sold,
        cast(null as string) as _file_id
    from {{ ref('int_day_accounts') }} as accounts
    left join stores on accounts.store_id = stores.store_id

),

final as (

    select
        both_sides.store_id,
        both_sides.business_date,
        both_sides.account_kind,
        case when kept.is_split then coalesce(both_sides.part, 'none') end as part,
        cast(sum(both_sides.sold) as decimal(18, 2)) as sold_amount,
        cast(sum(both_sides.booked) as decimal(18, 2)) as booked_amount,
        max(both_sides._file_id) as _file_id
    from both_sides
    inner join days
        on both_sides.store_id = days.store_id
        and both_sides.business_date = days.business_date
    inner join kept
        on both_sides.store_id = kept.store_id
        and both_sides.account_kind = kept.account_kind
    group by
        both_sides.store_id,
        both_sides.business_date,
        both_sides.account_kind,
        case when kept.is_split then coalesce(both_sides.part, 'none') end

)

select * from final

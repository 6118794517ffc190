with stays as (

    select * from {{ ref('int_repair_stays') }}

),

days as (

    select * from {{ ref('int_days') }}

),

spans as (

    select
        store_id,
        owner,
        min(received_on) as first_received_on,
        max(local_today) as local_today
    from stays
    group by store_id, owner

),

months as (

    select
        spans.store_id,
        spans.owner,
        days.calendar_date as month,
        {{ last_of_month('days.calendar_date') }} as month_end
    from spans
    inner join days
        on days.calendar_date between
            cast(date_trunc('month', spans.first_received_on) as date) and spans.local_today
    where extract(day from days.calendar_date) = 1

),

-- Each of the four is counted by itself: that they meet is found, not made.
counted as (

    select
        months.store_id,
        months.owner,
        months.month,
        months.month_end,
        sum(
            case
                when stays.received_on < months.month
                    and coalesce(stays.left_on, date '9999-12-31') >= months.month
                    then 1
                else 0
            end
        ) as opening_pieces,
        sum(case when stays.received_on >= months.month then 1 else 0 end) as pieces_in,
        sum(case when stays.left_on between months.month and months.month_end then 1 else 0 end)
            as pieces_out,
        sum(
            case
                when coalesce(stays.left_on, date '9999-12-31') > months.month_end then 1 else 0
            end
        ) as closing_pieces,
        sum(
            case
                when coalesce(stays.left_on, date '9999-12-31') > months.month_end
                    and stays.sent_on <= months.month_end
                    and coalesce(stays.returned_on, date '9999-12-31') > months.month_end
                    then 1
                else 0
            end
        ) as closing_at_workshop
    from months
    left join stays
        on months.store_id = stays.store_id
        and months.owner = stays.owner
        and stays.received_on <= months.month_end
    group by months.store_id, months.owner, months.month, months.month_end

),

final as (

    select
        store_id,
        month,
        owner,
        month_end,
        cast(opening_pieces as integer) as opening_pieces,
        cast(pieces_in as integer) as pieces_in,
        cast(pieces_out as integer) as pieces_out,
        cast(closing_pieces as integer) as closing_pieces,
        cast(closing_at_workshop as integer) as closing_at_workshop,
        cast(opening_pieces + pieces_in - pieces_out - closing_pieces as integer)
            as residual_pieces
    from counted

)

select * from final

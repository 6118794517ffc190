with repairs as (

    select * from {{ ref('fct_repairs') }}

),

clock as (

    select * from {{ ref('int_stock_clock') }}

),

-- A client's piece is out when it is collected, a piece of the house when the workshop gave it back.
ended as (

    select
        repairs.*,
        clock.local_today,
        clock.currency,
        case
            when repairs.owner = 'client' then repairs.collected_on
            else coalesce(repairs.returned_on, repairs.collected_on)
        end as ended_on
    from repairs
    inner join clock on repairs.store_id = clock.store_id

),

final as (

    -- An end before the intake is of an earlier visit under the same number; one that lies ahead
    -- has not happened.
    select
        *,
        case when ended_on >= received_on and ended_on <= local_today then ended_on end as left_on,
        coalesce(ended_on < received_on, false) as is_reopened
    from ended
    where received_on <= local_today

)

select * from final

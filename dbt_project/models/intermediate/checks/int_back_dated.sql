with versions as (

    select
        *,
        row_number() over (
            partition by dataset, scope
            order by known_from, sequence_no, delivery_id
        ) as version_no
    from {{ ref('stg_file_scopes') }}
    where
        business_date is not null
        and is_accepted
        and dataset in (select dataset from {{ ref('delivery_terms') }})

),

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

locks as (

    select
        subject_key as month,
        min(decided_at) as locked_at
    from {{ ref('stg_decisions') }}
    where kind = 'month_lock'
    group by subject_key

),

-- A month is closed once it is locked, at the latest so many days after its end.
closed as (

    select
        versions.*,
        locks.locked_at,
        least(
            {{ add_days(
                last_of_month('versions.business_date'), 'cast(patience.value as integer)'
            ) }},
            coalesce(cast(locks.locked_at as date), date '9999-12-31')
        ) as closed_on
    from versions
    inner join thresholds as patience
        on {{ limit_of('patience', 'F11_close_days', 'versions.business_date') }}
    left join locks on substr(cast(versions.business_date as string), 1, 7) = locks.month

),

-- The first delivery of a day is late, not back-dated.
final as (

    select
        store_id,
        business_date,
        dataset,
        delivery_id,
        scope_part,
        file_id,
        {{ days_between('closed_on', 'cast(received_at as date)') }} as days_after_close
    from closed
    where version_no > 1
        and (known_from > locked_at or cast(received_at as date) > closed_on)

)

select * from final

with findings as (

    select * from {{ ref('int_open_findings') }}

),

paired as (

    select one_id as finding_id from {{ ref('int_pairs_of_one_reference') }}
    union
    select other_id as finding_id from {{ ref('int_pairs_of_one_reference') }}

),

alone as (

    select findings.*
    from findings
    left join paired on findings.finding_id = paired.finding_id
    where paired.finding_id is null

),

-- The nearer in time and, on one day, in price: who mixes two pieces up mixes up like ones.
candidates as (

    select
        'other_reference' as evidence,
        shorts.store_id || '|' || shorts.category as group_id,
        shorts.finding_id as one_id,
        overs.finding_id as other_id,
        cast(
            abs({{ days_between('shorts.first_seen_on', 'overs.first_seen_on') }}) as bigint
        ) * 1000000000 + abs(shorts.price - overs.price) as distance
    from alone as shorts
    inner join alone as overs
        on shorts.store_id = overs.store_id
        and shorts.category = overs.category
        and shorts.item_id <> overs.item_id
        and shorts.level = overs.level
        and shorts.variance_units = -overs.variance_units
        and (overs.is_sold or overs.level = 'item')
    where shorts.side = 'short' and overs.side = 'over'

),

final as (

    {{ nearest_pairs_twice('candidates') }}

)

select * from final

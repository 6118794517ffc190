{{ config(materialized='table') }}

with scans as (

    select * from {{ ref('fct_count_scans') }}

),

counts as (

    select counts.*
    from {{ ref('int_counts') }} as counts
    inner join {{ ref('int_touched_counts') }} as touched on counts.count_id = touched.count_id

),

postings as (

    select * from {{ ref('int_count_postings') }}

),

books as (

    select
        count_id,
        coalesce(serial_number, item_id) as goods,
        sum(quantity) as units,
        sum(case when posted_at is null then quantity else 0 end) as opening_units
    from postings
    group by count_id, coalesce(serial_number, item_id)

),

-- A count of one zone needs no zone on its scans.
zoned as (

    select
        scans.count_id,
        scans.count_pass,
        scans.scanned_at,
        coalesce(scans.zone, counts.zone) as zone,
        coalesce(scans.serial_number, scans.item_id) as goods,
        case when scans.serial_number is not null then 1 else scans.quantity end as units,
        min(scans.count_pass) over (
            partition by scans.count_id, coalesce(scans.zone, counts.zone)
        ) as first_pass
    from scans
    inner join counts on scans.count_id = counts.count_id

),

passes as (

    select
        count_id,
        zone,
        count_pass,
        first_pass,
        max(scanned_at) as last_scanned_at
    from zoned
    group by count_id, zone, count_pass, first_pass

),

agreed as (

    select
        firsts.count_id,
        firsts.zone,
        firsts.goods
    from (
        select count_id, zone, goods, sum(units) as units, max(units) as most_units
        from zoned
        where count_pass = first_pass
        group by count_id, zone, goods
    ) as firsts
    inner join books
        on firsts.count_id = books.count_id
        and firsts.goods = books.goods
        and (firsts.units in (books.units, books.opening_units) or firsts.most_units = books.units)

),

looked_again as (

    select distinct count_id, zone, count_pass, goods
    from zoned
    where count_pass > first_pass

),

-- Who recounts a zone reads again what was right; who looks at single lines again does not.
recounted as (

    select
        passes.count_id,
        passes.zone,
        passes.count_pass,
        passes.last_scanned_at,
        passes.count_pass = passes.first_pass
        or count(looked_again.goods) * 2 >= count(agreed.goods) as is_whole
    from passes
    left join agreed
        on passes.count_id = agreed.count_id
        and passes.zone is not distinct from agreed.zone
    left join looked_again
        on agreed.count_id = looked_again.count_id
        and agreed.zone is not distinct from looked_again.zone
        and agreed.goods = looked_again.goods
        and passes.count_pass = looked_again.count_pass
    group by
        passes.count_id, passes.zone, passes.count_pass, passes.first_pass, passes.last_scanned_at

),

final as (

    select
        count_id,
        zone,
        max(count_pass) as decisive_pass,
        max(last_scanned_at) as last_scanned_at
    from recounted
    where is_whole
    group by count_id, zone

)

select * from final

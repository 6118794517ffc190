with lines as (

    select * from {{ ref('count_lines') }}

),

bands as (

    select * from {{ ref('price_bands') }}

),

versions as (

    select
        valid_from,
        coalesce(lead(valid_from) over (order by valid_from), date '9999-12-31') as valid_before
    from (select distinct valid_from from bands) as divisions

),

ranges as (

    select
        bands.band_name,
        bands.price_from,
        lead(bands.price_from) over (
            partition by bands.valid_from order by bands.price_from
        ) as price_before,
        versions.valid_from,
        versions.valid_before
    from bands
    inner join versions on bands.valid_from = versions.valid_from

),

banded as (

    select
        lines.*,
        ranges.band_name
    from lines
    left join ranges
        on lines.unit_retail_price >= ranges.price_from
        and lines.unit_retail_price < coalesce(ranges.price_before, lines.unit_retail_price + 1)
        and coalesce(lines.due_on, lines.counted_on) >= ranges.valid_from
        and coalesce(lines.due_on, lines.counted_on) < ranges.valid_before

),

dimensions as (

    select 'category' as dimension
    union all
    select 'price_band' as dimension
    union all
    select 'location' as dimension

),

cut as (

    select
        banded.*,
        dimensions.dimension,
        coalesce(
            case dimensions.dimension
                when 'category' then banded.category
                when 'price_band' then banded.band_name
                else coalesce(banded.book_zone, banded.zone)
            end,
            'unknown'
        ) as dimension_value
    from banded
    cross join dimensions

),

measured as (

    select
        count_id,
        dimension,
        dimension_value,
        max(store_id) as store_id,
        max(currency) as currency,
        max(counted_on) as counted_on,
        -- A part that was counted whole speaks for itself, whatever was left out elsewhere.
        min(
            case
                when snapshot_on is null and is_due then 0
                when is_due and uncounted_units <> 0 then 0
                when count_status in ('counted', 'approved') then 1
                else 0
            end
        ) = 1 as is_told,
        {{ count_measures() }}
    from cut
    group by count_id, dimension, dimension_value

),

final as (

    select
        count_id,
        store_id,
        counted_on,
        dimension,
        dimension_value,
        currency,
        is_told as is_complete,
        {{ count_rates() }}
    from measured

)

select * from final

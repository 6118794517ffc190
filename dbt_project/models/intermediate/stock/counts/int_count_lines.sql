with stock as (

    select * from {{ ref('int_counted_stock') }}

),

counts as (

    select * from {{ ref('int_counts') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

positions as (

    select * from {{ ref('fct_stock_positions') }}

),

movements as (

    select * from {{ ref('fct_stock_movements') }}

),

rules as (

    select * from {{ ref('int_count_rules') }}

),

unnamed as (

    select distinct serial_number
    from stock
    where item_id is null

),

-- A piece of another store, read by its number alone: what the network knows it as.
known as (

    select serial_number, max(item_id) as item_id
    from (
        select serial_number, item_id
        from positions
        where serial_number in (select serial_number from unnamed)
        union all
        select serial_number, item_id
        from movements
        where serial_number in (select serial_number from unnamed)
    ) as seen
    group by serial_number

),

named as (

    select
        stock.count_id,
        coalesce(stock.item_id, known.item_id) as item_id,
        stock.serial_number,
        stock.is_in_plan,
        stock.zone,
        stock.book_zone,
        stock.book_units,
        stock.counted_units,
        stock.uncounted_units,
        stock.is_counted,
        stock.away_status,
        stock.scans,
        stock.decisive_scans,
        stock.passes,
        stock.first_scanned_at,
        stock.last_scanned_at,
        stock.snapshot_on,
        stock.book_at,
        stock.unit_cost,
        stock._file_id,
        stock._line_no
    from stock
    left join known
        on case when stock.item_id is null then stock.serial_number end = known.serial_number

),

valued as (

    select
        named.*,
        counts.store_id,
        counts.currency,
        counts.count_type,
        counts.status,
        counts.due_on,
        counts.counted_on,
        counts.frozen_at,
        items.category,
        named.serial_number is not null or coalesce(items.is_serialized, false) as is_serialized,
        coalesce(named.unit_cost, items.unit_cost) as line_cost,
        items.unit_retail_price,
        -- What a client owns is never worth anything to the house, found or not.
        case when named.away_status = 'client_owned' then 0 else 1 end as owned_share,
        named.is_in_plan
        and case
            -- Named by zone or category, a count is about all that is there.
            when counts.zone is not null or counts.category is not null then true
            when counts.count_type = 'high_value'
                then coalesce(items.unit_retail_price >= rules.value, false)
            when counts.count_type = 'problem' then named.decisive_scans > 0
            else true
        end as is_due
    from named
    inner join counts on named.count_id = counts.count_id
    left join items on named.item_id = items.item_id
    left join rules
        on rules.rule_id = 'high_value_from'
        and coalesce(counts.due_on, counts.counted_on) >= rules.valid_from
        and coalesce(counts.due_on, counts.counted_on) < rules.valid_before

),

coverage as (

    select
        count_id,
        min(case when is_due and uncounted_units <> 0 then 0 else 1 end) = 1
        and max(snapshot_on) is not null as is_complete
    from valued
    group by count_id

),

final as (

    select
        valued.count_id || '|' || coalesce(valued.item_id, '') || '|'
        || coalesce(valued.serial_number, '') as line_id,
        valued.count_id,
        valued.store_id,
        valued.item_id,
        valued.serial_number,
        valued.zone,
        valued.book_zone,
        valued.is_serialized,
        valued.is_due,
        valued.is_counted,
        valued.book_units,
        valued.counted_units,
        case when valued.is_due then valued.uncounted_units else 0 end as uncounted_units,
        valued.away_status,
        valued.scans,
        valued.decisive_scans,
        valued.passes,
        valued.first_scanned_at,
        valued.last_scanned_at,
        valued.snapshot_on,
        valued.book_at,
        valued.currency,
        valued.category,
        valued.line_cost as unit_cost,
        valued.unit_retail_price,
        cast(valued.counted_units - valued.book_units as decimal(18, 3)) as variance_units,
        cast(
            (valued.counted_units - valued.book_units) * valued.owned_share * valued.line_cost
            as decimal(18, 2)
        ) as variance_cost,
        cast(
            (valued.counted_units - valued.book_units) * valued.owned_share
            * valued.unit_retail_price as decimal(18, 2)
        ) as variance_retail,
        valued.count_type,
        valued.status as count_status,
        valued.due_on,
        valued.counted_on,
        coalesce(valued.status in ('counted', 'approved'), false) and coverage.is_complete
            as is_final,
        valued._file_id,
        valued._line_no
    from valued
    inner join coverage on valued.count_id = coverage.count_id
    where valued.is_due or valued.decisive_scans > 0

)

select * from final

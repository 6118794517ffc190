{{ config(materialized='table') }}

with counts as (

    select * from {{ ref('int_counts') }}

),

plans as (

    select * from {{ ref('fct_count_plans') }}

),

items as (

    select * from {{ ref('stg_items') }}

),

arrived as (

    select * from {{ ref('stg_arrived_scopes') }}

),

lists as (

    select distinct dataset
    from arrived
    where dataset = 'stores'
    union
    select distinct 'items' as dataset
    from items
    where _valued_by_batch_id in (select _batch_id from arrived)

),

final as (

    select scope as count_id
    from arrived
    where dataset = 'count_scans'
    union
    select count_id
    from plans
    where
        _batch_id in (
            select _batch_id
            from arrived
            where dataset = 'count_plans'
        )
    union
    -- A day before the count, or the count's own: its book was built from it.
    select counts.count_id
    from counts
    inner join arrived
        on counts.store_id = arrived.store_id
        and arrived.dataset in ('stock_snapshots', 'stock_movements')
        and arrived.business_date <= {{ add_days('counts.ends_on', 1) }}
    union
    -- Time zones say when a snapshot was true; categories say what a count is about.
    select counts.count_id
    from counts
    inner join lists on lists.dataset = 'stores' or counts.category is not null

)

select * from final
where count_id is not null

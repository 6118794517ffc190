-- Stretches of one piece in one place follow each other: two that overlap would count it twice on
-- those days. A snapshot corrected in the past cuts a stretch in two, and the old, long one must
-- go. It does not look for one serial number in two stores: that is a finding, not a fault.
select
    position_id,
    from_date,
    to_date,
    next_from_date
from (
    select
        position_id,
        from_date,
        to_date,
        lead(from_date) over (
            partition by store_id, location, item_id, serial_number
            order by from_date
        ) as next_from_date
    from {{ ref('fct_stock_positions') }}
) as stretches
where next_from_date <= coalesce(to_date, next_from_date)

with steps as (

    select
        *,
        row_number() over (partition by subject_key order by decision_no desc) as recency,
        row_number() over (partition by subject_key, step order by decision_no desc)
            as recency_of_step
    from {{ ref('stg_decisions') }}
    where kind = 'stock_take_step'

),

campaigns as (

    select
        subject_key as stock_take_id,
        min(store_id) as store_id,
        min(fiscal_year) as fiscal_year,
        max(case when recency = 1 then step end) as state,
        max(case when recency = 1 then decided_by end) as changed_by,
        max(case when recency = 1 then decided_at end) as changed_at,
        max(known_from) as known_from,
        {{ text_list('counter') }} as counted_by
        {%- for step in ('planned', 'frozen', 'counting', 'recount', 'approved', 'reported') %},
        max(case when step = '{{ step }}' and recency_of_step = 1 then decided_at end)
            as {{ step }}_at
        {%- endfor %}
        {%- for told in ('decided_by', 'count_id', 'reason', 'unexplained_lines', 'unexplained_cost') %},
        max(case when step = 'approved' and recency_of_step = 1 then {{ told }} end)
            as approval_{{ told }}
        {%- endfor %}
    from steps
    group by subject_key

),

-- An approval that was taken back for another recount says nothing any more.
final as (

    select
        stock_take_id,
        store_id,
        cast(fiscal_year as integer) as fiscal_year,
        state,
        changed_by,
        changed_at,
        counted_by,
        planned_at,
        frozen_at,
        counting_at,
        recount_at,
        case when state in ('approved', 'reported') then approved_at end as approved_at,
        case when state in ('approved', 'reported') then approval_decided_by end as approved_by,
        case when state in ('approved', 'reported') then approval_reason end as approved_because,
        case when state in ('approved', 'reported') then approval_count_id end as count_id,
        cast(case when state in ('approved', 'reported') then approval_unexplained_lines end as integer)
            as unexplained_lines,
        cast(
            case when state in ('approved', 'reported') then approval_unexplained_cost end
            as decimal(18, 2)
        ) as unexplained_cost,
        case when state = 'reported' then reported_at end as reported_at,
        known_from
    from campaigns

)

select * from final

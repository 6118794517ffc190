with plans as (

    select * from {{ ref('fct_count_plans') }}

),

accuracy as (

    select * from {{ ref('stock_accuracy') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

clock as (

    select * from {{ ref('stg_clock') }}

),

rules as (

    select * from {{ ref('int_count_rules') }}

),

-- What was scanned is done: a plan that says so without a scan is not.
judged as (

    select
        plans.store_id,
        plans.due_on,
        {{ add_days('plans.due_on', '1 - ' ~ iso_weekday('plans.due_on')) }} as week_starts_on,
        plans.status = 'cancelled' as is_cancelled,
        plans.status in ('counted', 'approved') and accuracy.counted_on is not null as is_done,
        accuracy.counted_on,
        accuracy.is_final,
        {{ add_days('plans.due_on', '-cast(rules.value as integer)') }} as window_from,
        cast({{ utc_to_local('clock.run_at', "coalesce(stores.time_zone, 'UTC')") }} as date)
            as local_today
    from plans
    cross join clock
    left join accuracy on plans.count_id = accuracy.count_id
    left join stores on plans.store_id = stores.store_id
    left join rules
        on rules.rule_id = 'done_days_before'
        and plans.due_on >= rules.valid_from
        and plans.due_on < rules.valid_before

),

counted as (

    select
        store_id,
        week_starts_on,
        count(*) as planned,
        count(case when is_cancelled then 1 end) as cancelled,
        count(case when is_done and counted_on between window_from and due_on then 1 end)
            as done_in_window,
        count(case when is_done and counted_on > due_on then 1 end) as done_late,
        count(case when is_done and counted_on < window_from then 1 end) as done_early,
        count(case when is_done and not is_final then 1 end) as done_incomplete,
        count(case when not is_done and not is_cancelled and due_on < local_today then 1 end)
            as overdue,
        count(case when not is_done and not is_cancelled and due_on >= local_today then 1 end)
            as awaited,
        max(
            case
                when not is_done and not is_cancelled and due_on < local_today
                    then {{ days_between('due_on', 'local_today') }}
            end
        ) as most_days_overdue
    from judged
    group by store_id, week_starts_on

),

final as (

    select
        store_id,
        week_starts_on,
        planned,
        cancelled,
        done_in_window,
        done_late,
        done_early,
        done_incomplete,
        overdue,
        awaited,
        cast(most_days_overdue as integer) as most_days_overdue,
        {{ count_rate('done_in_window', 'planned - awaited') }} as compliance
    from counted

)

select * from final

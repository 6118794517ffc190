with corrections as (

    select * from {{ ref('int_corrections') }}

),

found as (

    select * from {{ ref('int_corrected_rows_found') }}

),

judged as (

    select
        corrections.*,
        case
            when corrections.withdrawn_no is not null then 'withdrawn'
            when not corrections.is_usable then 'refused'
            when not corrections.is_row_current then 'superseded'
            when found.row_key is null then 'no_such_row'
            when corrections.approved_no is null then 'waiting'
            when corrections.recency > 1 then 'replaced'
            else 'effective'
        end as status
    from corrections
    left join found
        on corrections.subject_key = found.row_key
        and corrections.file_id = found.file_id

),

final as (

    select
        decision_id,
        dataset,
        store_id,
        business_date,
        subject_key as row_key,
        column_name,
        old_value,
        new_value,
        reason,
        status,
        case status
            when 'withdrawn' then 'taken back by ' || withdrawn_by || ': ' || withdrawn_because
            when 'refused' then 'the column may not be corrected, or not to this value'
            when 'superseded' then 'the store-day was delivered again: its new row counts as it came'
            when 'no_such_row' then 'the file holds no such row'
            when 'waiting' then 'waits for another person to approve it'
            when 'replaced' then 'a later correction of the same value counts'
        end as status_reason,
        decided_by as proposed_by,
        decided_at as proposed_at,
        approved_by,
        approved_at,
        withdrawn_by,
        withdrawn_at,
        approved_from as known_from,
        file_id as _file_id
    from judged

)

select * from final

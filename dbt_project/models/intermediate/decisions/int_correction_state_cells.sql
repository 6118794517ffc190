with states as (

    select * from {{ ref('int_correction_states') }}

),

corrections as (

    select * from {{ ref('int_corrections') }}
    where is_usable and approved_no is not null

),

standing as (

    select
        states.dataset,
        states.scope,
        states.file_id,
        states._batch_id,
        states.state_no,
        corrections.subject_key as row_key,
        corrections.column_name,
        corrections.new_value
    from states
    inner join corrections
        on states.dataset = corrections.dataset
        and states.file_id = corrections.file_id
        and corrections.approved_no <= states.through_no
        and coalesce(corrections.withdrawn_no, states.through_no + 1) > states.through_no
    qualify
        row_number() over (
            partition by
                states.scope,
                states.file_id,
                states._batch_id,
                states.state_no,
                corrections.subject_key,
                corrections.column_name
            order by corrections.approved_no desc
        ) = 1

),

final as (

    select
        standing.dataset,
        standing.scope,
        standing.file_id,
        standing._batch_id,
        standing.state_no,
        standing.row_key,
        {{ loupe.correction_cells('standing') }}
    from standing
    group by
        standing.dataset,
        standing.scope,
        standing.file_id,
        standing._batch_id,
        standing.state_no,
        standing.row_key

)

select * from final

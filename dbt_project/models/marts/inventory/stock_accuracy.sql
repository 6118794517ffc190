with lines as (

    select * from {{ ref('count_lines') }}

),

counts as (

    select * from {{ ref('int_counts') }}

),

measured as (

    select
        count_id,
        max(case when is_final then 1 else 0 end) = 1 as is_told,
        {{ count_measures() }}
    from lines
    group by count_id

),

rated as (

    select
        count_id,
        is_told,
        {{ count_rates() }}
    from measured

),

final as (

    select
        counts.count_id,
        counts.store_id,
        counts.currency,
        counts.count_type,
        counts.zone,
        counts.category,
        counts.status as count_status,
        counts.due_on,
        counts.counted_on,
        counts.counted_on <= counts.due_on as is_on_time,
        cast({{ days_between('counts.due_on', 'counts.counted_on') }} as bigint)
            as days_after_due,
        coalesce(rated.is_told, false) as is_final,
        coalesce(rated.lines_due, 0) as lines_due,
        coalesce(rated.lines_counted, 0) as lines_counted,
        rated.coverage,
        coalesce(rated.lines_compared, 0) as lines_compared,
        coalesce(rated.matched, 0) as matched,
        coalesce(rated.missing, 0) as missing,
        coalesce(rated.unexpected, 0) as unexpected,
        coalesce(rated.pieces_compared, 0) as pieces_compared,
        coalesce(rated.pieces_expected, 0) as pieces_expected,
        coalesce(rated.pieces_found, 0) as pieces_found,
        coalesce(rated.pieces_matched, 0) as pieces_matched,
        coalesce(rated.pieces_located, 0) as pieces_located,
        coalesce(rated.pieces_in_place, 0) as pieces_in_place,
        coalesce(rated.lines_unvalued, 0) as lines_unvalued,
        rated.serial_accuracy,
        rated.serial_recall,
        rated.serial_precision,
        rated.line_accuracy,
        rated.location_accuracy,
        rated.unit_accuracy,
        rated.value_accuracy,
        rated.book_units,
        rated.counted_units,
        rated.book_cost,
        rated.book_retail,
        rated.net_variance_units,
        rated.net_variance_cost,
        rated.net_variance_retail,
        rated.absolute_variance_units,
        rated.absolute_variance_cost,
        rated.absolute_variance_retail,
        counts._file_id,
        counts._line_no
    from counts
    left join rated on counts.count_id = rated.count_id

)

select * from final

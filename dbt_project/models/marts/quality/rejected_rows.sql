with rejected as (

    select * from {{ ref('stg_rejected_rows') }}

),

numbered as (

    select
        *,
        row_number() over (
            partition by delivery_id, line_no
            order by column_name, rule, value
        ) as fault_no
    from rejected

),

final as (

    select
        delivery_id,
        cast(fault_no as integer) as fault_no,
        file_id,
        line_no,
        dataset,
        column_name,
        rule,
        value,
        expected,
        raw_line,
        store_id,
        business_date,
        known_from
    from numbered

)

select * from final

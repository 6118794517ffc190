with moves as (

    select * from {{ ref('int_serial_sales') }}

),

-- Sold and taken back on one receipt: what comes back comes first.
followed as (

    select
        *,
        lag(is_return) over (
            partition by serial_number
            order by
                business_date,
                moved_at,
                transaction_id,
                case when is_return then 0 else 1 end,
                store_id,
                line_number
        ) as previous_is_return
    from moves

),

judged as (

    select
        *,
        case
            when not is_return and not previous_is_return
                then 'sold again, though it never came back'
            when is_return and previous_is_return is null
                then 'taken back, though no sale of it is known'
            when is_return and previous_is_return then 'taken back twice'
        end as note
    from followed

),

final as (

    select
        'X15' as rule_id,
        store_id,
        business_date,
        serial_number || ' ' || transaction_id || ' line ' || cast(line_number as string)
            as subject,
        transaction_id,
        line_number,
        operator_id as employee_id,
        abs(net_amount) as amount,
        serial_number || ' ' || note as note,
        _file_id,
        _line_no
    from judged
    where note is not null and is_on_receipt

)

select * from final

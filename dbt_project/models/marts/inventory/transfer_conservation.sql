with transfers as (

    select * from {{ ref('transfers') }}

),

months as (

    select
        *,
        coalesce(sender_store_id, 'unknown') as sender,
        coalesce(receiver_store_id, 'unknown') as receiver,
        cast(date_trunc('month', coalesce(shipped_on, last_received_on)) as date) as month
    from transfers

),

final as (

    select
        sender as sender_store_id,
        receiver as receiver_store_id,
        month,
        max(currency) as currency,
        cast(count(*) as integer) as transfers,
        cast(sum(case when in_transit_units > 0 then 1 else 0 end) as integer) as open_transfers,
        {%- for measure, data_type in [('units', 'decimal(18, 3)'), ('cost', 'decimal(18, 2)')] %}
        {%- for part in [
            'shipped', 'received', 'short', 'rejected', 'in_transit', 'over_received'
        ] %}
        cast(sum({{ part }}_{{ measure }}) as {{ data_type }}) as {{ part }}_{{ measure }},
        {%- endfor %}
        cast(
            sum(
                shipped_{{ measure }} + over_received_{{ measure }} - received_{{ measure }}
                - short_{{ measure }} - rejected_{{ measure }} - in_transit_{{ measure }}
            ) as {{ data_type }}
        ) as difference_{{ measure }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from months
    group by sender, receiver, month

)

select * from final

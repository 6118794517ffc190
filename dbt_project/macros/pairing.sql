{#
    Payments and card operations of one store and currency that agree in `same`, one for one, from
    the steps of those names: among all that have a partner within the payment's window, the first
    with the first, the second with the second. An operation without a payment of its own keeps none.
#}
{% macro paired_in_order(payments, operations, same, matched_by) -%}
    {%- set same = ['store_id', 'currency'] + same -%}
    select
        payment_id,
        settlement_id,
        '{{ matched_by }}' as matched_by
    from (
        select
            payments.payment_id,
            operations.settlement_id,
            dense_rank() over (
                partition by payments.{{ same | join(', payments.') }}
                order by payments.business_date, payments.payment_id
            ) as payment_no,
            dense_rank() over (
                partition by payments.{{ same | join(', payments.') }}
                order by operations.captured_on, operations.settlement_id
            ) as operation_no
        from {{ payments }} as payments
        inner join {{ operations }} as operations
            on operations.captured_on between payments.captured_from and payments.captured_to
            {%- for column in same %}
            and payments.{{ column }} = operations.{{ column }}
            {%- endfor %}
    ) as candidates
    where payment_no = operation_no
{%- endmacro %}

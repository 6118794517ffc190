with reasons as (

    select * from {{ ref('employee_discount_reasons') }}

),

limits as (

    select * from {{ ref('int_thresholds') }}

),

purchases as (

    select
        lines.*,
        case
            when lines.client_id is not null
                then row_number() over (
                    partition by lines.client_id, date_trunc('year', lines.business_date)
                    order by
                        lines.business_date,
                        coalesce(lines.sold_at, cast(lines.business_date as timestamp)),
                        lines.store_id,
                        lines.transaction_id,
                        lines.line_number
                )
        end as purchase_no
    from {{ ref('fct_sales_lines') }} as lines
    inner join reasons on lower(lines.discount_reason) = reasons.discount_reason
    where lines.is_net_sale and not lines.is_return and lines.gross_amount > 0

),

judged as (

    select
        purchases.*,
        (purchases.gross_amount - purchases.net_amount) * 100
        > purchases.gross_amount * percentage.value as is_over_policy,
        coalesce(purchases.purchase_no > quota.value, false) as is_over_quota
    from purchases
    inner join limits as percentage
        on {{ limit_of('percentage', 'X9_maximum_percent', 'purchases.business_date') }}
    inner join limits as quota
        on {{ limit_of('quota', 'X9_pieces_a_year', 'purchases.business_date') }}

),

final as (

    select
        'X9' as rule_id,
        store_id,
        business_date,
        transaction_id || ' line ' || cast(line_number as string) as subject,
        transaction_id,
        line_number,
        operator_id as employee_id,
        cast(gross_amount - net_amount as decimal(18, 2)) as amount,
        case
            when is_over_policy
                then 'employee price ' || cast({{ percent_off('gross_amount', 'net_amount') }} as string)
                    || ' percent off'
            else 'piece ' || cast(purchase_no as string) || ' of the year at employee price'
        end as note,
        _file_id,
        _line_no
    from judged
    where is_over_policy or is_over_quota

)

select * from final

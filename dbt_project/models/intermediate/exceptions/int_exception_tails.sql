with rates as (

    select
        *,
        cast(base_count as double) as n,
        base_count * network_p as expected_count,
        10 * sqrt(
            base_count * network_p
            * case when distribution = 'binomial' then greatest(1 - network_p, 0) else 1 end
        ) + 20 as reach
    from {{ ref('int_exception_rates') }}
    where
        kind = 'rate'
        and event_count > 0
        and base_count >= minimum_n
        and (distribution = 'poisson' or network_p < 1)

),

numbers as (

    select {{ days_between("date '2000-01-01'", 'calendar_date') }} as k
    from {{ ref('int_days') }}

),

-- The shorter side is added up, as far as it is worth anything: ten deviations and twenty more.
sides as (

    select
        *,
        event_count > expected_count as is_upper,
        case when event_count > expected_count then event_count else event_count - 1 - reach end
            as first_k,
        case when event_count > expected_count then event_count + reach else event_count - 1 end
            as last_k
    from rates

),

terms as (

    select
        sides.rule_id,
        sides.store_id,
        sides.employee_id,
        sides.period_start,
        sides.is_upper,
        case
            when sides.distribution = 'poisson'
                then exp(
                    numbers.k * ln(sides.expected_count) - sides.expected_count
                    - {{ log_factorial('numbers.k') }}
                )
            when numbers.k <= sides.base_count
                then exp(
                    {{ log_factorial('sides.base_count') }}
                    - {{ log_factorial('numbers.k') }}
                    - {{ log_factorial('(sides.base_count - numbers.k)') }}
                    + numbers.k * ln(sides.network_p)
                    + (sides.n - numbers.k) * ln(1 - sides.network_p)
                )
            else 0
        end as probability
    from sides
    inner join numbers
        on numbers.k >= sides.first_k
        and numbers.k <= sides.last_k

),

added as (

    select
        rule_id,
        store_id,
        employee_id,
        period_start,
        case when is_upper then sum(probability) else 1 - sum(probability) end as probability
    from terms
    group by rule_id, store_id, employee_id, period_start, is_upper

),

-- The last digits depend on how an engine adds up; six are the same everywhere.
final as (

    select
        rule_id,
        store_id,
        employee_id,
        period_start,
        {{ share('greatest(0e0, least(1e0, probability))', '1') }} as tail_probability
    from added

)

select * from final

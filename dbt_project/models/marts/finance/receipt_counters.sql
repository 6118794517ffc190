with evidence as (

    select * from {{ ref('int_counter_evidence') }}

),

scopes as (

    select * from {{ ref('int_counter_scopes') }}

),

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

judged as (

    select
        evidence.*,
        coalesce(scopes.scope, 'register') as scope_in_force,
        scopes.scope is not null as is_frozen,
        -- Few receipts, or a single till, say nothing about who shares a counter.
        case
            when evidence.receipts < fewest.value then null
            when
                evidence.registers > 1
                and evidence.shared_numbers = 0
                and evidence.missing_by_register > 0
                and 10 * evidence.missing_by_store <= evidence.missing_by_register
                then 'store'
            else 'register'
        end as proposed_scope
    from evidence
    left join scopes
        on evidence.store_id = scopes.store_id
        and evidence.last_day >= scopes.valid_from
        and evidence.last_day < scopes.valid_before
    inner join thresholds as fewest
        on {{ limit_of('fewest', 'F4_minimum_receipts', 'evidence.last_day') }}

),

final as (

    select
        store_id,
        scope_in_force,
        is_frozen,
        proposed_scope,
        coalesce(proposed_scope <> scope_in_force, false) as is_contradicted,
        first_day,
        last_day,
        cast(registers as integer) as registers,
        cast(receipts as integer) as receipts,
        cast(missing_by_register as bigint) as missing_by_register,
        cast(missing_by_store as bigint) as missing_by_store,
        cast(shared_numbers as integer) as shared_numbers
    from judged

)

select * from final

-- A re-export replaces its store-day whole, also when it holds fewer lines or none: lines of the
-- replaced file that stay behind would be sold twice. A delete that follows the rows that came,
-- instead of the store-days, leaves them behind exactly when the new file is empty.
select
    facts.store_id,
    facts.business_date,
    facts._file_id
from (
    select distinct store_id, business_date, _file_id
    from {{ ref('fct_sales_lines') }}
) as facts
left join {{ ref('file_scopes') }} as versions
    on facts.store_id = versions.store_id
    and facts.business_date = versions.business_date
    and facts._file_id = versions.file_id
    and versions.dataset = 'sales_lines'
    and versions.is_current
where versions.file_id is null

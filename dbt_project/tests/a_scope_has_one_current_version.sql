-- Two files that both claim to be the current whole of a store-day would count it twice. It can
-- only happen when a replaced version was not told so, for example by a build that saw the later
-- file first. Parts of a store-day stand side by side and are not looked at.
select
    dataset,
    scope,
    count(*) as current_versions
from {{ ref('file_scopes') }}
where is_current and scope_part is null
group by dataset, scope
having count(*) > 1

{%- for dataset in ['sales_lines', 'tenders', 'till_closings'] %}
select distinct
    {{ loupe.row_key(dataset, 'lines') }} as row_key,
    lines._file_id as file_id
from {{ ref('stg_corrected_' ~ dataset) }} as lines
{%- if not loop.last %}
union all
{%- endif -%}
{%- endfor %}

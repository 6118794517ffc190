select
    kpi_id,
    kpi_name,
    formula,
    numerator,
    denominator,
    format,
    good_direction,
    unit,
    owner,
    caveats
from {{ ref('kpi_formulas') }}

{{ united_checks(
    'int_check_',
    [
        'check_id', 'store_id', 'business_date', 'severity',
        'cast(expected_value as decimal(18, 2)) as expected_value',
        'cast(actual_value as decimal(18, 2)) as actual_value',
        'detail',
    ]
) }}

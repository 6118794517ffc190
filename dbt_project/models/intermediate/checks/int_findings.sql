{{ united_checks(
    'int_findings_',
    [
        'check_id', 'store_id', 'business_date', 'subject', 'transaction_id',
        'cast(expected_value as decimal(18, 2)) as expected_value',
        'cast(actual_value as decimal(18, 2)) as actual_value',
        'cast(actual_value - expected_value as decimal(18, 2)) as difference',
        'note', '_file_id', 'cast(_line_no as bigint) as _line_no',
    ]
) }}

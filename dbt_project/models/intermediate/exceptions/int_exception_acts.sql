{{ united_exceptions(day_exceptions()) }}

"""From archived files to typed rows and a verdict on each file.

    small files of one mapping ──joined──▶ text ──▶ typed together ──▶ verdicts ──▶ rows
    a big file ──blocks──▶ text ──▶ typed ──▶ spool ──▶ verdict ──▶ kept, or thrown away

    for bunch in bunches(deliveries):                        # bunches
        rows = Reader(settings, spool).read(bunch, zones)    # reader

What is read in one go is a bunch; it needs nothing of another, so any process may read it.
Every line is counted on the way: `lines_read = rows_loaded + rows_rejected + rows_skipped`.

The two ways are `small_files` and `big_file` (with `repeats`, which takes keys told twice out of
its spool). Both go through `text` (the rows as the rules read them), `header` (is it the one the
mapping promises?), `staging` (text into types) and `verdict` (with `controls`, the control totals).
"""

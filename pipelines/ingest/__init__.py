"""How files become typed rows of the lake: landing → archive + lake/batches, one rename a batch.

    result = take_in(home, home.settings())

Flow inside: landing.scan → archive.keep → readers (text, every line accounted for) → translate
(other systems' words into ours, by a mapping) → values (text into types, by the contract) → batch
(verdicts, commit). Knows neither Dagster nor dbt; the contract file is only data here.
"""

# Raise when the same bytes would be read differently: refused files are then tried again.
READER_VERSION = 3

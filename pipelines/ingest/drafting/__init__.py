"""A first mapping for a file nobody has mapped yet, to be looked at by a person.

    sample.py   the file's first rows, and how it is written: encoding, separator, header, sheet
    looks.py    what a column holds: dates, numbers, codes of stores, currencies
    matching.py which header is which column, by its name in six languages and by what it holds
    codes.py    which code is which value
    draft.py    the whole, as YAML; every guess that needs a human eye is marked `# check: …`

What is certain is written plainly; what is only likely is written too, so that the draft can be
tried at once, and marked.
"""

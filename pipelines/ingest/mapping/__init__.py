"""Mappings: how another system's exports become a dataset. Data, not code.

A mapping is one YAML file, `<system>/<export>.yml`. The native layout is a mapping too, made from
the contract. Reading one checks it whole: every message names file, line and key.

    mappings = load_mappings([SHIPPED_MAPPINGS, home.mappings], contract)    # loading
    claims = Register(mappings).claims("UK/2010-12-01.csv")                  # register

What a mapping says, a file each: `layout` how the file is written, `file_names` what its name
tells, `rules` where each column comes from, `conditions` which lines a rule is about. `model` puts
them together; `strict` has the texts they share, each checked as it is read.
What is done with it: `loading` reads them from YAML, `faults` is what can be wrong beyond one key,
`native` makes the layout of the contract, `register` finds the mapping of a file.
"""

"""The outgoing border: what we promise."""


def outgoing_checks(contract):
    return []

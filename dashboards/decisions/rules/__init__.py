"""What may be decided, about what, and by whom: the rules, apart from pages and databases.

A rule looks at the proposed decision and at the history of its subject, and either stays silent or
raises RuleBrokenError with words for the person at the screen. A file per subject matter.
"""

from dashboards.decisions.rules.actions import open_actions
from dashboards.decisions.rules.acts import (
    Act,
    Decision,
    Proposal,
    RuleBrokenError,
    Subject,
    payload_text,
    same_person,
)
from dashboards.decisions.rules.check import LONGEST_TEXT, check
from dashboards.decisions.rules.corrections import open_corrections, readable
from dashboards.decisions.rules.days import GAP_REASONS, standing_sign_off
from dashboards.decisions.rules.kinds import KINDS, SUBJECTS_OF

__all__ = [
    "GAP_REASONS",
    "KINDS",
    "LONGEST_TEXT",
    "SUBJECTS_OF",
    "Act",
    "Decision",
    "Proposal",
    "RuleBrokenError",
    "Subject",
    "check",
    "open_actions",
    "open_corrections",
    "payload_text",
    "readable",
    "same_person",
    "standing_sign_off",
]

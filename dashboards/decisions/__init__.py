"""What people decided: sign-offs, reasons, corrections, locks. Append-only, kept apart.

`DecisionStore.open(home)` is the one door. Nothing here knows Streamlit or the pipeline: pages
decide, and a run reads back what is new (it enters the lake with that run's files).
"""

from dashboards.decisions.rules import (
    GAP_REASONS,
    KINDS,
    Decision,
    RuleBrokenError,
    Subject,
)
from dashboards.decisions.store import (
    ActedMeanwhileError,
    DecisionStore,
    StoreUnavailableError,
)

__all__ = [
    "GAP_REASONS",
    "KINDS",
    "ActedMeanwhileError",
    "Decision",
    "DecisionStore",
    "RuleBrokenError",
    "StoreUnavailableError",
    "Subject",
]

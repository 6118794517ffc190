"""The limits that the day of a boutique and the list of new boutiques ask by, as of the run."""

from __future__ import annotations

from dashboards.warehouse import Run

LIMITS = "inventory.day_limits"


def limits(run: Run) -> dict[str, int]:
    """Each rule with its value in whole units; nothing in a run that does not publish them."""
    if not run.has(LIMITS):
        return {}
    rows = run.ask(f"select rule_id, value from {LIMITS} order by rule_id")
    return {row["rule_id"]: int(row["value"]) for row in rows}

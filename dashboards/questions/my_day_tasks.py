"""My day, tasks: what to count and why, and what somebody of the boutique has to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from dashboards import day_words, words
from dashboards.decisions import Decision
from dashboards.decisions.rules import open_actions
from dashboards.questions import count_sheets
from dashboards.questions.count_sheets import Task
from dashboards.questions.counts import ACCURACY, PLANS
from dashboards.questions.monday import ACTIONS
from dashboards.questions.my_day import Item, Shop, dated, explained
from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

SUGGESTIONS = "inventory.count_suggestions"
_STATUS = {"overdue": day_words.OVERDUE, "today": day_words.TODAY, "coming": day_words.COMING}
Shops = Mapping[str, Shop]


def counts(run: Run, shops: Shops, verdicts: Sequence[Decision]) -> list[Item] | None:
    """Recounts that were asked for, and planned counts: overdue, of today, and coming."""
    if not run.has(PLANS):
        return None
    done, risks = _counted(run), _risks(run, shops)
    found = []
    for shop in shops.values():
        for task in count_sheets.tasks(run, shop.store_id, verdicts):
            if task.count_pass == 1 and task.count_id in done:
                continue
            state, days = dated(task.due_on, shop)
            if task.count_pass == 1 and state == "later":
                continue
            found.append(_count(task, shop, state, days, risks))
    return found


def _count(task: Task, shop: Shop, state: str, days: int, risks: Sequence[Row]) -> Item:
    asked = "somebody asked for a recount" if task.count_pass > 1 else ""
    why = asked or _why(task, risks) or "planned"
    if state == "overdue":
        why = f"{words.counted(days, 'day')} overdue; {why}"
    return Item(
        shop.store_id,
        task.count_id,
        task.what,
        _STATUS.get(state, day_words.TODAY),
        why,
        ("count_sheet", {"store": shop.store_id, "task": f"{task.count_id}|{task.count_pass}"}),
        task.due_on or shop.today,
        is_open=state != "coming",
        is_late=state == "overdue",
    )


def _why(task: Task, risks: Sequence[Row]) -> str:
    """What makes the riskiest place of the count worth counting."""
    for row in risks:
        of_zone = task.zone is None or row["zone"] == task.zone
        of_category = task.category is None or row["category"] == task.category
        if row["store_id"] == task.store_id and of_zone and of_category:
            return str(row["reason"])
    return ""


def next_to_count(run: Run, shop: Shop, listed: Sequence[Item]) -> str:
    """The place most worth counting that is not on the list yet, with the reason."""
    said = "; ".join(item.why for item in listed)
    for row in [r for r in _risks(run, {shop.store_id: shop}) if r["reason"] not in said][:1]:
        place = " ".join(str(row[name]) for name in ("zone", "category") if row[name])
        return f"Most worth counting next: {place or 'the whole boutique'} ({row['reason']})."
    return ""


def _risks(run: Run, shops: Shops) -> list[Row]:
    if not run.has(SUGGESTIONS):
        return []
    keep, params = only(list(shops))
    return run.ask(
        f"select store_id, zone, category, reason from {SUGGESTIONS} where {keep}"
        " order by store_id, store_rank",
        params,
    )


def _counted(run: Run) -> set[str]:
    """Counts that were done whole, whatever their plan still says."""
    if not run.has(ACCURACY):
        return set()
    rows = run.ask(f"select count_id from {ACCURACY} where counted_on is not null and is_final")
    return {row["count_id"] for row in rows}


def actions(
    run: Run, shops: Shops, decisions: Sequence[Decision], *, live: bool
) -> list[Item] | None:
    """Actions of the boutiques that nobody has done; where `live`, with what was decided since.

    An action stands on its owner's list as soon as it is asked for, and leaves it when it is done.
    """
    if not run.has(ACTIONS):
        return None
    keep, params = only(list(shops))
    rows = run.ask(
        "select action_id, store_id, action_text, owner, due_on, asked_by"
        f" from {ACTIONS} where status = 'open' and {keep} order by due_on, action_id",
        params,
    )
    known = {row["action_id"]: row for row in rows}
    if live:
        ended = {d.payload.get("action_id") for d in decisions if d.kind != "action"}
        known |= {d.decision_id: _asked(d) for d in open_actions(decisions) if d.store_id in shops}
        known = {name: row for name, row in known.items() if name not in ended}
    return [_action(row, shops[row["store_id"]]) for row in known.values()]


def _asked(decision: Decision) -> Row:
    told = decision.payload
    return {
        "action_id": decision.decision_id,
        "store_id": decision.store_id,
        "action_text": told["text"],
        "owner": told["owner"],
        "due_on": date.fromisoformat(told["due_on"]),
        "asked_by": decision.decided_by,
    }


def _action(row: Row, shop: Shop) -> Item:
    state, days = dated(row["due_on"], shop)
    why = f"by {words.day(row['due_on'], year=False)}"
    if state == "overdue":
        why += f", {words.counted(days, 'day')} overdue"
    return Item(
        shop.store_id,
        row["action_text"],
        f"{row['owner']}, asked by {row['asked_by'] or 'somebody'}",
        _STATUS.get(state, day_words.COMING),
        why,
        explained(ACTIONS, action_id=row["action_id"]),
        row["due_on"],
        is_open=state in ("overdue", "today"),
        is_late=state == "overdue",
    )

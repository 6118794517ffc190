"""My day, whole: every section of the day of each boutique, in the order of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from dashboards import words
from dashboards.decisions import Decision
from dashboards.questions import close_day, my_day_goods, my_day_papers, my_day_tasks
from dashboards.questions.day_limits import limits
from dashboards.questions.my_day import SECTIONS, Day, Item, Section, of_store, shops
from dashboards.questions.my_day_papers import Opening
from dashboards.warehouse import Run

# What is missing where a run does not publish what a section needs.
NEEDED = {
    "counts": "planned counts",
    "receive": "goods in transit",
    "sent": "goods in transit",
    "repairs": "repairs",
    "consignments": "consignments",
    "reservations": "reservations",
    "actions": "actions",
}


@dataclass(frozen=True)
class Decided:
    """What people decided that a day depends on; `live` where it counts before the next run."""

    store_days: Sequence[Decision] = field(default_factory=list)
    verdicts: Sequence[Decision] = field(default_factory=list)
    about_stores: Sequence[Decision] = field(default_factory=list)
    live: bool = True


def days(
    run: Run, chosen: Sequence[str], on: date, decided: Decided | None = None
) -> list[tuple[Day, Opening]]:
    """The day of each chosen boutique (of all where none is), by name."""
    decided = decided or Decided()
    rules = limits(run)
    by_id = {s.store_id: s for s in shops(run, chosen, rules.get("days_ahead", 0))}
    closing = close_day.day(run, on, list(by_id), decided.store_days)
    stores = [store for store in closing.stores if store.store_id in by_id]
    moving = my_day_goods.in_transit(run, by_id)
    held = my_day_goods.reservations(run, by_id)
    found: dict[str, list[Item] | None] = {
        "checks": my_day_papers.checks(stores, on),
        "counts": my_day_tasks.counts(run, by_id, decided.verdicts),
        "receive": moving[0] if moving else None,
        "sent": moving[1] if moving else None,
        "repairs": my_day_goods.repairs(run, by_id),
        "consignments": my_day_goods.consignments(run, by_id),
        "reservations": held[0] if held else None,
        "actions": my_day_tasks.actions(
            run, by_id, [*decided.verdicts, *decided.about_stores], live=decided.live
        ),
        "paperwork": my_day_papers.paperwork(
            run, by_id, stores, on, rules.get("paper_days_back", 0)
        ),
    }
    made = []
    for shop in by_id.values():
        notes = {
            "counts": my_day_tasks.next_to_count(
                run, shop, of_store(found["counts"], shop.store_id) or []
            ),
            "reservations": _held(held[1][shop.store_id]) if held else "",
            "sent": "What is still to be sent, no export tells.",
        }
        sections = [
            Section(name, of_store(found[name], shop.store_id), notes.get(name, ""))
            for name in SECTIONS
        ]
        store = next((s for s in stores if s.store_id == shop.store_id), None)
        opening = my_day_papers.opening(run, store, shop.store_id, on)
        made.append((Day(shop, sections), opening))
    return made


def paperwork_hour(run: Run) -> str:
    """By when papers are due, `20:00`; empty in a run that does not say."""
    hour = limits(run).get("paperwork_hour")
    return "" if hour is None else f"{hour:02}:00"


def _held(held: int) -> str:
    return f"{words.counted(held, 'piece')} held in all." if held else ""

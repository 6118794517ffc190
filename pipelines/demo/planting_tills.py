"""Errors of tills: closings out of sequence, drawers that do not hold what they should."""

from __future__ import annotations

from pipelines.demo import money
from pipelines.demo.labels import Label, Scene, renumbered, replaced, tender_balance
from pipelines.demo.rows import TillClosing


def drawer_small(scene: Scene) -> Label | None:
    return _drawer(scene, scene.rng().randrange(5_00, 45_00), "warn")


def drawer_large(scene: Scene) -> Label | None:
    return _drawer(scene, scene.rng().randrange(55_00, 200_00), "error")


def _drawer(scene: Scene, off: int, severity: str) -> Label:
    """People counted more or less than there should be; the bag holds what they counted."""
    cash = _cash(scene)
    if scene.error.turn % 2 == 0 and money.read(cash.banked_amount) > off:
        off = -off
    _recount(scene, cash, off, opening=0)
    return Label(
        scene.file("till_closings"),
        [
            scene.failed("F9", severity=severity, actual_value="1.00"),
            tender_balance(scene.error, cash.register_id, "cash", over_short=off),
        ],
        {"register_id": cash.register_id, "over_short": money.written(off)},
    )


def float_differs(scene: Scene) -> Label | None:
    """In the morning the drawer does not hold what was left in it; by the evening it does again."""
    cash = _cash(scene)
    off = scene.rng().randrange(10_00, 60_00, 100)
    if scene.error.turn % 2 == 0 and money.read(cash.banked_amount) > off:
        off = -off
    _recount(scene, cash, off, opening=off)
    return Label(
        scene.file("till_closings"),
        [
            scene.failed("F9"),
            tender_balance(scene.error, cash.register_id, "cash", float_difference=off),
        ],
        {"register_id": cash.register_id, "float_difference": money.written(off)},
    )


def z_gap(scene: Scene) -> Label | None:
    """A closing nobody exported: from here on the numbers are one higher."""
    return _shifted(scene, 1)


def z_repeat(scene: Scene) -> Label | None:
    """The counter went back by one: the number of the closing before is used again."""
    return _shifted(scene, -1)


def _shifted(scene: Scene, by: int) -> Label:
    register = scene.place.registers[0]
    where = (scene.error.store_id, register)
    scene.shifts[where] = scene.shifts.get(where, 0) + by
    export = scene.exports["till_closings"]
    export.rows = renumbered(scene.edit("till_closings"), register, by)
    details = {"register_id": register, "shift": by}
    return Label(scene.file("till_closings"), [scene.failed("F2")], details)


def z_not_final(scene: Scene) -> Label | None:
    register = scene.place.registers[0]
    export = scene.exports["till_closings"]
    rows = scene.edit("till_closings")
    export.rows = replaced(rows, {"register_id": register}, closing_status="provisional")
    return Label(export.file_name, [scene.failed("F3")], {"register_id": register})


def z_declared_differs(scene: Scene) -> Label | None:
    register = scene.first_sale().register_id
    off = scene.rng().randrange(100, 90_000)
    export = scene.exports["till_closings"]
    match = {"register_id": register, "tender_type": "card"}
    (row,) = [
        one for one in export.rows if (one.register_id, one.tender_type) == (register, "card")
    ]
    told = money.written(money.read(row.declared_amount) + off)
    export.rows = replaced(
        scene.edit("till_closings"), match, declared_amount=told, counted_amount=told
    )
    return Label(
        export.file_name,
        [
            scene.failed("F8"),
            tender_balance(scene.error, register, "card", declared_difference=off),
        ],
        {**match, "old_value": row.declared_amount, "new_value": told},
    )


def quiet_day_unclosed(scene: Scene) -> Label | None:
    """Nobody came, and nobody closed the tills either: their numbers stay behind from now on."""
    for register in scene.place.registers:
        where = (scene.error.store_id, register)
        scene.shifts[where] = scene.shifts.get(where, 0) - 1
    scene.edit("till_closings").clear()
    return Label(scene.file("till_closings"), [scene.failed("F19")])


def quiet_day_unvisited(scene: Scene) -> Label | None:
    """Nobody bought, and nobody even came in: the door counter is broken, or the door was shut."""
    export = scene.exports["store_traffic"]
    export.rows = [one._replace(visitors=0) for one in scene.edit("store_traffic")]
    return Label(export.file_name, [scene.failed("F19")])


def _cash(scene: Scene) -> TillClosing:
    """The cash row of the closing of the till that took cash first."""
    register = scene.first_sale().register_id
    (row,) = [
        one
        for one in scene.exports["till_closings"].rows
        if (one.register_id, one.tender_type) == (register, "cash")
    ]
    return row


def _recount(scene: Scene, cash: TillClosing, off: int, *, opening: int) -> None:
    """The drawer holds so many cents more at closing, and so does the bag."""
    more = {
        "counted_amount": off,
        "banked_amount": off,
        "opening_float": opening,
    }
    scene.exports["till_closings"].rows = replaced(
        scene.edit("till_closings"),
        {"register_id": cash.register_id, "tender_type": "cash"},
        **{
            name: money.written(money.read(getattr(cash, name)) + cents)
            for name, cents in more.items()
        },
    )
    events = {"pick_up": off, "float_set": opening}
    scene.day.events = [
        one._replace(amount=money.written(money.read(one.amount) + events.get(one.event_type, 0)))
        if one.register_id == cash.register_id and one.event_type in events
        else one
        for one in scene.day.events
    ]
    if scene.day.bag:
        scene.day.bag.amount += off
        scene.day.bag.credited += off

"""Two roads to one number: what both must agree on, written once."""

from __future__ import annotations

from collections.abc import Sequence


def roads_that_differ(
    first: str, second: str, *, on: Sequence[str], measures: Sequence[str]
) -> str:
    """A query for the places where two queries differ in any of `measures`.

    Both give the columns `on` and `measures`. A place only one of them knows counts as zero on the
    other: a store-day without sales may have no row or a row of zeros. Places are compared with
    nulls equal.
    """
    places = ", ".join(f"coalesce(first.{name}, second.{name}) as {name}" for name in on)
    values = ", ".join(
        f"first.{name} as {name}, second.{name} as {name}_by_other_road" for name in measures
    )
    same_place = " and ".join(f"first.{name} is not distinct from second.{name}" for name in on)
    differ = " or ".join(
        f"coalesce(first.{name}, 0) <> coalesce(second.{name}, 0)" for name in measures
    )
    return f"""
        with first as ({first}), second as ({second})
        select {places}, {values}
        from first full outer join second on {same_place}
        where {differ}
    """

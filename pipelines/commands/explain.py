"""`loupe explain`: one figure, followed to files and lines."""

from __future__ import annotations

from pipelines.commands.published import READ_FAULTS, open_publish
from pipelines.commands.screen import print_json, stop
from pipelines.settings import Home


def show_explanation(
    home: Home,
    table: str,
    keys: list[str],
    measure: str | None,
    as_of: str | None,
    as_json: bool,
) -> None:
    """Print the definition, the mart row, and the rows, files and lines behind it."""
    from dashboards.explain import explain

    run = open_publish(home, as_of)
    wanted = dict(_pair(key) for key in keys)
    try:
        explanation = explain(run, table, wanted, measure)
    except (*READ_FAULTS, ValueError, LookupError) as fault:
        raise stop(str(fault)) from fault
    if as_json:
        print_json(explanation.as_dict())
        return
    raise NotImplementedError


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals:
        raise stop(f"“{text}” is not column=value, e.g. store_id=B01.")
    return column, value

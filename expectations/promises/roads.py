"""Two roads to one number: what both must agree on, written once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


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


def staged_as_corrected(dataset: str, key: Sequence[str], columns: Mapping[str, str]) -> str:
    """The staged rows of a dataset with the corrections in force laid over `columns` (name: type).

    `key` names a row after its dataset, as a correction does.
    """
    laid_over = ", ".join(
        f"case when map_contains(changed.cells, '{name}')"
        f" then cast(changed.cells['{name}'] as {data_type}) else staged.{name} end as {name}"
        for name, data_type in columns.items()
    )
    row_key = " || '|' || ".join([f"'{dataset}'", *(f"staged.{name}" for name in key)])
    return f"""(
        select staged.* replace ({laid_over})
        from staging.stg_{dataset} as staged
        left join (
            select row_key, _file_id,
                map_from_entries(list((column_name, new_value))) as cells
            from quality.corrections
            where dataset = '{dataset}' and status = 'effective'
            group by row_key, _file_id
        ) as changed
            on staged._file_id = changed._file_id and {row_key} = changed.row_key
    )"""

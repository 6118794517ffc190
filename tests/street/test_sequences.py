"""A day at a time equals all at once: any sequence of files gives what one rebuild gives.

Files of two stores and four days come new, twice, corrected, late, empty and out of order, over
several runs. After them the published tables must equal a rebuild from the lake, row for row, and
`loupe rebuild --as-of` must give back what each run had published.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.build.rebuild import rebuild_as_of
from tests.street import files
from tests.street.files import Receipt
from tests.street.town import ABOUT_THE_RUN, NOW, Town, differences, published

DAYS = [date(2026, 3, 2) + timedelta(n) for n in range(4)]

receipts = st.lists(
    st.builds(
        Receipt,
        number=st.integers(1, 12),
        item=st.sampled_from(sorted(files.ITEMS)),
        net=st.sampled_from([1000, 2500, -1000]),
        paid=st.sampled_from([None, None, None, 999]),
        status=st.sampled_from(["completed", "completed", "completed", "voided", "training"]),
    ),
    max_size=5,
    unique_by=lambda receipt: receipt.number,
)
export = st.tuples(
    st.sampled_from(["sales_lines", "tenders", "stock_snapshots"]),
    st.sampled_from(sorted(files.STORES)),
    st.sampled_from(DAYS),
    receipts,
)
runs = st.lists(st.lists(export, min_size=1, max_size=6), min_size=2, max_size=3)


def _content(dataset: str, store: str, day: date, rung: list[Receipt]) -> str:
    if dataset == "stock_snapshots":
        serials = {f"S{r.number:05}": r.item for r in rung} or {"S0": "RING-1"}
        text = files.stock(store, day, serials)
    else:
        make = files.sales if dataset == "sales_lines" else files.tenders
        text = make(store, day, rung or [Receipt(1, "RING-1", 1)])
    return text if rung else files.header_only(text)


def _drop(town: Town, number: int, what: tuple[str, str, date, list[Receipt]]) -> None:
    dataset, store, day, rung = what
    rung = [r for r in rung if r.status == "completed"] if dataset == "tenders" else rung
    town.drop(
        f"{store}/{dataset}_{store}_{day:%Y%m%d}_{number}.csv", _content(dataset, store, day, rung)
    )


@settings(
    max_examples=2,
    deadline=None,
    # An example costs half a minute: a failing one is shown as it is, not shrunk for an hour.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequence=runs)
def test_any_sequence_of_files_equals_one_rebuild(
    new_town: Callable[[], Town], sequence: list[list[tuple[str, str, date, list[Receipt]]]]
) -> None:
    town = new_town()
    number = 0
    told = []
    for turn, exports in enumerate(sequence):
        town.now = NOW + timedelta(days=turn)
        for what in exports:
            number += 1
            _drop(town, number, what)
        outcome = town.run()
        assert outcome.folder, outcome.message
        told.append((datetime.now(UTC).replace(tzinfo=None), published(outcome.folder)))

    rebuilt = town.run(afresh=True)

    assert rebuilt.folder, rebuilt.message
    step_by_step = {k: v for k, v in told[-1][1].items() if k not in ABOUT_THE_RUN}
    assert differences(step_by_step, published(rebuilt.folder, ABOUT_THE_RUN)) == {}

    moment, then = told[0]
    folder = rebuild_as_of(
        town.home, town.home.settings(), moment, lambda *_: None, town.children.dbt
    )
    assert differences(then, published(folder)) == {}

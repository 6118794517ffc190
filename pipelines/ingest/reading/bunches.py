"""Which files are read in one go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipelines.ingest.delivery import Delivery

# A bigger file is read alone, in blocks.
SMALL_BYTES = 1 << 20
_TOGETHER_BYTES = 8 << 20
_TOGETHER_FILES = 4_000

Bunch = list[Delivery]


def bunches(deliveries: Iterable[Delivery]) -> Iterator[Bunch]:
    """What is read in one go: small files of one mapping, up to some megabytes; a big file."""
    groups: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        groups.setdefault(delivery.read_with[0].name, []).append(delivery)
    for group in groups.values():
        yield from _bunched(group)


def _bunched(group: list[Delivery]) -> Iterator[Bunch]:
    bunch: Bunch = []
    size = 0
    for delivery in group:
        if not is_small(delivery):
            yield [delivery]
            continue
        bunch.append(delivery)
        size += delivery.found.stamp.size
        if size >= _TOGETHER_BYTES or len(bunch) >= _TOGETHER_FILES:
            yield bunch
            bunch, size = [], 0
    if bunch:
        yield bunch


def is_small(delivery: Delivery) -> bool:
    """Whether the file is read whole, together with others."""
    if delivery.found.stamp.size > SMALL_BYTES:
        return False
    if is_plain(delivery):
        return True
    # Some registers write an XML file for each receipt.
    form = delivery.read_with[0].format_of(delivery.found.name)
    return form in ("poslog", "epcis") and not delivery.found.name.lower().endswith(".gz")


def is_plain(delivery: Delivery) -> bool:
    """Whether the file is text as it stands: neither compressed nor a workbook."""
    name = delivery.found.name
    return delivery.read_with[0].format_of(name) == "csv" and not name.lower().endswith(".gz")

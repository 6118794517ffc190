"""One measured promise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`measured` is to stay within `bound` times `against`, both in `unit`."""

    what: str
    measured: float
    against: float
    bound: float
    unit: str = "s"

    @property
    def ratio(self) -> float:
        return self.measured / self.against

    @property
    def kept(self) -> bool:
        return self.ratio <= self.bound

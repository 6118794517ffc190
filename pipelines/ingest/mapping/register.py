"""Which mapping reads a file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pipelines.ingest.mapping.faults import MappingError
from pipelines.ingest.mapping.file_names import Named
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.strict import MARKED


@dataclass(frozen=True)
class Claim:
    """A file read by a mapping."""

    mapping: Mapping
    named: Named


class Register:
    """All mappings, ready to say which of them read a file."""

    def __init__(self, mappings: Iterable[Mapping]) -> None:
        self.mappings = list(mappings)
        self._custom = [mapping for mapping in self.mappings if not mapping.is_native]
        self._native = {m.dataset: m for m in self.mappings if m.is_native}
        longest = sorted(self._native, key=len, reverse=True)
        self._markers = [
            (before, after)
            for mapping in self._custom
            if mapping.ready_marker
            for before, _, after in [MARKED.sub("\0", mapping.ready_marker).partition("\0")]
        ]
        self._dataset = re.compile(rf"(?:.*/)?({'|'.join(longest) or '(?!)'})_[^/]*")

    @cached_property
    def version(self) -> str:
        told = "".join(sorted(m.name + m.version for m in self.mappings))
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def claims_quietly(self, path: str) -> bool:
        """Whether any mapping would read a file at `path`."""
        try:
            return bool(self.claims(path))
        except MappingError:
            return True

    def is_marker(self, name: str) -> bool:
        """Whether a file of this name only says that another one is whole."""
        return any(
            len(name) > len(before) + len(after)
            and name.startswith(before)
            and name.endswith(after)
            for before, after in self._markers
        )

    def claims(self, path: str) -> list[Claim]:
        """Who reads the file at `path`; other systems' mappings go before the native layout.

        Raises MappingError, in words, when two mappings make the same dataset of it.
        """
        found = [Claim(m, named) for m in self._custom if (named := m.claims(path)) is not None]
        if not found and (start := self._dataset.fullmatch(path)):
            mapping = self._native[start[1]]
            if (named := mapping.claims(path)) is not None:
                return [Claim(mapping, named)]
        taken: dict[str, Mapping] = {}
        for one in found:
            other = taken.setdefault(one.mapping.dataset, one.mapping)
            if other is not one.mapping:
                raise MappingError(
                    f"two mappings make {one.mapping.dataset} of this file: {other.name} and "
                    f"{one.mapping.name}. Narrow the files: of one of them."
                )
        return found

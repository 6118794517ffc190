"""An EPCIS event, the same whether it came as XML or as JSON-LD."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})\Z")
# Versions 1.x write a URN, 2.0 a bare word or a web address (…/cbv/BizStep-shipping).
_TERM = re.compile(r"(?:.*[:/#])?(?:(?:BizStep|Disp|BTT|SDT|ER)-)?([A-Za-z_0-9]+)\Z")


@dataclass(frozen=True)
class Item:
    """A piece (an EPC) or a quantity of a class, and the line of the file it stands on."""

    epc: str
    line: int
    quantity: str | None = None
    unit: str | None = None


@dataclass
class Event:
    """What happened when and where, to which pieces."""

    line: int
    kind: str
    time: str | None = None
    offset: str | None = None
    given_id: str | None = None
    action: str | None = None
    step: str | None = None
    disposition: str | None = None
    read_point: str | None = None
    location: str | None = None
    is_error_declaration: bool = False
    # (type, value): po, desadv … / location, owning_party …
    transactions: list[tuple[str, str]] = field(default_factory=list)
    sources: list[tuple[str, str]] = field(default_factory=list)
    destinations: list[tuple[str, str]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The event's own id, else one made from its content: the same event has the same."""
        return self.given_id or self.content_id

    @property
    def content_id(self) -> str:
        told = [
            self.kind, self.time, self.action, self.step, self.disposition, self.read_point,
            self.location, sorted(self.transactions), sorted(self.sources),
            sorted(self.destinations),
            sorted((one.epc, one.quantity or "", one.unit or "") for one in self.items),
        ]  # fmt: skip
        digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
        return f"sha-256:{digest[:32]}"

    @property
    def moment(self) -> datetime | None:
        """When, in UTC; a time without a zone is taken with the offset beside it."""
        if self.time is None:
            return None
        try:
            found = datetime.fromisoformat(self.time)
        except ValueError:
            return None
        if found.tzinfo is None:
            zone = self.zone
            if zone is None:
                return None
            found = found.replace(tzinfo=zone)
        try:
            return found.astimezone(UTC)
        except OverflowError:
            return None

    @property
    def zone(self) -> timezone | None:
        """The offset where it happened."""
        found = _OFFSET.match(self.offset or "")
        if found is None:
            return UTC if self.offset == "Z" else None
        away = timedelta(hours=int(found[2]), minutes=int(found[3]))
        if away >= timedelta(hours=24):
            return None
        return timezone(-away if found[1] == "-" else away)

    @property
    def day(self) -> str | None:
        """The calendar day where it happened, not that of the clock in Greenwich."""
        moment = self.moment
        if moment is None:
            return None
        zone = self.zone
        if zone is None:
            return self.time[:10] if self.time else None
        try:
            return moment.astimezone(zone).date().isoformat()
        except OverflowError:
            return None

    def transaction(self, *types: str) -> str | None:
        """The first business transaction of these types."""
        for wanted in types:
            for kind, value in self.transactions:
                if kind == wanted:
                    return value
        return None


def term(text: str | None) -> str | None:
    """The bare word of the vocabulary: `urn:epcglobal:cbv:bizstep:shipping` is `shipping`."""
    if text is None:
        return None
    found = _TERM.match(text)
    return found[1] if found else text

"""The papers a boutique keeps of a special sale: tax-free, exported, or sent to the client."""

from __future__ import annotations

from datetime import timedelta

from pipelines.demo import money
from pipelines.demo.chance import chance
from pipelines.demo.receipts import Receipt
from pipelines.demo.rows import SaleDocument

_OF_KIND = {
    "diplomatic": ("mission_card_front", "mission_card_back", "tax_form", "payment_proof"),
    "export": ("airway_bill", "export_record", "payment_proof"),
    "distance": ("airway_bill", "payment_proof"),
}
_MISSIONS = ("Mission of Ruritania", "Consulate of Syldavia", "Embassy of Grand Fenwick")


def papers(receipt: Receipt, seed: int) -> list[SaleDocument]:
    """Every paper of the sale, complete; none for an ordinary one or a return."""
    kind = receipt.exemption or receipt.channel
    if not receipt.counts or kind not in _OF_KIND or any(line.returns for line in receipt.lines):
        return []
    rng = chance(seed, "papers", receipt.transaction_id)
    day = receipt.at.date()
    holder = receipt.client
    is_card = kind == "diplomatic"
    mission = rng.choice(_MISSIONS) if is_card else ""
    expires = (day + timedelta(days=rng.randrange(90, 900))).isoformat()
    return [
        SaleDocument(
            transaction_id=receipt.transaction_id,
            document_type=paper,
            received_on=day.isoformat(),
            reference=receipt.exemption_reference or f"DOC-{rng.randrange(10**8):08d}",
            expires_on=expires if paper.startswith("mission_card") else "",
            minimum_purchase=money.written(0) if paper.startswith("mission_card") else "",
            holder_name=f"{holder.first_name} {holder.last_name}" if holder and is_card else "",
            mission=mission,
        )
        for paper in _OF_KIND[kind]
    ]

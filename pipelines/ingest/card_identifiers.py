"""Under which names a long number is somebody's identifier, and no card's.

Masked, two of them could become one, and rows would be lost.
"""

from __future__ import annotations

import re

_OTHER = re.compile(rb"[^a-z0-9]")
# Names, without signs and in lower case, under which a long number is no card.
_IDENTIFIERS = frozenset(
    b"""
    gtin ean ean13 ean8 upc isbn sscc epc barcode codebarre posidentity positemid itemid itemcode
    itemreference item sku article articleid matnr material serialnumber serialnumberid serial
    sernr lot lotnumber transactionid originaltransactionid sourcetransactionid documentid
    materialdocument settlementid payoutid transferid transferno trackingnumber paymentid
    pspreference modificationreference originalreference balancetransactionid sourceid chargeid
    paymentintentid eventid countid postingid id
    """.split()
)
_ENDINGS = (b"article", b"codebarre", b"barcode", b"gtin", b"ean", b"upc", b"sku", b"sscc")


def is_identifier(name: bytes) -> bool:
    """Whether a header, tag or key of this name announces an identifier, and no card."""
    plain = _OTHER.sub(b"", name.lower())
    return plain in _IDENTIFIERS or plain.endswith(_ENDINGS)

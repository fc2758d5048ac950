"""What a reader gets out of an invoice: its fields, its taxes and its lines, as text.

Fields are those of the European standard EN 16931, whose numbers (BT) stand beside them. One that the invoice does not
have is None. Free texts, addresses and names are left where they are: nothing here names a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

HEADER_FIELDS: Final = {
    "number": "BT-1",
    "issue_date": "BT-2",
    "type_code": "BT-3",
    "currency": "BT-5",
    "preceding": "BT-25",
    "period_start": "BT-73",
    "period_end": "BT-74",
    "vendor_id": "BT-30",
    "vendor_address": "BT-34",
    "vendor_address_scheme": "BT-34",
    "advertiser_id": "BT-47",
    "net_of_lines": "BT-106",
    "allowances": "BT-107",
    "charges": "BT-108",
    "net": "BT-109",
    "tax": "BT-110",
    "gross": "BT-112",
    "prepaid": "BT-113",
    "rounding": "BT-114",
    "payable": "BT-115",
}
TAX_FIELDS: Final = {"taxable": "BT-116", "tax": "BT-117", "category": "BT-118", "rate": "BT-119"}
LINE_FIELDS: Final = {
    "line_id": "BT-126",
    "lead_id": "BT-128",
    "quantity": "BT-129",
    "net": "BT-131",
    "period_start": "BT-134",
    "period_end": "BT-135",
    "price": "BT-146",
    "price_quantity": "BT-149",
    "rate": "BT-152",
    "vendor_item": "BT-155",
    "advertiser_item": "BT-156",
}
"""A line about one lead names it in its object identifier."""
LINE_SCHEMA: Final = pa.schema([(name, pa.string()) for name in LINE_FIELDS])

Fields = Mapping[str, str | None]


@dataclass(frozen=True)
class InvoiceText:
    """One invoice. All that is told of it is text, as it was written."""

    syntax: str
    """`ubl` or `cii`."""
    header: Fields
    taxes: tuple[Fields, ...]
    lines: pa.Table
    """`LINE_SCHEMA`, in the invoice's order."""

"""An invoice checked, on one page: the amounts, why they differ, and the lines that it comes from."""

from datetime import datetime
from typing import Final

from pipelines.dossiers.pages import render_page
from pipelines.invoices.checked import CheckedInvoice
from pipelines.rulebook.catalogue import Catalogue

PAGE: Final = "index.html"
LISTED: Final = 200
"""Rows of the page; the table for people has them all."""


def render_invoice(checked: CheckedInvoice, catalogue: Catalogue, *, language: str, as_of: datetime) -> str:
    """The page in French or English (`fr`, `en`).

    Args:
        checked: the invoice.
        catalogue: names the rules.
        language: `fr` or `en`.
        as_of: instant of what was known, timezone-aware.

    Raises:
        ValueError: another language.
    """
    parts = [part for part in checked.parts if part.cause and part.amount]
    return render_page(
        "invoice.html.j2",
        language,
        as_of=as_of,
        checked=checked,
        invoice=checked.invoice,
        parts=parts[:LISTED],
        more=max(0, len(parts) - LISTED),
        cards=catalogue.by_id,
    )

"""As whom the law protects the person of a lead row, whatever the vendor says of it."""

from typing import Final

from pipelines.simulation.market_facts import ContractTerms, Row
from pipelines.simulation.row_reasons import is_unread

_BEST_PROTECTED_FIRST: Final = ("consumer", "professional", "legal_person")


def audience_said(row: Row, terms: ContractTerms) -> str | None:
    """Whom the vendor says that it sells; None where nobody can tell."""
    if is_unread(row, "audience", terms.leads):
        return None
    said = row.meaning("audience")
    return said if isinstance(said, str) else terms.audience


def audience_protected(row: Row, terms: ContractTerms) -> str:
    """Whoever gives no company is protected as a consumer, and so is whoever nobody can tell.

    Whom the contract does not order is protected as much as the best protected of those that it does.
    """
    ordered, said = (terms.audience, *terms.other_audiences), audience_said(row, terms)
    if said is None or row.meaning("company_siren") is None:
        return "consumer"
    return said if said in ordered else min(said, *ordered, key=_BEST_PROTECTED_FIRST.index)

"""What is wrong with one row of the market: why it can't be accepted, and which of its cells nobody can read."""

from collections.abc import Iterator, Sequence
from typing import Final

from pipelines.simulation.market_facts import ContractTerms, Layout, Row

REQUIRED_OF_LEADS: Final = ("lead_id", "collected_at")
REQUIRED_OF_PROOFS: Final = ("consent_id", "channels", "decision", "consent_at")


def lead_reasons(row: Row) -> list[str]:
    """Why a lead row can't be accepted, repetition apart; a reason for each field that has one."""
    why = list(_required_reasons(row, REQUIRED_OF_LEADS))
    if row.meaning("email") is None and row.meaning("phone") is None:
        why.append("no_valid_identifier")
    return why


def proof_reasons(row: Row, terms: ContractTerms) -> list[str]:
    """Why a proof row can't be accepted; a decision is not asked for where only given consents are delivered."""
    required = [name for name in REQUIRED_OF_PROOFS if name != "decision" or not terms.is_only_given_consents]
    return list(_required_reasons(row, required))


def _required_reasons(row: Row, required: Sequence[str]) -> Iterator[str]:
    """A list that says that nothing was chosen is there, and of no use."""
    for name in required:
        if row.is_bad(name) or row.meaning(name) == ():
            yield "required_invalid"
        elif row.is_empty(name):
            yield "required_missing"


def is_unread(row: Row, name: str, layout: Layout) -> bool:
    """True when a value can't be read, or is missing although the contract requires it."""
    column = layout.columns.get(name)
    return row.is_bad(name) or bool(column and column.is_required and row.is_empty(name))


def faulty_fields(row: Row, layout: Layout, always: Sequence[str]) -> frozenset[str]:
    """Fields of the contract that are unread, but for those without which no row is accepted."""
    return frozenset(name for name in layout.columns if name not in always and is_unread(row, name, layout))


def unread_fields(row: Row) -> frozenset[str]:
    """Fields of a row that hold something that can't be read."""
    return frozenset(name for name in row.values if row.is_bad(name))

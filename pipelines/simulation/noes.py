"""What may tell that a person said NO to a vendor though its row of proof was rejected.

A row that can't be accepted is still a NO of whom it names: doubt goes to the person.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipelines.simulation.market_facts import ContractTerms, Row


@dataclass(frozen=True)
class No:
    """A refusal or a withdrawal, sure or possible, and whom it names."""

    is_refusal: bool
    """False for a withdrawal."""
    received_at: datetime
    consent_id: str | None
    lead_id: str | None
    email: str | None
    phone: str | None
    channels: tuple[str, ...] | None
    """None where nobody can tell which: any."""
    at: datetime | None
    """None where nobody can tell when."""
    is_sure: bool

    @property
    def known_from(self) -> datetime:
        """Its instant; the arrival of its file stands for one that can't be read."""
        return self.received_at if self.at is None else self.at


def noes_of_row(row: Row, terms: ContractTerms, received_at: datetime) -> Iterator[No]:
    """The refusal, the withdrawal or both that a rejected row is or may be; nothing of a line that is no row."""
    if row.is_malformed:
        return
    is_both = _may_refuse(row, terms) and _may_withdraw(row)  # of which nobody can tell the instant
    if _may_refuse(row, terms):
        yield _no_of_row(row, received_at, is_refusal=True, at=None if is_both else "consent_at")
    if _may_withdraw(row):
        yield _no_of_row(row, received_at, is_refusal=False, at=None if is_both else "withdrawn_at")


def _may_refuse(row: Row, terms: ContractTerms) -> bool:
    if row.is_empty("decision"):
        return not terms.is_only_given_consents
    return row.is_bad("decision") or row.meaning("decision") == "refused"


def _may_withdraw(row: Row) -> bool:
    return not row.is_empty("withdrawn_at")


def _no_of_row(row: Row, received_at: datetime, *, is_refusal: bool, at: str | None) -> No:
    channels, instant = row.meaning("channels"), row.meaning(at) if at else None
    is_kind_known = not is_refusal or row.meaning("decision") == "refused"
    said = {name: row.meaning(name) for name in ("consent_id", "lead_id", "email", "phone")}
    hashes = {name: row.meaning(f"{name}_sha256") for name in ("email", "phone")}
    references = {name: _text_or_none(value or hashes.get(name)) for name, value in said.items()}
    return No(
        is_refusal=is_refusal,
        received_at=received_at,
        **references,
        channels=channels if isinstance(channels, tuple) and channels else None,
        at=instant if isinstance(instant, datetime) else None,
        is_sure=bool(channels) and instant is not None and is_kind_known,
    )


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None

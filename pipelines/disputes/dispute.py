"""One dispute, and what was decided of it. Instants are UTC, aware; digests SHA-256."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

PENDING: Final = "pending"


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """A vendor's answer to a finding of one of its leads."""

    vendor: str
    delivery_date: date
    lead_id: str
    channel: str | None
    """None: every channel on which the rule was found."""
    rule: str
    """A rule, or what receipts call an opposition."""
    statement_digest: str
    evidence_digests: tuple[str, ...]
    file_digest: str
    row_number: int
    received_at: datetime
    notified_at: datetime | None
    """When the vendor was notified of the finding, as known when its answer was taken in."""
    due_at: datetime | None
    """The end of its period to reply; None: the period had not begun."""

    @property
    def is_late(self) -> bool:
        """Whether it came after the period to reply; it is read and decided all the same."""
        return self.due_at is not None and self.received_at > self.due_at

    @property
    def says(self) -> tuple[object, ...]:
        """What tells it from another one."""
        return (
            self.delivery_date,
            self.lead_id,
            self.channel,
            self.rule,
            self.statement_digest,
            self.evidence_digests,
        )


@dataclass(frozen=True, kw_only=True)
class DisputeDecision:
    """What a person made of a dispute, and why."""

    outcome: str
    """One of `words.DISPUTE_OUTCOMES`."""
    reason: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, kw_only=True)
class RecordedDispute(Dispute):
    """A dispute in the registry with its decisions, in order: the latest stands."""

    id: int
    decisions: tuple[DisputeDecision, ...] = ()

    @property
    def latest(self) -> DisputeDecision | None:
        """The decision that stands; None where nobody has decided."""
        return self.decisions[-1] if self.decisions else None

    @property
    def state(self) -> str:
        """`accepted`, `refused` or `pending`, which it is also before anybody has looked."""
        return self.latest.outcome if self.latest else PENDING

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.state == PENDING


@dataclass(frozen=True)
class DisputeFile:
    """A file of answers that was taken in, and what of it is no dispute."""

    vendor: str
    file_digest: str
    received_at: datetime
    refusal: str | None
    """A reason as its text; None where the file could be read."""
    rejected: tuple[tuple[int, str], ...]
    """Data rows, and the code of why each is no dispute."""

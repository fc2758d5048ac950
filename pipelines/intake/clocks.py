"""When a delivery was complete, and which files have a clock of their own: a late file moves nobody else's deadline.

The delivery's clock is the latest arrival of the lead files that came by the cut-off, else the first arrival. What came
by then shares it; a later file has its own arrival. An arrival that our transport did not record moves no recorded one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pipelines.contracts.calendar import cut_off_at
from pipelines.deliveries.files import Delivery


class ArrivedFile(Protocol):
    """A delivered file that knows what has become of it."""

    role: str | None
    status: str
    is_correction: bool

    @property
    def received_at(self) -> datetime:
        """UTC; the cut-off where nobody noted it."""

    @property
    def is_recorded(self) -> bool:
        """Whether our transport noted the arrival."""


def delivery_clock(cases: Sequence[ArrivedFile], delivery: Delivery) -> datetime | None:
    """When a delivery was complete, UTC; None without lead files.

    Refused files, duplicates and corrections count only where there is nothing better.
    """
    leads = [case for case in cases if case.role == "leads"]
    read = [case for case in leads if case.status not in ("refused", "duplicate")]
    original = [case for case in read if not case.is_correction] or read or leads
    arrivals = [case.received_at for case in original if case.is_recorded] or [case.received_at for case in original]
    cut_off = cut_off_at(delivery.contract, delivery.day)
    in_time = [arrival for arrival in arrivals if arrival <= cut_off]
    return max(in_time) if in_time else min(arrivals, default=None)


def own_clock(case: ArrivedFile, clock: datetime | None) -> datetime | None:
    """The clock of a file's leads: the delivery's, unless it came later, or nobody knows when it came."""
    is_read = case.role == "leads" and case.status not in ("refused", "duplicate", "superseded")
    if clock is None or not is_read or case.is_correction:
        return clock
    return max(clock, case.received_at) if case.is_recorded else case.received_at


def is_in_time(at: datetime, role: str | None, cases: Sequence[ArrivedFile], delivery: Delivery) -> bool:
    """Whether files of a role could still be corrected at an instant: up to the proof deadline, the last word.

    By what had come before: a first lead file that comes late moves no deadline that had passed. Without leads proofs
    have that of the cut-off; other files can be corrected as long as there is none. What comes later corrects nothing:
    it counts from its own arrival on.
    """
    clock = delivery_clock([case for case in cases if case.received_at < at], delivery)
    last_at = proof_deadline_at(clock, delivery) if clock or role == "consent_proofs" else None
    return last_at is None or at <= last_at


def proof_deadline_at(clock: datetime | None, delivery: Delivery) -> datetime | None:
    """The proof deadline of a delivery with that clock; without leads, from its cut-off on. None without a contract."""
    if delivery.contract is None:
        return None
    return (clock or cut_off_at(delivery.contract, delivery.day)) + delivery.contract.proof_deadline

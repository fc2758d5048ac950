"""When a delivery was complete, and which files have a clock of their own: a late file moves nobody else's deadline.

The delivery's clock is the latest arrival of the lead files that came by the cut-off, else the first arrival. What came
by then shares it; a later file has its own arrival. An arrival that our transport did not record moves no recorded one.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
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


class LastWord:
    """Until when files of a delivery can be corrected: up to the proof deadline, of what had come before.

    A first lead file that comes late moves no deadline that had passed. Without leads proofs have that of the cut-off;
    other files can be corrected as long as there is none. What comes later corrects nothing: it counts from its own
    arrival on. Asked for any number of instants: the arrivals are ordered once.
    """

    def __init__(self, cases: Iterable[ArrivedFile], delivery: Delivery) -> None:
        """Order the arrivals of a delivery's lead files, as `delivery_clock` prefers them."""
        leads = [case for case in cases if case.role == "leads"]
        read = [case for case in leads if case.status not in ("refused", "duplicate")]
        original = [case for case in read if not case.is_correction]
        self._delivery = delivery
        self._cut_off = cut_off_at(delivery.contract, delivery.day)
        self._preferred = [_OrderedArrivals(preferred) for preferred in (original, read, leads)]

    def is_in_time(self, at: datetime, role: str | None) -> bool:
        """Whether files of a role could still be corrected at an instant."""
        clocks = (arrivals.clock(at, self._cut_off) for arrivals in self._preferred)
        clock = next((clock for clock in clocks if clock is not None), None)
        last_at = proof_deadline_at(clock, self._delivery) if clock or role == "consent_proofs" else None
        return last_at is None or at <= last_at

    def leave_out(self, case: ArrivedFile) -> None:
        """Forget a file that was as if it had not come."""
        self._change(case, _OrderedArrivals.remove)

    def take_back(self, case: ArrivedFile) -> None:
        """Count a file again, by its arrival of now."""
        self._change(case, _OrderedArrivals.add)

    def _change(self, case: ArrivedFile, how: Callable[["_OrderedArrivals", ArrivedFile], None]) -> None:
        """Of a case that is neither refused nor a correction: before any is."""
        for arrivals in self._preferred if case.role == "leads" else ():
            how(arrivals, case)


class _OrderedArrivals:
    """Arrivals in order, those that our transport recorded apart."""

    def __init__(self, cases: Iterable[ArrivedFile]) -> None:
        self._of: dict[bool, list[datetime]] = {True: [], False: []}
        for case in cases:
            self._of[case.is_recorded].append(case.received_at)
        for arrivals in self._of.values():
            arrivals.sort()

    def add(self, case: ArrivedFile) -> None:
        insort(self._of[case.is_recorded], case.received_at)

    def remove(self, case: ArrivedFile) -> None:
        arrivals = self._of[case.is_recorded]
        del arrivals[bisect_left(arrivals, case.received_at)]

    def clock(self, before: datetime, cut_off: datetime) -> datetime | None:
        """`delivery_clock` of what came before an instant."""
        for arrivals in self._of.values():  # recorded ones first
            if count := bisect_left(arrivals, before):
                by_cut_off = bisect_right(arrivals, cut_off, 0, count)
                return arrivals[by_cut_off - 1] if by_cut_off else arrivals[0]
        return None


def proof_deadline_at(clock: datetime | None, delivery: Delivery) -> datetime | None:
    """The proof deadline of a delivery with that clock; without leads, from its cut-off on. None without a contract."""
    if delivery.contract is None:
        return None
    return (clock or cut_off_at(delivery.contract, delivery.day)) + delivery.contract.proof_deadline

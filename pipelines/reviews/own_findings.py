"""What of renewals the advertiser owes itself: dates that passed without a decision, decisions without a second person.

It is shown on the advertiser's own panel and never scored against the vendor.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.reviews.decisions import RecordedDecision
from pipelines.vocabulary.clock import paris_date

UNDECIDED: Final = "renewal_undecided"
UNCONFIRMED: Final = "decision_unconfirmed"
AGAINST: Final = "decided_against"
"""Told, and no fault: it has its reason."""


@dataclass(frozen=True)
class OwnFinding:
    """Something of a vendor that is for the advertiser to do, or to know."""

    vendor: str
    kind: str
    on: date
    """The renewal date that passed, or the civil date of the decision."""
    decision: RecordedDecision | None = None


def own_findings(
    contracts: Mapping[str, Sequence[Contract]], decisions: Sequence[RecordedDecision], as_of: datetime
) -> list[OwnFinding]:
    """Everything as known at an instant (aware), by vendor, then by date."""
    by_vendor: dict[str, list[RecordedDecision]] = {vendor: [] for vendor in contracts}
    for decision in decisions:
        by_vendor.setdefault(decision.vendor, []).append(decision)
    found = [
        one
        for vendor, theirs in contracts.items()
        for one in (*_undecided(vendor, theirs, by_vendor[vendor], as_of), *_decided(vendor, by_vendor[vendor], as_of))
    ]
    return sorted(found, key=lambda one: (one.vendor, one.on, one.kind))


def undecided_renewals(
    vendor: str, contracts: Sequence[Contract], decisions: Sequence[RecordedDecision], as_of: datetime
) -> list[date]:
    """Renewal dates before the civil date of an instant on which no decision stands."""
    decided = {one.renewal_on for one in decisions if one.vendor == vendor and one.stands_at(as_of)}
    passed = {
        one.renewal_on
        for one in standing_renewals(contracts)
        if one.renewal_on is not None and one.renewal_on < paris_date(as_of)
    }
    return sorted(passed - decided)


def standing_renewals(contracts: Sequence[Contract]) -> list[Contract]:
    """A vendor's contracts whose renewal date counts, by that date: those in force the day before.

    A date that an amendment moved is nobody's any more.
    """
    return [
        one
        for renewal_on, one in sorted(
            ((one.renewal_on, one) for one in contracts if one.renewal_on is not None), key=lambda pair: pair[0]
        )
        if contract_in_force(tuple(contracts), renewal_on - timedelta(days=1)) == one
    ]


def _undecided(
    vendor: str, contracts: Sequence[Contract], decisions: Sequence[RecordedDecision], as_of: datetime
) -> Iterator[OwnFinding]:
    for day in undecided_renewals(vendor, contracts, decisions, as_of):
        yield OwnFinding(vendor, UNDECIDED, day)


def _decided(vendor: str, decisions: Sequence[RecordedDecision], as_of: datetime) -> Iterator[OwnFinding]:
    """Of a vendor's latest decision: that it waits for a second person, or goes against the recommendation."""
    theirs = [one for one in decisions if one.vendor == vendor and one.decided_at <= as_of]
    if theirs and not theirs[-1].stands_at(as_of):
        yield OwnFinding(vendor, UNCONFIRMED, paris_date(theirs[-1].decided_at), theirs[-1])
    elif theirs and theirs[-1].is_against:
        yield OwnFinding(vendor, AGAINST, paris_date(theirs[-1].decided_at), theirs[-1])

"""What the control file shows, in domain words. Counts are exact; nobody is named; dates are civil, Europe/Paris."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pipelines.agenda.due_date import DueDate
from pipelines.contracts.contract import Contract
from pipelines.governance.accepted_risks import AcceptedRisk
from pipelines.governance.due_diligence import Audit
from pipelines.governance.vendor_review import ReviewGap
from pipelines.reviews.decisions import RecordedDecision
from pipelines.reviews.own_findings import OwnFinding
from pipelines.rulebook.card import Card
from pipelines.rulebook.overrides import Change


@dataclass(frozen=True)
class ControlPeriod:
    """From a civil date to another, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether a day is one of it."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Outcomes:
    """How often a rule passed, failed, had no answer or did not apply."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    of_vendor: int = 0
    """Of the failed those for which the vendor answers."""

    def __add__(self, other: "Outcomes") -> "Outcomes":
        return Outcomes(
            self.passed + other.passed,
            self.failed + other.failed,
            self.unknown + other.unknown,
            self.of_vendor + other.of_vendor,
        )


@dataclass(frozen=True)
class CheckLine:
    """How many deliveries a check looked at, and on how many it failed when it was last made."""

    name: str
    looked_at: int
    failing: int


@dataclass(frozen=True)
class DeliveredLeads:
    """What came of a vendor in the period, and what became of it."""

    days: int = 0
    """Deliveries that were judged."""
    missing_days: int = 0
    """Due days without a delivery."""
    files_by_status: Mapping[str, int] = field(default_factory=dict)
    rows_received: int = 0
    rows_rejected: int = 0
    leads: int = 0
    uses_by_verdict: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, Outcomes] = field(default_factory=dict)
    """By rule."""
    checks: tuple[CheckLine, ...] = ()
    correction_count: int = 0
    catalogue_digests: frozenset[str] = frozenset()
    """Of the rules that judged."""


@dataclass(frozen=True)
class Told:
    """Receipts of the period's deliveries: how many were prepared, sent, acknowledged; of how many the vendor is
    notified."""

    prepared: int = 0
    sent: int = 0
    acknowledged: int = 0
    notified: int = 0


@dataclass(frozen=True)
class Diligence:
    """A vendor's file at the end of the period."""

    answered: int
    """Questions that have an answer of the advertiser's own."""
    unreviewed: int
    """Questions that the vendor answered by a link and nobody has reviewed."""
    gaps: tuple[ReviewGap, ...]
    risks: tuple[AcceptedRisk, ...]
    audits: tuple[Audit, ...]
    """Done in the period."""
    criticality: str | None = None


@dataclass(frozen=True)
class VendorControl:
    """One vendor over the period."""

    vendor: str
    name: str
    contracts: tuple[Contract, ...]
    """Active ones that judged a day of the period."""
    delivered: DeliveredLeads
    told: Told
    diligence: Diligence


@dataclass(frozen=True)
class GoLiveLine:
    """That a vendor went live or not: what was decided, when, and what was not met then."""

    vendor: str
    decision: str
    on: date
    unmet_count: int


@dataclass(frozen=True)
class RunLine:
    """How many runs of a job ended how."""

    job: str
    succeeded: int
    failed: int


@dataclass(frozen=True)
class Watch:
    """Canaries judged for this file: how many there are, and how many were met."""

    count: int
    met: int


@dataclass(frozen=True)
class ControlFile:
    """The whole file, as known at an instant (aware)."""

    period: ControlPeriod
    as_of: datetime
    vendors: tuple[VendorControl, ...]
    cards: Mapping[str, Card]
    """Rules of today by id."""
    changes: tuple[Change, ...]
    catalogue_digest: str
    decisions: tuple[RecordedDecision, ...]
    go_live: tuple[GoLiveLine, ...]
    own: tuple[OwnFinding, ...]
    dates: tuple[DueDate, ...]
    kept: Mapping[str, int]
    """What the registry kept in the period, by a word of `registry_counts`."""
    problems: int = 0
    """Files of ours that could not be read."""
    runs: tuple[RunLine, ...] | None = None
    """None: the runs' own records were not asked."""
    watch: Watch | None = None

    @property
    def outcomes(self) -> dict[str, Outcomes]:
        """By rule, over all vendors, the most failed first."""
        summed: dict[str, Outcomes] = {}
        for vendor in self.vendors:
            for rule, found in vendor.delivered.outcomes.items():
                summed[rule] = summed.get(rule, Outcomes()) + found
        return dict(sorted(summed.items(), key=lambda pair: (-pair[1].failed, -pair[1].unknown, pair[0])))

    @property
    def checks(self) -> list[CheckLine]:
        """By check, over all vendors."""
        lines = [line for vendor in self.vendors for line in vendor.delivered.checks]
        return [
            CheckLine(
                name,
                sum(line.looked_at for line in lines if line.name == name),
                sum(line.failing for line in lines if line.name == name),
            )
            for name in sorted({line.name for line in lines})
        ]

    @property
    def catalogue_count(self) -> int:
        """Versions of the rules that judged in the period."""
        return len(frozenset[str]().union(*(one.delivered.catalogue_digests for one in self.vendors)))

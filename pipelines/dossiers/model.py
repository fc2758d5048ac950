"""What a vendor dossier and the portfolio show, in domain words: the frozen report model.

Counting, reading the lake and rendering belong elsewhere; what follows from these facts is in `conclusions`. Counts
are exact, references bounded. Rates lie in [0, 1], points in [0, 100]; None means that we do not know, never zero.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from pipelines.contracts.contract import ApprovedForm, Contract
from pipelines.dossiers.correction_lines import CorrectionLine
from pipelines.dossiers.disputes_shown import ShownDisputes
from pipelines.dossiers.money import VendorMoney
from pipelines.dossiers.score_story import VendorEvent, VersionLine
from pipelines.governance.accepted_risks import AcceptedRisk
from pipelines.governance.vendor_review import ReviewGap
from pipelines.reviews.decisions import RecordedDecision
from pipelines.reviews.own_findings import OwnFinding
from pipelines.rulebook.overrides import Change
from pipelines.scores.grades import GRADES
from pipelines.scores.method import Promise
from pipelines.scores.plans import LiftPlan
from pipelines.scores.points import TOTAL, DimensionScore, ScoringMethod, scoring_method
from pipelines.scores.spells import Spells
from pipelines.scores.standings import STATES
from pipelines.verdicts.claims import Claims
from pipelines.vocabulary.bilingual import Bilingual
from pipelines.vocabulary.words import PARTIES, SEVERITIES, STATUSES

MAX_REFERENCES: Final = 20
SUM_TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class Interval:
    """Two bounds, both inclusive, of a rate or of points."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError("interval: expected low ≤ high")


@dataclass(frozen=True)
class ShownScore(DimensionScore):
    """A score beside what it proves; None where the evidence is not enough."""

    band: Interval | None = None
    """In points: from the rate's upper bound to its lower."""
    rate_interval: Interval | None = None
    state: str | None = None
    """One of `STATES`; `total` has none."""

    def __post_init__(self) -> None:
        if self.state is not None and self.state not in STATES:
            raise ValueError(f"{self.dimension}: state: expected one of {', '.join(STATES)}")


@dataclass(frozen=True)
class PublishedPoint:
    """The total as published on a date."""

    on: date
    points: float
    band: Interval | None = None
    grade: str | None = None
    is_afterwards: bool = False
    """Worked out later, from what was known on that date."""
    points_before: tuple[float, ...] = ()
    """What was published of that date, and corrected since."""


@dataclass(frozen=True)
class ScoreMovePart:
    """A part of a change of score, in points."""

    dimension: str
    cause: str
    """A rule id, or a word for another cause, of `contributions` or `moves`."""
    points: float
    fault: Bilingual | None = None
    """Of a rule, what it finds wrong."""


@dataclass(frozen=True)
class ScoreMove:
    """Why the total moved between two publications: contributions that sum to the change, exactly."""

    since: date
    until: date
    points_before: float
    points_after: float
    contributions: tuple[ScoreMovePart, ...]

    def __post_init__(self) -> None:
        explained = math.fsum(part.points for part in self.contributions)
        if not math.isclose(explained, self.points_after - self.points_before, abs_tol=SUM_TOLERANCE):
            raise ValueError("contributions: expected that they sum to points_after - points_before")


@dataclass(frozen=True)
class ShownGate:
    """A reason that caps the grade, whatever the points; its title is a whole sentence."""

    title: Bilingual
    since: date
    grade_cap: str


@dataclass(frozen=True)
class LegalBasis:
    """A text that a rule rests on, cited as French lawyers do."""

    cite: str
    url: str | None = None


@dataclass(frozen=True)
class LeadReference:
    """Where a finding was made: the vendor's own reference, nothing that names a person."""

    delivery_date: date
    lead_id: str | None = None
    channel: str | None = None


@dataclass(frozen=True)
class RuleFindings:
    """All findings of one rule over the period of the dossier, counted at the grain of the rule."""

    rule_id: str
    title: Bilingual
    """What holds where the rule passes."""
    fault: Bilingual
    """What is wrong where a breach is proven."""
    severity: str
    dimension: str
    basis: tuple[LegalBasis, ...]
    remedy: Bilingual
    grain: str = "lead_use"
    """What is counted, a grain of rule cards."""
    proven_count: int = 0
    """Fails that are breaches."""
    not_proven_count: int = 0
    """Fails because the fact was not proven by the proof deadline."""
    unknown_count: int = 0
    vendor_count: int = 0
    """Fails for which the vendor answers."""
    pending: Mapping[str, int] = field(default_factory=dict)
    """Unknowns by the party that owes the missing fact."""
    references: tuple[LeadReference, ...] = ()

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"{self.rule_id}: severity: expected one of {', '.join(SEVERITIES)}")
        if not set(self.pending) <= set(PARTIES):
            raise ValueError(f"{self.rule_id}: pending: expected parties among {', '.join(PARTIES)}")
        if len(self.references) > MAX_REFERENCES:
            raise ValueError(f"{self.rule_id}: references: expected at most {MAX_REFERENCES}")

    @property
    def fail_count(self) -> int:
        """Breaches and facts not proven."""
        return self.proven_count + self.not_proven_count

    @property
    def count(self) -> int:
        """All findings."""
        return self.fail_count + self.unknown_count


@dataclass(frozen=True)
class FormUse:
    """A version of a form, the leads that came through it, and what our review says of it."""

    form_id: str
    form_version: str | None
    leads_count: int
    review: ApprovedForm | None = None
    """None: not reviewed."""
    names_advertiser: bool | None = None
    """Whether the review found the advertiser among the recipients; None when it does not say."""

    @property
    def open_points(self) -> tuple[str, ...]:
        """Questions that the review leaves open; all of them without a review."""
        return tuple(name for name, answer in self.answers.items() if answer is None)

    @property
    def answers(self) -> dict[str, bool | None]:
        """True: as it must be; False: a defect of the form; None: the review does not say."""
        return {
            "box_not_prechecked": None if self.review is None else _negated(self.review.box_prechecked),
            "refusal_equal_prominence": None if self.review is None else self.review.refusal_equal_prominence,
            "participation_is_free": None
            if self.review is None
            else _negated(self.review.participation_requires_consent),
            "names_advertiser": self.names_advertiser,
        }


@dataclass(frozen=True)
class DeliveryLine:
    """A delivery as a whole: what came, when, and what became of its leads."""

    delivery_date: date
    status: str
    rows_received: int | None = None
    """Data rows of accepted lead files; None unless accepted."""
    rows_accepted: int | None = None
    rows_rejected: int | None = None
    usable_count: int = 0
    """Lead uses by verdict."""
    on_hold_count: int = 0
    blocked_count: int = 0
    is_late: bool = False
    is_received_at_assumed: bool = False
    is_final: bool = True
    is_live: bool = True
    """False for what came from a candidate or a pilot: judged, and counted nowhere."""

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"{self.delivery_date}: status: expected one of {', '.join(STATUSES)}")


@dataclass(frozen=True)
class VendorDossier:
    """One vendor as of an instant (timezone-aware): everything that its pages show."""

    vendor: str
    name: str
    as_of: datetime
    method_version: str
    catalogue_digest: str
    changes: tuple[Change, ...] = ()
    """What the advertiser judges otherwise than the shipped rulebook."""
    root: str | None = None
    """Where the folder of all pages lies, from here, with its final slash."""
    contract: Contract | None = None
    """In force on that date."""
    valid_until: date | None = None
    """Last day of this version, when a later one is known."""
    grade: str | None = None
    """As published; any word but a grade means that there is none, for want of evidence."""
    scores: tuple[ShownScore, ...] = ()
    """Dimensions, then `total`; empty without final deliveries."""
    history: tuple[PublishedPoint, ...] = ()
    """By date."""
    move: ScoreMove | None = None
    plan: LiftPlan | None = None
    """What would lift it to the next wanted grade."""
    faults: Mapping[str, Bilingual] = field(default_factory=dict)
    """Of the rules of the plan, what they find wrong."""
    gates: tuple[ShownGate, ...] = ()
    findings: tuple[RuleFindings, ...] = ()
    forms: tuple[FormUse, ...] = ()
    deliveries: tuple[DeliveryLine, ...] = ()
    reject_reasons: Mapping[str, int] = field(default_factory=dict)
    """Distinct rows by reason; a row may have several."""
    claims: Claims | None = None
    """None: not worked out, for lack of a contract."""
    money: VendorMoney = field(default_factory=VendorMoney)
    decisions: tuple[RecordedDecision, ...] = ()
    """As recorded up to `as_of`, in order."""
    undecided: tuple[date, ...] = ()
    """Renewal dates that passed without a decision."""
    corrections: tuple[CorrectionLine, ...] = ()
    """What became known after verdicts were final."""
    disputes: ShownDisputes = field(default_factory=ShownDisputes)
    """What the vendor answered, and since when its defects are known to whom."""
    review_gaps: tuple[ReviewGap, ...] = ()
    """What is missing of the vendor's answers, audits and clauses."""
    accepted_risks: tuple[AcceptedRisk, ...] = ()
    """What the advertiser accepted to be missing, the latest of each thing, ended or not."""
    intra_delivery_correlation: float | None = None
    """How much the defects of one delivery resemble each other; the band takes it into account."""
    scoring: ScoringMethod = field(default_factory=scoring_method)
    """By which the points were made."""
    promise: Promise | None = None
    """Up to which correlations the band holds."""
    spells: tuple[Spells, ...] = ()
    """Dimensions whose correlation is beyond that."""
    versions: tuple[VersionLine, ...] = ()
    """Of the method: the one that counts, then the one that is shown beside it, if there is one."""
    events: tuple[VendorEvent, ...] = ()
    """What happened up to that date, in order."""

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise ValueError("as_of: expected an instant with its time zone")
        if list(self.history) != sorted(self.history, key=lambda point: point.on):
            raise ValueError("history: expected publications by date")
        if list(self.deliveries) != sorted(self.deliveries, key=lambda line: line.delivery_date):
            raise ValueError("deliveries: expected them by date")

    def findings_of(self, rule_id: str) -> RuleFindings | None:
        """The findings of a rule; None where it has none."""
        return next((finding for finding in self.findings if finding.rule_id == rule_id), None)

    @property
    def provisional_count(self) -> int:
        """Deliveries whose proof deadline has not passed."""
        return sum(line.is_live and not line.is_final for line in self.deliveries)

    @property
    def total(self) -> ShownScore | None:
        """The score as a whole; None without leads."""
        return next((score for score in self.scores if score.dimension == TOTAL), None)

    @property
    def earned_grade(self) -> str | None:
        """The grade, one of `GRADES`; None for want of evidence."""
        return grade_or_none(self.grade)

    @property
    def dimensions(self) -> tuple[ShownScore, ...]:
        """The scores but the total."""
        return tuple(score for score in self.scores if score.dimension != TOTAL)


@dataclass(frozen=True)
class PortfolioLine:
    """A vendor in the portfolio, and where its dossier lies, relative to the portfolio page."""

    dossier: VendorDossier
    href: str | None = None


@dataclass(frozen=True)
class Portfolio:
    """All vendors as of an instant (timezone-aware)."""

    as_of: datetime
    lines: tuple[PortfolioLine, ...] = ()
    own: tuple[OwnFinding, ...] = ()
    """What the advertiser owes itself."""
    rules_href: str | None = None
    """Where the page of all rules lies, from here."""


def grade_or_none(grade: str | None) -> str | None:
    """A published grade; None where the word says that there is none."""
    return grade if grade in GRADES else None


def _negated(answer: bool | None) -> bool | None:
    return None if answer is None else not answer

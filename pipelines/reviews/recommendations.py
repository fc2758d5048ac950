"""What is advised for a vendor at a renewal, why, and on which conditions. How it is done is in `routes`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pipelines.contracts.contract import Contract
from pipelines.governance.vendor_review import ReviewGap
from pipelines.reviews.conclusion import Conclusion
from pipelines.reviews.decision_table import DecisionTable, TableRow, decision_table
from pipelines.reviews.routes import route
from pipelines.scores.points import scoring_method
from pipelines.scores.standings import BREACH_SHOWN


@dataclass(frozen=True)
class DimensionEvidence:
    """What is shown of a dimension: its state (None: could not be judged), and its tolerance, a rate in [0, 1]."""

    state: str | None
    tolerance: float
    lower_multiple: float = 0.0
    """Lower bound of the rate, as a multiple of the tolerance."""


@dataclass(frozen=True)
class ReviewFacts:
    """What a recommendation rests on, of one vendor on a civil date (Europe/Paris)."""

    on: date
    evidence: Mapping[str, DimensionEvidence]
    """By rated dimension, in order; empty without a score."""
    is_graded: bool = False
    gate_count: int = 0
    contract: Contract | None = None
    faulty_forms: tuple[str, ...] = ()
    """Forms in use in which our review found a defect."""
    is_form_left: bool = False
    """Whether others are in use."""
    unreviewed_count: int = 0
    critical: tuple[str, ...] = field(default_factory=lambda: scoring_method().critical)
    """Dimensions in which a breach ends a relationship, by the method that scored the vendor."""
    gaps: tuple[ReviewGap, ...] = ()
    """What the vendor's file and the contract lack, of the greatest weight alone."""

    def dimensions_in(self, *states: str | None) -> tuple[str, ...]:
        """Dimensions in one of some states."""
        return tuple(name for name, one in self.evidence.items() if one.state in states)

    def severe(self, table: DecisionTable) -> tuple[str, ...]:
        """Critical dimensions whose whole interval lies at the severe multiple of the tolerance or beyond."""
        return tuple(
            name for name in self.critical_breaches if self.evidence[name].lower_multiple >= table.severe_multiple
        )

    @property
    def critical_breaches(self) -> tuple[str, ...]:
        """Critical dimensions in which a breach is shown."""
        return tuple(name for name in self.dimensions_in(BREACH_SHOWN) if name in self.critical)


@dataclass(frozen=True)
class Recommendation:
    """What is advised, by which row, why, on which conditions (as clauses), by which route."""

    row: TableRow
    version: str
    reasons: tuple[Conclusion, ...]
    conditions: tuple[Conclusion, ...]
    route: tuple[Conclusion, ...]

    @property
    def word(self) -> str:
        """One of `RECOMMENDATIONS`."""
        return self.row.recommendation


def recommend(facts: ReviewFacts, table: DecisionTable | None = None) -> Recommendation:
    """The first row of the table that holds, with all that follows from it."""
    table = table or decision_table()
    row = table.row_for(_facts_of_rows(facts, table))
    asked = row.recommendation in ("renew_with_conditions", "suspend")
    return Recommendation(
        row=row,
        version=table.version,
        reasons=tuple(_advice_reasons(facts, table)),
        conditions=tuple(_advised_clauses(facts, table)) if asked else (),
        route=tuple(
            route(
                row.recommendation,
                facts.contract,
                table,
                on=facts.on,
                forms=facts.faulty_forms if facts.is_form_left else (),
            )
        ),
    )


def _facts_of_rows(facts: ReviewFacts, table: DecisionTable) -> dict[str, bool]:
    return {
        "is_scored": bool(facts.evidence),
        "is_graded": facts.is_graded,
        "has_severe_breach": bool(facts.severe(table)),
        "has_critical_breach": bool(facts.critical_breaches),
        "has_breach": bool(facts.dimensions_in(BREACH_SHOWN)),
        "is_gated": facts.gate_count > 0,
        "is_above": bool(facts.dimensions_in("above_not_shown")),
        "has_unjudged": bool(facts.dimensions_in(None)),
        "has_gaps": bool(facts.gaps) or facts.unreviewed_count > 0,
        "is_shown": facts.dimensions_in("conformity_shown") == tuple(facts.evidence),
    }


def _advice_reasons(facts: ReviewFacts, table: DecisionTable) -> Iterator[Conclusion]:
    """All that bears on it, the gravest first."""
    by_kind = {
        "severe": facts.severe(table),
        "breach": tuple(name for name in facts.dimensions_in(BREACH_SHOWN) if name not in facts.severe(table)),
        "above": facts.dimensions_in("above_not_shown"),
        "unjudged": facts.dimensions_in(None),
        "within": facts.dimensions_in("within_not_shown"),
        "shown": facts.dimensions_in("conformity_shown"),
    }
    if facts.gate_count:
        yield Conclusion("gate", (("n", facts.gate_count),))
    yield from (Conclusion(kind, dimensions=names) for kind, names in by_kind.items() if names)
    if facts.evidence and not facts.is_graded:
        yield Conclusion("ungraded_breach" if by_kind["severe"] or by_kind["breach"] else "ungraded")
    if facts.faulty_forms:
        yield Conclusion("forms", (("n", len(facts.faulty_forms)),))
    if facts.gaps:
        yield Conclusion("gaps", (("n", len(facts.gaps)),))


def _advised_clauses(facts: ReviewFacts, table: DecisionTable) -> Iterator[Conclusion]:
    """Clauses for the renewal, or for deliveries to resume."""
    for name in facts.dimensions_in(BREACH_SHOWN, "above_not_shown"):
        tolerance = facts.evidence[name].tolerance
        yield Conclusion("rate", (("days", table.measured_days),), dimensions=(name,), rate=tolerance)
    if facts.dimensions_in(None):
        yield Conclusion("facts", dimensions=facts.dimensions_in(None))
    if facts.faulty_forms:
        yield Conclusion("forms", (("forms", ", ".join(facts.faulty_forms)),))
    if facts.unreviewed_count:
        yield Conclusion("reviewed_forms", (("n", facts.unreviewed_count),))
    yield from _paper(facts.gaps, table)


def _paper(gaps: tuple[ReviewGap, ...], table: DecisionTable) -> Iterator[Conclusion]:
    kinds = {gap.kind for gap in gaps}
    if kinds & {"no_contract", "quote_only"}:
        yield Conclusion("written")
    answers = [gap for gap in gaps if gap.item and gap.item.startswith("dd_")]
    if answers:
        yield Conclusion("answers", (("n", len(answers)), ("days", table.answer_days)))
    if kinds & {"never_audited", "audit_overdue"}:
        yield Conclusion("audit", (("days", table.measured_days),))
    for gap in gaps:
        if gap.kind in ("clause_missing", "clause_without_terms"):
            yield Conclusion("quoted", says=gap.says)

"""What follows from the facts of a dossier: the situation of the vendor, what must be decided, what is missing for it.

Every conclusion is a word and its figures, so that each language can say it. No figure of the dossier is made here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from pipelines.dossiers.model import DeliveryLine, FormUse, Portfolio, PortfolioLine, RuleFindings, VendorDossier
from pipelines.governance.checklist import MUST
from pipelines.reviews import routes
from pipelines.reviews.conclusion import Conclusion
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.words import PARTIES, RATED_DIMENSIONS, SEVERITIES

SITUATIONS: Final = (
    "breach_shown",
    "gated",
    "above_not_shown",
    "not_enough_evidence",
    "within_not_shown",
    "conformity_shown",
    "no_leads",
)
"""From the gravest on. A lack of evidence outweighs that all is within the tolerances."""
RENEWAL_HORIZON: Final = timedelta(days=90)
LATEST: Final = 14
_GOVERNANCE: Final = {
    "file_unreadable": "diligence_unreadable",
    "clause_missing": "clauses_missing",
    "clause_without_terms": "clauses_without_terms",
    "unanswered": "questions_open",
    "not_satisfied": "questions_open",
    "partly_satisfied": "questions_open",
    "without_evidence": "questions_open",
    "answered_unreviewed": "answers_unreviewed",
    "evidence_expired": "evidence_expired",
    "never_audited": "never_audited",
    "audit_overdue": "audit_overdue",
}
"""Which sentence of a dossier each kind of gap is counted in."""


def situation(dossier: VendorDossier) -> str:
    """One of `SITUATIONS`: the gravest thing that the evidence says of a vendor."""
    if dossier.total is None:
        return "no_leads"
    states = {score.state for score in dossier.dimensions}
    if "breach_shown" in states:
        return "breach_shown"
    if dossier.gates:
        return "gated"
    if "above_not_shown" in states:
        return "above_not_shown"
    if dossier.earned_grade is None or None in states:
        return "not_enough_evidence"
    return "within_not_shown" if "within_not_shown" in states else "conformity_shown"


def in_state(dossier: VendorDossier, state: str | None) -> tuple[str, ...]:
    """Dimensions in a state, in the order of the dossier."""
    return tuple(score.dimension for score in dossier.dimensions if score.state == state)


def notice_by(dossier: VendorDossier) -> date | None:
    """Last day to give notice before the renewal; None when the contract does not say."""
    return routes.notice_by(dossier.contract)


def decisions_due(dossier: VendorDossier) -> tuple[Conclusion, ...]:
    """What a person must decide now, the gravest first, then by date; never taken from points alone."""
    return (*_consequences(dossier), *_renewal(dossier), *_claim(dossier), *_reviews(dossier))


def missing_for_decision(dossier: VendorDossier) -> tuple[Conclusion, ...]:
    """What nobody can decide without, and who owes it."""
    parts = (_missing_terms, _missing_governance, _missing_facts, _missing_evidence)
    return tuple(conclusion for part in parts for conclusion in part(dossier))


def by_gravity(findings: Iterable[RuleFindings]) -> list[RuleFindings]:
    """The gravest rules first, then those with most fails, then most findings; rules without findings left out."""
    order = {severity: rank for rank, severity in enumerate(SEVERITIES)}
    found = [finding for finding in findings if finding.count]
    return sorted(found, key=lambda f: (order[f.severity], -f.fail_count, -f.count, f.rule_id))


def by_urgency(portfolio: Portfolio) -> list[PortfolioLine]:
    """The vendors that need a decision first: by situation, then by points, then by name."""

    def urgency(line: PortfolioLine) -> tuple[int, float, str]:
        total = line.dossier.total
        return SITUATIONS.index(situation(line.dossier)), total.points if total else 0.0, line.dossier.name.casefold()

    return sorted(portfolio.lines, key=urgency)


def claimable(portfolio: Portfolio) -> dict[str, Decimal]:
    """What can be claimed of all vendors, by currency, the greatest amount first."""
    sums: dict[str, Decimal] = {}
    for claims in (line.dossier.claims for line in portfolio.lines):
        if claims is not None and claims.amount:
            sums[claims.currency] = sums.get(claims.currency, Decimal(0)) + claims.amount
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def renewals_near(portfolio: Portfolio) -> list[PortfolioLine]:
    """Vendors whose contract is renewed, or must be given notice, within 90 days."""
    today = paris_date(portfolio.as_of)

    def is_near(line: PortfolioLine) -> bool:
        contract = line.dossier.contract
        dates = (notice_by(line.dossier), contract.renewal_on if contract else None)
        return any(on is not None and today <= on <= today + RENEWAL_HORIZON for on in dates)

    return [line for line in portfolio.lines if is_near(line)]


def with_incident(deliveries: Iterable[DeliveryLine]) -> list[DeliveryLine]:
    """Deliveries that were late, missing or refused."""
    return [line for line in deliveries if line.is_late or line.status in ("no_delivery", "refused")]


def worth_listing(deliveries: Sequence[DeliveryLine]) -> list[DeliveryLine]:
    """The latest deliveries, and the latest that were late, missing or refused; the newest first."""
    chosen = {id(line) for line in (*deliveries[-LATEST:], *with_incident(deliveries)[-LATEST:])}
    return [line for line in reversed(deliveries) if id(line) in chosen]


def _consequences(dossier: VendorDossier) -> Iterator[Conclusion]:
    breached, above = in_state(dossier, "breach_shown"), in_state(dossier, "above_not_shown")
    if breached:
        yield Conclusion("consequences_of_breach", dimensions=breached)
    if dossier.gates:
        yield Conclusion("consequences_of_gate", (("n", len(dossier.gates)),))
    if above:
        yield Conclusion("remedy_to_ask", dimensions=above)


def _renewal(dossier: VendorDossier) -> Iterator[Conclusion]:
    for passed in dossier.undecided:
        yield Conclusion("renewal_passed", (("renewal_on", passed),), on=passed)
    renewal_on = dossier.contract.renewal_on if dossier.contract else None
    today, last_day = paris_date(dossier.as_of), notice_by(dossier)
    is_decided = any(one.renewal_on == renewal_on and one.stands_at(dossier.as_of) for one in dossier.decisions)
    if renewal_on is None or renewal_on < today or is_decided:
        return
    if last_day is None:
        yield Conclusion("renewal", (("renewal_on", renewal_on),), on=renewal_on)
    elif last_day < today:
        yield Conclusion("notice_passed", (("renewal_on", renewal_on), ("notice_by", last_day)), on=renewal_on)
    else:
        yield Conclusion("renewal_with_notice", (("renewal_on", renewal_on), ("notice_by", last_day)), on=last_day)


def _claim(dossier: VendorDossier) -> Iterator[Conclusion]:
    claims = dossier.claims
    if claims is None or not claims.leads_count:
        return
    yield Conclusion("claim", (("n", claims.leads_count),), on=claims.expires_on)


def _reviews(dossier: VendorDossier) -> Iterator[Conclusion]:
    forms = _unreviewed(dossier)
    if forms:
        yield Conclusion("forms_to_review", (("n", len(forms)),), owed_by="advertiser")


def _missing_terms(dossier: VendorDossier) -> Iterator[Conclusion]:
    contract = dossier.contract
    if contract is None:
        yield Conclusion("no_contract", owed_by="advertiser")
        return
    wanting = {
        "quote_only": contract.instrument == "quote",
        "no_price": not contract.is_priced,
        "no_renewal_date": contract.renewal_on is None,
        "no_notice_days": contract.notice_days is None,
        "no_refusal_grounds": not contract.refusal_grounds,
        "no_claim_window": contract.claim_window is None,
        "no_relationship_since": contract.relationship_since is None,
        "no_contacts": not contract.contacts,
    }
    yield from (Conclusion(kind, owed_by="advertiser") for kind, is_wanting in wanting.items() if is_wanting)
    unsaid = tuple(name for name in RATED_DIMENSIONS if name not in contract.tolerances)
    if unsaid:
        yield Conclusion("no_tolerance", dimensions=unsaid, owed_by="advertiser")


def _missing_governance(dossier: VendorDossier) -> Iterator[Conclusion]:
    """What of the vendor's answers, audits and clauses nobody should buy without."""
    heavy = Counter(
        _GOVERNANCE[gap.kind]
        for gap in dossier.review_gaps
        if gap.weight == MUST and gap.kind in _GOVERNANCE and gap.risk is None
    )
    for kind in dict.fromkeys(_GOVERNANCE.values()):
        if heavy[kind]:
            yield Conclusion(kind, (("n", heavy[kind]),), owed_by="advertiser")


def _missing_facts(dossier: VendorDossier) -> Iterator[Conclusion]:
    unreviewed = _unreviewed(dossier)
    if unreviewed:
        figures = (("n", len(unreviewed)), ("leads", sum(form.leads_count for form in unreviewed)))
        yield Conclusion("forms_unreviewed", figures, owed_by="advertiser")
    silent = [form for form in dossier.forms if form.review is not None and form.open_points]
    if silent:
        yield Conclusion("reviews_silent", (("n", len(silent)),), owed_by="advertiser")
    for party in PARTIES:
        pending = sum(finding.pending.get(party, 0) for finding in dossier.findings)
        if pending:
            yield Conclusion("unknown_pending", (("n", pending),), owed_by=party)
    assumed = sum(line.is_received_at_assumed for line in dossier.deliveries)
    if assumed:
        yield Conclusion("arrival_assumed", (("n", assumed),), owed_by="advertiser")


def _missing_evidence(dossier: VendorDossier) -> Iterator[Conclusion]:
    if dossier.provisional_count:
        yield Conclusion("provisional", (("n", dossier.provisional_count),))
    if dossier.total is None:
        yield Conclusion("no_final_delivery")
    elif dossier.earned_grade is None:
        yield Conclusion("no_grade")
    if without_state := in_state(dossier, None):
        yield Conclusion("not_enough_evidence", dimensions=without_state)


def _unreviewed(dossier: VendorDossier) -> list[FormUse]:
    return [form for form in dossier.forms if form.review is None]

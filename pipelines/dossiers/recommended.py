"""What a dossier shows as the evidence of a recommendation. The recommendation itself is made in `reviews`."""

from pipelines.dossiers.model import FormUse, VendorDossier
from pipelines.governance.checklist import MUST
from pipelines.reviews.recommendations import DimensionEvidence, Recommendation, ReviewFacts, recommend
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.words import RATED_DIMENSIONS


def recommendation(dossier: VendorDossier) -> Recommendation:
    """What is advised on what the dossier shows."""
    return recommend(review_facts(dossier))


def review_facts(dossier: VendorDossier) -> ReviewFacts:
    """The evidence, as the table of recommendations asks for it."""
    faulty = [form for form in dossier.forms if False in form.answers.values()]
    return ReviewFacts(
        on=paris_date(dossier.as_of),
        evidence={name: _dimension_evidence(dossier, name) for name in RATED_DIMENSIONS} if dossier.total else {},
        is_graded=dossier.earned_grade is not None,
        gate_count=len(dossier.gates),
        contract=dossier.contract,
        critical=dossier.scoring.critical,
        faulty_forms=tuple(_form_named(form) for form in faulty),
        is_form_left=len(faulty) < len(dossier.forms),
        unreviewed_count=sum(form.review is None for form in dossier.forms),
        gaps=tuple(gap for gap in dossier.review_gaps if gap.weight == MUST),
    )


def _dimension_evidence(dossier: VendorDossier, dimension: str) -> DimensionEvidence:
    """Of a dimension that has no score, nothing could be judged."""
    method = dossier.scoring
    score = next((score for score in dossier.dimensions if score.dimension == dimension), None)
    if score is None:
        return DimensionEvidence(None, method.tolerances[dimension])
    tolerance = score.tolerance if score.tolerance is not None else method.tolerances[dimension]
    lower = score.rate_interval.low if score.rate_interval else 0.0
    return DimensionEvidence(score.state, tolerance, lower / (tolerance or method.least_tolerance))


def _form_named(form: FormUse) -> str:
    return f"{form.form_id} ({form.form_version})" if form.form_version else form.form_id

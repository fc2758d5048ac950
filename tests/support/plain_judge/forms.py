"""What the person saw, by our review of that version of the form and by the vendor's own word.

A vendor can't certify itself: what it declares can make a rule fail, never pass (review.md, principle 1).
"""

from datetime import date

from tests.support.plain_judge.answers import Answer, both, contrary, not_after, same
from tests.support.plain_judge.bases import OPT_IN, rests_on
from tests.support.plain_judge.cases import Case
from tests.support.plain_judge.paris import day_of
from tests.support.plain_judge.readings import Ruling, of_use

FRANCE_RENOV = date(2026, 10, 1)
"""C. consom., art. L. 122-26; arrêté of 7 July 2026."""


def shown_by_review(case: Case, declared: str, declared_is_good: Answer, reviewed_is_good: Answer) -> Answer:
    """Good where our review says so and the vendor does not say otherwise; bad where either says bad.

    What the vendor said and nobody can read may be the admission: then a good review alone does not pass.
    """
    if declared_is_good is False or reviewed_is_good is False:
        return False
    return None if case.is_unread(f"consent_proofs.{declared}") else reviewed_is_good


@of_use()
def consent_box_not_prechecked(case: Case) -> Ruling:
    """RGPD, art. 4, 11) and recital 32; CJEU, C-673/17: of boxes; no button is pre-ticked."""
    action = case.of_proof("action")
    is_box = None if action is None else action == "ticked_box"
    declared, reviewed = contrary(case.of_proof("box_prechecked")), contrary(case.of_review("box_prechecked"))
    return Ruling(both(rests_on(case, "consent"), is_box), shown_by_review(case, "box_prechecked", declared, reviewed))


@of_use()
def consent_equal_prominence_refusal(case: Case) -> Ruling:
    """RGPD, art. 4, 11); CNIL, SAN-2024-003, SAN-2024-004, SAN-2023-025."""
    name = "refusal_equal_prominence"
    return Ruling(rests_on(case, "consent"), shown_by_review(case, name, case.of_proof(name), case.of_review(name)))


@of_use()
def consent_not_bundled_with_participation(case: Case) -> Ruling:
    """RGPD, art. 7, 4; CNIL, SAN-2024-004; SAN of 15 May 2025."""
    name = "participation_requires_consent"
    declared, reviewed = contrary(case.of_proof(name)), contrary(case.of_review(name))
    return Ruling(rests_on(case, "consent"), shown_by_review(case, name, declared, reviewed))


@of_use(since=date(2015, 3, 11))
def consent_not_in_terms(case: Case) -> Ruling:
    """RGPD, art. 7, 2; CE, 11 March 2015, n° 368624; where our review says."""
    apart = case.of_review("separate_from_terms")
    return Ruling(both(rests_on(case, "consent"), apart is not None), apart)


@of_use()
def consent_informed_art13(case: Case) -> Ruling:
    """RGPD, art. 13; CNIL, SAN-2022-021; of forms that we reviewed."""
    return _reviewed_answer(case, "informed_art13")


@of_use()
def consent_withdrawal_as_easy(case: Case) -> Ruling:
    """RGPD, art. 7, 3; CNIL, SAN of 15 May 2025; of forms that we reviewed."""
    return _reviewed_answer(case, "withdrawal_as_easy")


def _reviewed_answer(case: Case, name: str) -> Ruling:
    return Ruling(both(rests_on(case, "consent"), case.review is not None), case.of_review(name))


@of_use()
def consent_form_version_known(case: Case) -> Ruling:
    """RGPD, art. 5, 2 and 24; CNIL, SAN-2022-021, SAN-2024-003: a version that waits for our review fails nobody."""
    kept = case.of_review("text_digest")
    holds = None if case.review is None else True if kept is None else same(kept, case.of_proof("consent_text_digest"))
    return Ruling(rests_on(case, "consent"), holds)


@of_use(since=FRANCE_RENOV)
def form_france_renov_sentence(case: Case) -> Ruling:
    """C. consom., art. L. 122-26: forms for energy renovation, shown from that day on, whatever the basis."""
    is_form = case.contract["sector"] == "energy_renovation" and case.proof is not None
    is_of_then = not_after(FRANCE_RENOV, day_of(case.of_proof("consent_at")))
    return Ruling(both(is_form, is_of_then), case.of_review("france_renov_sentence"))


@of_use(channels=("phone",), audiences=("consumer",), since=OPT_IN)
def tel_number_collection_notice(case: Case) -> Ruling:
    """C. consom., art. L. 223-2: where a number is asked for, from that day on, on a form that there is."""
    name = "l223_2_notice"
    is_of_then = not_after(OPT_IN, day_of(case.lead["collected_at"]))
    holds = shown_by_review(case, name, case.of_proof(name), case.of_review(name))
    return Ruling(both(case.proof is not None, is_of_then), holds)

"""Calls to consumers since 11 August 2026 (C. consom., art. L. 223-1 and R. 223-1; not the press: L. 223-5)."""

from tests.support.plain_judge.answers import Answer, among, both, earlier
from tests.support.plain_judge.bases import OPT_IN, rests_on
from tests.support.plain_judge.cases import Case
from tests.support.plain_judge.consent import names_us_as_reviewed
from tests.support.plain_judge.forms import shown_by_review
from tests.support.plain_judge.paris import a_year_after
from tests.support.plain_judge.readings import Ruling, of_use

MENTIONS = {"identity", "choice", "duration", "withdrawal", "proof_access"}
"""R. 223-1, I: who, the choice, how long, taking it back, the proof."""


def _is_press(case: Case) -> bool:
    return case.contract["sector"] == "press"


def _is_consent_bound_by_decree(case: Case) -> Answer:
    return both(rests_on(case, "consent"), not _is_press(case))


@of_use(channels=("phone",), audiences=("consumer",), since=OPT_IN)
def tel_optin_consent_required(case: Case) -> Ruling:
    """L. 223-1, al. 1. Another label than consent is `basis_admissible`'s: one defect, one count (review.md, 7)."""
    return Ruling(rests_on(case, "consent"), among("phone", case.of_proof("channels")))


@of_use(channels=("phone",), audiences=("consumer",), since=OPT_IN)
def tel_consent_five_mentions(case: Case) -> Ruling:
    """R. 223-1, I and II, 1°: all five, by our review; fewer by the vendor's own record fails."""
    declared, reviewed = (_all_five(said) for said in (case.of_proof("mentions"), case.of_review("mentions")))
    return Ruling(_is_consent_bound_by_decree(case), shown_by_review(case, "mentions", declared, reviewed))


def _all_five(mentions: list[str] | None) -> Answer:
    return None if mentions is None else set(mentions) >= MENTIONS


@of_use(channels=("phone",), audiences=("consumer",), since=OPT_IN)
def tel_consent_max_age_one_year(case: Case) -> Ruling:
    """R. 223-1, I, 3°: a year to the instant, or the shorter period that the form showed."""
    consented, ends = case.of_proof("consent_at"), case.of_proof("period_end")
    within_year = None if consented is None else earlier(case.used_at, a_year_after(consented))
    if case.is_unread("consent_proofs.period_end"):
        within_period = None
    else:
        within_period = True if ends is None else earlier(case.used_at, ends)
    return Ruling(_is_consent_bound_by_decree(case), both(within_year, within_period))


@of_use(channels=("phone",), audiences=("consumer",), since=OPT_IN)
def tel_consent_named_professional(case: Case) -> Ruling:
    """R. 223-1, I, 1° and 2°: the legal entity that will call."""
    return Ruling(_is_consent_bound_by_decree(case), names_us_as_reviewed(case))

"""When, by whom and for what a consent was given."""

from datetime import date, timedelta

from tests.support.plain_judge.answers import Answer, both, contrary, either, is_there, not_after
from tests.support.plain_judge.bases import names_us, own_key_is_equal, rests_on
from tests.support.plain_judge.cases import Case
from tests.support.plain_judge.paris import day_of
from tests.support.plain_judge.readings import ELECTRONIC, MESSAGES, Ruling, of_lead, of_use

PARTNERS = date(2018, 12, 28)
"""CNIL, sheet on passing data on to partners."""
LAST_WEEK = (date(2026, 8, 4), date(2026, 8, 10))
"""The last seven days before the opt-in of calls."""


def names_us_as_reviewed(case: Case) -> Answer:
    """The proof names us, and our review of the form does not say otherwise; a review repairs no proof."""
    return both(names_us(case), case.of_review("names_advertiser") is not False)


@of_use()
def consent_prior_to_delivery(case: Case) -> Ruling:
    """RGPD, art. 6, 1, a) and 7, 1; CPCE, art. L. 34-5, al. 1: prior."""
    return Ruling(rests_on(case, "consent"), not_after(case.of_proof("consent_at"), case.used_at))


@of_use()
def consent_timestamp_coherent(case: Case) -> Ruling:
    """RGPD, art. 5, 1, d); legal_rules: consent at most five minutes after the collection, which is before delivery."""
    consented, collected = case.of_proof("consent_at"), case.lead["collected_at"]
    latest = None if collected is None else collected + timedelta(minutes=5)
    return Ruling(rests_on(case, "consent"), both(not_after(consented, latest), not_after(collected, case.used_at)))


@of_use()
def consent_near_collection(case: Case) -> Ruling:
    """Ours (note of the card): thirty days; not of the last week of opt-out calls for a lead of 12 August or later."""
    consented, collected = case.of_proof("consent_at"), case.lead["collected_at"]
    is_near = None if consented is None else not_after(collected, consented + timedelta(days=30))
    return Ruling(rests_on(case, "consent"), both(is_near, contrary(_is_of_last_week(consented, collected))))


def _is_of_last_week(consented: object, collected: object) -> Answer:
    given, taken = day_of(consented), day_of(collected)  # type: ignore[arg-type]
    first, last = LAST_WEEK
    return both(not_after(first, given), not_after(given, last), not_after(last + timedelta(days=2), taken))


@of_use(channels=MESSAGES, since=None)
def consent_double_optin_confirmed(case: Case) -> Ruling:
    """Contract (doubleOptInRequired); review.md: consent, message, confirmation, delivery, in this order."""
    consented, sent = case.of_proof("consent_at"), case.of_proof("double_optin_sent_at")
    confirmed = case.of_proof("double_optin_confirmed_at")
    in_order = both(not_after(consented, sent), not_after(sent, confirmed), not_after(confirmed, case.used_at))
    return Ruling(both(rests_on(case, "consent"), case.contract["is_double_optin_required"]), in_order)


@of_lead(since=date(2018, 5, 25), audiences=("consumer",))
def consent_minor_check(case: Case) -> Ruling:
    """RGPD, art. 8; policy of the house: nobody below 18, where the contract asks for the answer."""
    return Ruling("leads.over_18" in case.contract["mapped_fields"], case.lead["over_18"])


@of_use(since=PARTNERS)
def consent_no_onward_transfer(case: Case) -> Ruling:
    """CNIL, 28 December 2018: a consent is not passed on; chain longer than first collector and vendor."""
    return Ruling(both(rests_on(case, "consent"), _has_resellers(case)), names_us_as_reviewed(case))


def _has_resellers(case: Case) -> Answer:
    if case.is_unread("consent_proofs.chain"):
        return None
    return len((case.of_proof("chain") or "").split(">")) > 2


@of_use(channels=ELECTRONIC, since=PARTNERS)
def consent_partner_list_maintained(case: Case) -> Ruling:
    """CNIL, 28 December 2018: who joins the list later inherits no consent; where our review says since when."""
    since = case.of_review("named_since")
    applies = both(rests_on(case, "consent"), since is not None)
    return Ruling(applies, not_after(since, day_of(case.of_proof("consent_at"))))


@of_use(channels=ELECTRONIC)
def consent_named_recipient_elec(case: Case) -> Ruling:
    """RGPD, art. 4, 11); CPCE, art. L. 34-5; CNIL, SAN-2022-021 and others."""
    return Ruling(rests_on(case, "consent"), names_us_as_reviewed(case))


@of_use()
def proof_individual_record(case: Case) -> Ruling:
    """RGPD, art. 7, 1; CNIL, SAN-2022-021: text, act, form and version, and for whom, of this person's own yes."""
    for_whom = either(*(is_there(case.of_proof(name)) for name in _FOR_WHOM))
    parts = [is_there(case.of_proof(name)) for name in ("consent_text_digest", "action", "form_id", "form_version")]
    decision = case.of_proof("decision")
    is_yes = None if decision is None else decision == "given"
    return Ruling(rests_on(case, "consent"), both(is_yes, *parts, for_whom))


_FOR_WHOM = ("recipients", "recipient_sirens", "partner_list_version")


@of_use()
def proof_matches_lead(case: Case) -> Ruling:
    """RGPD, art. 5, 1, d); review.md: calls and SMS need equal numbers, e-mail equal addresses."""
    return Ruling(rests_on(case, "consent"), own_key_is_equal(case))

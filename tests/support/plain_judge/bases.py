"""On which legal basis a bought lead may rest, and what proves each."""

from datetime import date

from tests.support.plain_judge.answers import Answer, among, both, earlier, either, is_there, not_after, same
from tests.support.plain_judge.cases import Case
from tests.support.plain_judge.paris import end_of_fifth_working_day
from tests.support.plain_judge.readings import Ruling, of_use

OPT_IN = date(2026, 8, 11)
"""Loi n° 2025-594, art. 13: from then on a consumer is called on consent."""


def rests_on(case: Case, *bases: str) -> Answer:
    """Whether one of some bases is claimed; unknown where none is said (review.md, principle 4)."""
    return among(case.basis, bases)


def own_key_is_equal(case: Case) -> Answer:
    """Whether the record is this person's by what the channel uses (review.md, `proof_matches_lead`)."""
    name = "email_key" if case.channel == "email" else "phone_key"
    return same(case.of_proof(name), case.lead[name])


def is_address_of_a_company(case: Case) -> bool:
    """contact@ of a legal person is nobody's personal data (legal_rules, `elec_generic_address_legal_person`)."""
    return case.channel == "email" and case.audience == "legal_person" and case.lead["email_kind"] == "role"


@of_use()
def basis_admissible(case: Case) -> Ruling:
    """RGPD, art. 6, 1; CPCE, art. L. 34-5; C. consom., art. L. 223-1 and L. 223-5; review.md, "Basis"."""
    return Ruling(True, None if case.basis is None else _may_carry(case, case.basis))


def _may_carry(case: Case, basis: str) -> bool:
    if basis == "consent":
        return True
    if basis == "callback_request":  # R. 223-4: a person asks to be called, by somebody
        return case.channel == "phone"
    if basis not in ("b2b", "legitimate_interest"):  # the vendor's customers and contracts are not the advertiser's
        return False
    if case.channel == "automated_call":  # L. 34-5 protects every natural person
        return case.audience == "legal_person"
    if case.audience == "professional" and case.channel == "sms":  # a natural person; the tolerance by its own name
        return basis == "b2b"
    if case.audience != "consumer":  # CNIL, 17 February 2005, and companies: one tolerance, whatever it is called
        return True
    is_opt_out = case.used_on < OPT_IN or case.contract["sector"] == "press"  # L. 223-5
    return basis == "legitimate_interest" and case.channel == "phone" and is_opt_out


@of_use(since=None)
def basis_not_contracted(case: Case) -> Ruling:
    """Contract (bases): where it says on which."""
    ordered = case.contract["contract_bases"]
    return Ruling(ordered is not None, among(case.basis, ordered))


@of_use(channels=("phone",))
def callback_request_proven(case: Case) -> Ruling:
    """C. consom., art. R. 223-4; review.md, news, "Callback requests": to whom, about what, when, five working days."""
    asked, ours = case.of_proof("requested_at"), case.contract["is_in_alsace_moselle"]
    ends = None if asked is None else end_of_fifth_working_day(asked, is_in_alsace_moselle=ours)
    return Ruling(
        rests_on(case, "callback_request"),
        both(
            names_us(case),
            is_there(case.of_proof("request_object")),
            not_after(asked, case.used_at),
            earlier(case.used_at, ends),
        ),
    )


def names_us(case: Case) -> Answer:
    """Whether the person was shown the advertiser's name or SIREN (legal_rules, `tel_consent_named_professional`).

    A name that is nearly ours, or a list that can't be read, leaves it open; so does no list at all.
    """
    names, sirens = case.of_proof("recipients"), case.of_proof("recipient_sirens")
    told = {*(names or ()), *(sirens or ())}
    ours = {case.contract["advertiser_siren"], *case.contract["advertiser_spellings"]}
    if told & ours:
        return True
    if case.is_unread("consent_proofs.recipients") or case.is_unread("consent_proofs.recipient_sirens"):
        return None
    if told & set(case.contract["advertiser_near_spellings"]) or (names is None and sirens is None):
        return None
    return False


@of_use()
def interest_origin_proven(case: Case) -> Ruling:
    """RGPD, art. 5, 2, 13, 14 and 21; CNIL, 17 February 2005: told, free to object, where, when, and whose data."""
    told = both(case.lead["informed_at_collection"], case.lead["optout_offered_at_collection"])
    return Ruling(
        rests_on(case, "b2b", "legitimate_interest"),
        both(
            True if is_address_of_a_company(case) else told,
            either(is_there(case.of_proof("form_id")), is_there(case.of_proof("source_url"))),
            not_after(case.of_proof("consent_at"), case.used_at),
            own_key_is_equal(case),
        ),
    )

"""What the simulated truth says of one lead use, against the law worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.simulation.acceptance import Lead
from pipelines.simulation.market_facts import years_later
from pipelines.vocabulary import words
from tests.support.lead_facts import DELIVERED_AT, LEAD, PROOF, REVIEW, findings, sold_for, with_terms, without_column


def test_a_faultless_lead_has_no_finding() -> None:
    assert findings(LEAD, PROOF) == set()


def test_a_missing_proof_is_one_finding_a_lead_use() -> None:
    assert findings(LEAD) == {f"{channel} proof_individual_record fail" for channel in words.CHANNELS}


def test_a_lead_has_a_use_only_where_its_identifier_is() -> None:
    assert findings(replace(LEAD, phone=None)) == {"email proof_individual_record fail"}


def test_a_proof_counts_up_to_the_deadline_and_no_second_longer() -> None:
    deadline = DELIVERED_AT + timedelta(hours=72)
    assert findings(sold_for("sms"), replace(PROOF, received_at=deadline)) == set()
    assert findings(sold_for("sms"), replace(PROOF, received_at=deadline + timedelta(seconds=1))) != set()


def test_an_essential_part_that_the_contract_does_not_ask_for_leaves_the_record_unknown() -> None:
    gap = replace(PROOF, action=None)
    assert findings(sold_for("sms"), gap) == {"sms proof_individual_record fail"}
    assert findings(without_column(sold_for("sms"), "action"), gap) == {"sms proof_individual_record unknown"}
    both = replace(PROOF, action=None, form_id=None)
    assert findings(without_column(sold_for("sms"), "action"), both) == {"sms proof_individual_record fail"}


def test_a_refusal_hides_every_rule_that_needs_a_consent() -> None:
    refusal = replace(PROOF, decision="refused", channels=("phone",), consent_at=DELIVERED_AT)
    found = findings(LEAD, PROOF, refusal)
    assert found == {"phone consent_refused_at_collection fail"}
    later = replace(refusal, consent_at=DELIVERED_AT + timedelta(seconds=1))
    assert findings(LEAD, PROOF, later) == set()


def test_a_refusal_found_by_key_counts_only_from_the_chosen_consent_on() -> None:
    earlier = replace(PROOF, decision="refused", consent_id="C0", consent_at=PROOF.consent_at - timedelta(seconds=1))
    assert findings(sold_for("sms"), PROOF, earlier) == set()
    same = replace(earlier, consent_at=PROOF.consent_at)
    assert findings(sold_for("sms"), PROOF, same) == {"sms consent_refused_at_collection fail"}
    tied = replace(earlier, lead_id="L1")
    assert findings(sold_for("sms"), PROOF, tied) == {"sms consent_refused_at_collection fail"}


def test_a_refusal_counts_whatever_the_basis() -> None:
    lead = sold_for("phone", claimed_basis="callback_request")
    assert "phone consent_refused_at_collection fail" in findings(lead, replace(PROOF, decision="refused"))


def test_a_withdrawal_counts_until_the_delivery() -> None:
    assert findings(sold_for("sms"), replace(PROOF, withdrawn_at=DELIVERED_AT)) == {"sms consent_withdrawn fail"}
    assert findings(sold_for("sms"), replace(PROOF, withdrawn_at=DELIVERED_AT + timedelta(seconds=1))) == set()


def test_consent_after_the_delivery_is_incoherent_no_longer() -> None:
    late = replace(PROOF, consent_at=DELIVERED_AT + timedelta(seconds=1))
    assert findings(sold_for("sms"), late) == {"sms consent_prior_to_delivery fail"}


@pytest.mark.parametrize(("seconds", "expected"), [(300, set()), (301, {"sms consent_timestamp_coherent fail"})])
def test_consent_may_follow_collection_by_five_minutes(seconds: int, expected: set[str]) -> None:
    assert (
        findings(sold_for("sms"), replace(PROOF, consent_at=LEAD.collected_at + timedelta(seconds=seconds))) == expected
    )


def test_consent_must_cover_the_channel() -> None:
    proof = replace(PROOF, channels=("email",))
    assert findings(LEAD, proof) == {
        "sms elec_consent_per_channel fail",
        "automated_call elec_consent_per_channel fail",
        "phone tel_optin_consent_required fail",
    }


def test_phone_rules_of_the_decree_begin_at_midnight_in_paris() -> None:
    proof = replace(PROOF, channels=("email",), mentions=words.MENTIONS[:4])
    eve = sold_for("phone", delivered_at=datetime(2026, 8, 10, 21, 59, 59, tzinfo=UTC))
    day = sold_for("phone", delivered_at=datetime(2026, 8, 10, 22, tzinfo=UTC))
    morning = datetime(2026, 8, 10, 8, tzinfo=UTC)
    old = replace(proof, consent_at=morning, received_at=morning)
    assert findings(replace(eve, collected_at=old.consent_at), old) == set()
    assert findings(replace(day, collected_at=old.consent_at), old) == {
        "phone tel_optin_consent_required fail",
        "phone tel_consent_five_mentions fail",
    }


def test_a_phone_consent_dies_after_a_calendar_year_to_the_second() -> None:
    a_year_ago = datetime(2025, 8, 20, 18, tzinfo=UTC)
    assert findings(sold_for("phone"), replace(PROOF, consent_at=a_year_ago)) == {
        "phone tel_consent_max_age_one_year fail",
        "phone consent_near_collection fail",
    }
    alive = replace(PROOF, consent_at=a_year_ago + timedelta(seconds=1))
    assert findings(sold_for("phone"), alive) == {"phone consent_near_collection fail"}
    assert findings(sold_for("sms"), replace(PROOF, consent_at=a_year_ago)) == {"sms consent_near_collection fail"}
    assert findings(sold_for("phone"), replace(PROOF, period_end=DELIVERED_AT)) == {
        "phone tel_consent_max_age_one_year fail"
    }


def test_a_year_later_is_the_same_time_on_the_wall() -> None:
    # 25 October 2025 is still summer time at 12:00 in Paris, 25 October 2026 (last Sunday) already winter time
    assert years_later(datetime(2025, 10, 25, 10, tzinfo=UTC), 1) == datetime(2026, 10, 25, 11, tzinfo=UTC)
    assert years_later(datetime(2028, 2, 29, 10, tzinfo=UTC), 1) == datetime(2029, 2, 28, 10, tzinfo=UTC)


def test_the_advertiser_is_named_in_any_spelling_or_by_its_siren() -> None:
    lead = with_terms(
        sold_for("sms"), advertiser_name="Télécom du Ponant", reviews={("F", "1"): replace(REVIEW, recipients=None)}
    )
    spelled = replace(PROOF, recipients=("TE\u0301LE\u0301COM  du PONANT ",))
    assert findings(lead, spelled) == set()
    assert findings(lead, replace(PROOF, recipients=None, recipient_sirens=("222", "111"))) == set()
    assert findings(lead, replace(PROOF, recipients=("Autre",))) == {"sms consent_named_recipient_elec fail"}


def test_a_list_version_alone_names_nobody() -> None:
    listed = replace(PROOF, recipients=None, partner_list_version="7")
    assert findings(sold_for("phone"), listed) == {"phone tel_consent_named_professional fail"}
    unasked = without_column(sold_for("phone"), "recipients", "recipient_sirens")
    assert findings(unasked, listed) == {"phone tel_consent_named_professional unknown"}


def test_our_review_denies_what_a_proof_claims() -> None:
    review = replace(
        REVIEW, recipients=("Autre",), box_prechecked=True, mentions=words.MENTIONS[1:], text="Autre chose."
    )
    assert findings(with_terms(sold_for("phone"), reviews={("F", "1"): review}), PROOF) == {
        "phone tel_consent_named_professional fail",
        "phone consent_form_version_known fail",
        "phone consent_box_not_prechecked fail",
        "phone tel_consent_five_mentions fail",
    }


def test_what_only_our_review_can_pass_stays_unknown_without_it() -> None:
    expected = {
        "phone consent_form_version_known unknown",
        "phone consent_box_not_prechecked unknown",
        "phone tel_consent_five_mentions unknown",
        "phone consent_not_bundled_with_participation unknown",
        "phone consent_equal_prominence_refusal unknown",
        "phone tel_number_collection_notice unknown",
    }
    assert findings(with_terms(sold_for("phone"), reviews={}), PROOF) == expected
    # the facts close on 23 August in Paris; a review of the next day comes too late
    late = {("F", "1"): replace(REVIEW, reviewed_on=date(2026, 8, 24))}
    assert findings(with_terms(sold_for("phone"), reviews=late), PROOF) == expected
    in_time = {("F", "1"): replace(REVIEW, reviewed_on=date(2026, 8, 23))}
    assert findings(with_terms(sold_for("phone"), reviews=in_time), PROOF) == set()


def test_a_confessed_box_fails_though_our_review_clears_the_form() -> None:
    assert findings(sold_for("sms"), replace(PROOF, box_prechecked=True)) == {"sms consent_box_not_prechecked fail"}
    assert findings(sold_for("sms"), replace(PROOF, box_prechecked=True, action="button")) == set()


@pytest.mark.parametrize(
    ("name", "fault", "rule"),
    [
        ("participation_requires_consent", True, "consent_not_bundled_with_participation"),
        ("refusal_equal_prominence", False, "consent_equal_prominence_refusal"),
    ],
)
def test_a_form_that_forces_or_hides_is_no_consent_whoever_says_so(name: str, fault: bool, rule: str) -> None:
    def judged(ours: bool | None, theirs: bool | None, lead: Lead = LEAD) -> set[str]:
        review = replace(REVIEW, **{name: ours})  # type: ignore[arg-type]
        lead = with_terms(replace(lead, channels=("email",)), reviews={("F", "1"): review})
        return findings(lead, replace(PROOF, **{name: theirs}))  # type: ignore[arg-type]

    assert judged(not fault, None) == judged(not fault, not fault) == set()
    assert judged(fault, None) == judged(fault, not fault) == judged(not fault, fault) == {f"email {rule} fail"}
    assert judged(None, None) == judged(None, not fault) == {f"email {rule} unknown"}
    assert judged(fault, fault, replace(LEAD, audience="legal_person")) == {f"email {rule} fail"}
    unread = replace(PROOF, unread=frozenset({name}), faulty=frozenset({name}))
    assert findings(sold_for("email"), unread) == {f"email {rule} fail", "email proof_field_invalid fail"}


def test_a_text_is_compared_without_regard_to_spaces_and_composition() -> None:
    lead = with_terms(sold_for("sms"), reviews={("F", "1"): replace(REVIEW, text="Été : j'accepte.")})
    assert findings(lead, replace(PROOF, consent_text="  E\u0301te\u0301 :\n j'accepte. ")) == set()


def test_a_proof_without_an_identifier_matches_nobody_if_one_was_asked_for() -> None:
    assert findings(sold_for("sms"), replace(PROOF, phone=None)) == {"sms proof_matches_lead fail"}
    assert findings(without_column(sold_for("sms"), "phone"), replace(PROOF, phone=None)) == {
        "sms proof_matches_lead unknown"
    }
    assert findings(sold_for("email"), replace(PROOF, email="bea@mail.example")) == {"email proof_matches_lead fail"}


def test_double_optin_steps_must_be_in_order() -> None:
    lead = with_terms(sold_for("email"), is_double_optin_required=True)
    sent_at = PROOF.consent_at + timedelta(minutes=1)
    confirmed = replace(PROOF, double_optin_sent_at=sent_at, double_optin_confirmed_at=DELIVERED_AT)
    expected = {"email consent_double_optin_confirmed fail"}
    assert findings(lead, confirmed) == set()
    assert findings(lead, replace(confirmed, double_optin_confirmed_at=DELIVERED_AT + timedelta(seconds=1))) == expected
    assert findings(lead, replace(confirmed, double_optin_sent_at=PROOF.consent_at - timedelta(seconds=1))) == expected
    assert findings(lead, replace(confirmed, double_optin_confirmed_at=None)) == expected
    # the contract of these tests has no column for the instant of sending
    assert findings(lead, replace(confirmed, double_optin_sent_at=None)) == {
        "email consent_double_optin_confirmed unknown"
    }


@pytest.mark.parametrize(
    ("channel", "audience", "basis", "is_admissible"),
    [
        ("email", "consumer", "b2b", False),
        ("email", "professional", "b2b", True),
        ("sms", "legal_person", "b2b", True),
        ("email", "consumer", "legitimate_interest", False),
        ("email", "professional", "legitimate_interest", True),
        ("email", "legal_person", "legitimate_interest", True),
        ("sms", "professional", "legitimate_interest", False),
        ("sms", "legal_person", "legitimate_interest", True),
        ("email", "consumer", "callback_request", False),
        ("email", "consumer", "soft_optin", False),
        ("phone", "consumer", "callback_request", True),
        ("phone", "consumer", "b2b", False),
        ("phone", "consumer", "legitimate_interest", False),
        ("phone", "professional", "legitimate_interest", True),
        ("phone", "professional", "b2b", True),
        ("phone", "legal_person", "contract", False),
        ("automated_call", "legal_person", "legitimate_interest", True),
        ("automated_call", "legal_person", "b2b", True),
        ("automated_call", "professional", "legitimate_interest", False),
    ],
)
def test_admissible_bases(channel: str, audience: str, basis: str, is_admissible: bool) -> None:
    found = findings(sold_for(channel, audience=audience, claimed_basis=basis))
    assert (f"{channel} basis_admissible fail" not in found) is is_admissible
    claimed_alone = {"phone callback_request_proven fail", f"{channel} interest_origin_proven fail"}
    assert found <= {
        f"{channel} basis_admissible fail",
        f"{channel} elec_b2b_function_relevance unknown",
        *claimed_alone,
    }
    assert bool(found & claimed_alone) is is_admissible or basis == "callback_request"


@pytest.mark.parametrize("audience", words.AUDIENCES)
def test_nobody_asked_to_be_called_without_a_proof_of_it(audience: str) -> None:
    lead = replace(
        LEAD, channels=("email", "phone"), audience=audience, claimed_basis="email:b2b|phone:callback_request"
    )
    found = {finding for finding in findings(lead, PROOF) if "callback" in finding}
    assert found == {"phone callback_request_proven fail"}
    # who claims no basis may mean this one
    unclaimed = replace(lead, claimed_basis="email:b2b")
    assert "phone callback_request_proven fail" in findings(unclaimed, PROOF)


def test_consumers_could_be_phoned_on_legitimate_interest_up_to_10_august() -> None:
    lead = sold_for("phone", claimed_basis="legitimate_interest")
    eve = replace(lead, delivered_at=datetime(2026, 8, 10, 21, 59, 59, tzinfo=UTC))
    assert findings(eve) == {"phone interest_origin_proven fail"}
    that_day = datetime(2026, 8, 10, 12, tzinfo=UTC)
    shown = replace(PROOF, consent_at=that_day, received_at=that_day)
    assert findings(replace(eve, is_informed=True, is_optout_offered=True), shown) == set()
    assert findings(replace(lead, delivered_at=datetime(2026, 8, 10, 22, tzinfo=UTC))) == {
        "phone basis_admissible fail"
    }


def test_bases_are_claimed_channel_by_channel() -> None:
    lead = replace(LEAD, channels=("email", "phone", "sms"), claimed_basis="email:consent|phone:callback_request")
    assert findings(lead) == {
        "email proof_individual_record fail",
        "phone callback_request_proven fail",
        "sms basis_admissible fail",
        "sms proof_individual_record fail",
    }


def test_no_claim_is_two_findings_and_hides_the_rest() -> None:
    lead = replace(sold_for("sms"), claimed_basis=None)
    assert findings(lead, replace(PROOF, channels=("email",))) == {
        "sms basis_admissible fail",
        "sms proof_individual_record fail",
    }


def test_who_claims_the_consent_of_a_company_shows_it() -> None:
    company = replace(LEAD, audience="legal_person")
    assert findings(company, PROOF) == set()
    assert findings(company) == {f"{channel} proof_individual_record fail" for channel in words.CHANNELS}


COMPANY = replace(
    sold_for("email", audience="professional", claimed_basis="b2b"),
    is_informed=True,
    is_optout_offered=True,
    job_function="Acheteuse",
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"claimed_basis": "legitimate_interest"}, set()),
        ({"is_informed": False}, {"interest_origin_proven fail"}),
        ({"is_optout_offered": None}, {"interest_origin_proven fail"}),
        ({"job_function": "DSI"}, {"elec_b2b_function_relevance fail"}),
        ({"job_function": None}, {"elec_b2b_function_relevance fail"}),
        ({"channels": ("phone",), "job_function": None}, set()),
    ],
)
def test_a_professional_is_reached_about_its_function_once_told(changes: dict[str, object], expected: set[str]) -> None:
    lead = with_terms(replace(COMPANY, **changes), target_functions=("acheteuse",))  # type: ignore[arg-type]
    assert {finding.partition(" ")[2] for finding in findings(lead, PROOF)} == expected


def test_of_which_functions_the_contract_says_nothing_the_advertiser_owes_a_word() -> None:
    assert findings(COMPANY, PROOF) == {"email elec_b2b_function_relevance unknown"}


def test_an_interest_is_shown_by_a_record_of_that_person_from_before_the_delivery() -> None:
    lead = with_terms(COMPANY, target_functions=("acheteuse",))
    expected = {"email interest_origin_proven fail"}
    assert findings(lead) == expected
    assert findings(lead, replace(PROOF, email="bea@mail.example")) == expected
    assert findings(lead, replace(PROOF, consent_at=DELIVERED_AT + timedelta(seconds=1))) == expected
    assert findings(lead, replace(PROOF, form_id=None)) == expected
    assert findings(lead, replace(PROOF, form_id=None, source_url="https://salon.example")) == set()


def test_a_basis_is_compared_with_the_order_where_there_is_one() -> None:
    ordered = with_terms(COMPANY, target_functions=("acheteuse",), bases=("consent",))
    assert findings(ordered, PROOF) == {"email basis_not_contracted fail"}


@pytest.mark.parametrize("sector", ["energy_renovation", "renewable_energy", "housing_adaptation"])
def test_no_consent_opens_a_home_to_be_renovated(sector: str) -> None:
    home = with_terms(LEAD, sector=sector)
    ban = "sector_housing_adaptation_phone_ban" if "adaptation" in sector else "sector_energy_renovation_phone_ban"
    messages = {f"{channel} sector_energy_adaptation_message_ban fail" for channel in ("email", "sms")}
    assert findings(home, PROOF) == messages | {f"{channel} {ban} fail" for channel in ("phone", "automated_call")}
    asked = replace(home, channels=("phone",), claimed_basis="callback_request")
    assert findings(asked, PROOF) == {"phone callback_request_proven fail"}
    assert findings(replace(home, audience="professional"), PROOF) == set()


def test_nobody_sells_to_the_holder_of_a_training_account() -> None:
    course = with_terms(LEAD, sector="cpf_training")
    for audience in ("consumer", "professional"):
        found = findings(replace(course, audience=audience), PROOF)
        assert found == {f"{channel} sector_cpf_ban fail" for channel in words.CHANNELS}
    assert findings(replace(course, audience="legal_person"), PROOF) == set()


def test_an_insurer_calls_within_thirty_days_of_the_consent() -> None:
    cover = with_terms(sold_for("phone"), sector="insurance")
    late = replace(PROOF, consent_at=DELIVERED_AT - timedelta(days=30))
    expected = "phone sector_insurance_consent_30_days fail"
    assert expected in findings(cover, late)
    assert expected not in findings(cover, replace(late, consent_at=late.consent_at + timedelta(seconds=1)))
    assert expected not in findings(replace(cover, channels=("email",)), late)
    assert "phone sector_insurance_named_distributor fail" in findings(cover, replace(PROOF, recipients=("Autre",)))


def test_newspapers_are_called_for_without_consent() -> None:
    press = with_terms(sold_for("phone", claimed_basis="legitimate_interest"), sector="press")
    assert findings(replace(press, is_informed=True, is_optout_offered=True), PROOF) == set()
    assert findings(press, PROOF) == {"phone interest_origin_proven fail"}
    assert findings(replace(press, claimed_basis="consent"), replace(PROOF, channels=("email",), mentions=())) == set()

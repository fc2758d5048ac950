"""What cells that nobody can read do in the simulated truth, worked out by hand: no silence is a yes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines.simulation.acceptance import Accepted, Lead, Proof, accept
from pipelines.simulation.known_facts import KnownFacts
from pipelines.simulation.market_facts import (
    Bad,
    Blank,
    Column,
    Habits,
    Layout,
    Row,
    SimulatedDelivery,
    SimulatedFile,
    Value,
    Vendor,
    Worded,
)
from pipelines.simulation.truth import judge_lead, truth_of
from pipelines.vocabulary import words
from tests.support.lead_facts import (
    DELIVERED_AT,
    LEAD,
    PROOF,
    REVIEW,
    TERMS,
    findings,
    sold_for,
    with_terms,
)


def _with_unread(*names: str, **changes: object) -> Proof:
    """The proof with cells that nobody can read."""
    emptied = dict.fromkeys(names)
    return replace(PROOF, **emptied | changes, unread=frozenset(names), faulty=frozenset(names))  # type: ignore[arg-type]


# --- cells of proofs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "channel", "rule"),
    [
        ("box_prechecked", "sms", "consent_box_not_prechecked"),
        ("mentions", "phone", "tel_consent_five_mentions"),
        ("period_end", "phone", "tel_consent_max_age_one_year"),
        ("recipients", "sms", "consent_named_recipient_elec"),
        ("recipients", "phone", "tel_consent_named_professional"),
        ("withdrawn_at", "sms", "consent_withdrawn"),
    ],
)
def test_what_rests_on_a_cell_that_nobody_can_read_is_not_proven_in_time(name: str, channel: str, rule: str) -> None:
    proof = _with_unread(name, partner_list_version="7")
    assert findings(sold_for(channel), proof) == {f"{channel} proof_field_invalid fail", f"{channel} {rule} fail"}


def test_our_review_does_not_answer_for_a_cell_that_nobody_can_read() -> None:
    unlawful = {("F", "1"): replace(REVIEW, box_prechecked=True, mentions=())}
    for reviews in ({}, unlawful):
        found = findings(with_terms(sold_for("phone"), reviews=reviews), _with_unread("box_prechecked", "mentions"))
        assert {"phone consent_box_not_prechecked fail", "phone tel_consent_five_mentions fail"} <= found


def test_the_other_list_names_the_advertiser_though_one_cant_be_read() -> None:
    named = _with_unread("recipients", recipient_sirens=("111",))
    assert findings(sold_for("sms"), named) == {"sms proof_field_invalid fail"}
    other = _with_unread("recipients", recipient_sirens=("222",))
    assert "sms consent_named_recipient_elec fail" in findings(sold_for("sms"), other)


def test_an_essential_cell_that_nobody_can_read_is_missing() -> None:
    assert findings(sold_for("sms"), _with_unread("action")) == {
        "sms proof_individual_record fail",
        "sms proof_field_invalid fail",
    }


def test_a_required_cell_that_is_empty_is_a_fault_of_the_proof_whatever_the_basis_and_the_audience() -> None:
    lacking = replace(PROOF, faulty=frozenset({"goods_services"}))
    assert findings(sold_for("sms"), lacking) == {"sms proof_field_invalid fail"}
    told = {"is_informed": True, "is_optout_offered": True, "job_function": "DSI"}
    company = sold_for("sms", audience="legal_person", claimed_basis="legitimate_interest", **told)
    company = with_terms(company, target_functions=("dsi",))
    assert findings(company, lacking) == {"sms proof_field_invalid fail"}
    assert findings(company) == {"sms interest_origin_proven fail"}


# --- withdrawals that nobody can read ----------------------------------------------------------------------------


def _refused_or_withdrawn(found: set[str]) -> set[str]:
    return {finding for finding in found if "refused" in finding or "withdrawn" in finding}


def test_an_unread_withdrawal_holds_the_channels_of_its_row() -> None:
    beside = _with_unread("withdrawn_at", consent_id="C0", lead_id="L1", channels=("phone",))
    assert _refused_or_withdrawn(findings(LEAD, PROOF, beside)) == {"phone consent_withdrawn fail"}


@pytest.mark.parametrize(("seconds", "holds"), [(-1, False), (0, True)])
def test_an_unread_withdrawal_found_by_key_counts_if_it_came_after_the_consent(seconds: int, holds: bool) -> None:
    came_at = PROOF.consent_at + timedelta(seconds=seconds)
    beside = _with_unread("withdrawn_at", consent_id="C0", consent_at=came_at, received_at=came_at)
    assert bool(_refused_or_withdrawn(findings(sold_for("sms"), PROOF, beside))) is holds
    tied = replace(beside, lead_id="L1")
    assert _refused_or_withdrawn(findings(sold_for("sms"), PROOF, tied)) == {"sms consent_withdrawn fail"}


def test_an_unread_withdrawal_counts_up_to_the_proof_deadline() -> None:
    beside = _with_unread("withdrawn_at", consent_id="C0", lead_id="L1")
    deadline = DELIVERED_AT + timedelta(hours=72)
    assert _refused_or_withdrawn(findings(sold_for("sms"), PROOF, replace(beside, received_at=deadline)))
    late = replace(beside, received_at=deadline + timedelta(seconds=1))
    assert findings(sold_for("sms"), PROOF, late) == set()


# --- rows --------------------------------------------------------------------------------------------------------

LEAD_COLUMNS = ("lead_id", "collected_at", "email", "audience", "company_siren", "channels")
PROOF_COLUMNS = ("consent_id", "lead_id", "email", "channels", "decision", "consent_at", "period_end", "withdrawn_at")
ROW_TERMS = replace(
    TERMS,
    channels=("email", "phone"),
    leads=Layout("l*", "csv", {name: Column(name) for name in LEAD_COLUMNS}),
    proofs=Layout("p*", "csv", {name: Column(name) for name in PROOF_COLUMNS}),
)
VENDOR = Vendor("v", "V", "V", (ROW_TERMS,), (), Habits())
LEAD_ROW: dict[str, Value] = {"lead_id": "L1", "collected_at": LEAD.collected_at, "email": "ana@mail.example"}
NO_ROW: dict[str, Value] = {
    "consent_id": "C0", "lead_id": "L1", "email": "ana@mail.example", "channels": ("email",), "decision": "refused",
    "consent_at": PROOF.consent_at,
}  # fmt: skip


def _accepted(
    leads: list[Row] | None = None, proofs: list[Row] | None = None, terms: object = ROW_TERMS, days: int = 0
) -> Accepted:
    files = [SimulatedFile("l1", "leads", leads or [], DELIVERED_AT)]
    came_at = DELIVERED_AT + timedelta(days=days)
    files.append(SimulatedFile("p1", "consent_proofs", proofs or [], came_at))
    return accept([SimulatedDelivery(VENDOR, LEAD.delivery_date, terms, files)])  # type: ignore[arg-type]


def _held(*rows: dict[str, Value], proof: Proof = PROOF, **circumstances: object) -> set[str]:
    """Which rules a lead for e-mail and SMS fails for its refusals and withdrawals, beside a faultless proof."""
    accepted = _accepted([Row(dict(LEAD_ROW))], [Row(dict(row)) for row in rows], **circumstances)  # type: ignore[arg-type]
    facts = KnownFacts(replace(accepted, proofs=(*accepted.proofs, proof)), {})
    lead = replace(LEAD, channels=("email", "sms"))
    found = {
        f"{row.channel} {row.rule_id}"
        for row in truth_of("v", replace(accepted, leads=(lead,)), facts.uses_of, lambda lead: False, lambda lead: ())
    }
    return _refused_or_withdrawn(found)


def _no_without(name: str, **changes: Value) -> dict[str, Value]:
    return {key: value for key, value in (NO_ROW | changes).items() if key != name}


def test_a_rejected_refusal_still_holds_whom_it_names() -> None:
    assert _held(_no_without("consent_id")) == {"email consent_refused_at_collection"}
    assert _held(_no_without("decision")) == {"email consent_refused_at_collection"}
    assert _held(NO_ROW | {"decision": Bad("plus tard")}) == {"email consent_refused_at_collection"}
    assert _held(_no_without("consent_id", decision="given")) == set()


@pytest.mark.parametrize("channels", [Bad("partout"), Worded("aucun", ()), Blank("NULL")])
def test_channels_that_nobody_can_read_are_all_channels(channels: Value) -> None:
    assert _held(NO_ROW | {"channels": channels}) == {
        "email consent_refused_at_collection",
        "sms consent_refused_at_collection",
    }


def test_a_missing_decision_is_no_refusal_where_only_given_consents_come() -> None:
    only_given = replace(ROW_TERMS, is_only_given_consents=True)
    assert _held(_no_without("decision", channels=Bad("partout")), terms=only_given) == set()


def test_anything_in_the_cell_of_a_withdrawal_may_be_one() -> None:
    spoiled = _no_without("consent_id", decision="given", withdrawn_at=Bad("oui"))
    assert _held(spoiled) == {"email consent_withdrawn"}
    assert _held(spoiled | {"withdrawn_at": Blank("N/A")}) == set()
    assert _held(spoiled | {"withdrawn_at": DELIVERED_AT}) == {"email consent_withdrawn"}
    assert _held(spoiled | {"withdrawn_at": DELIVERED_AT + timedelta(seconds=1)}) == set()


def test_a_rejected_refusal_after_the_delivery_does_not_count() -> None:
    assert _held(_no_without("consent_id", consent_at=DELIVERED_AT)) == {"email consent_refused_at_collection"}
    assert _held(_no_without("consent_id", consent_at=DELIVERED_AT + timedelta(seconds=1))) == set()
    assert _held(NO_ROW | {"consent_at": Bad("hier")}, days=3) == {"email consent_refused_at_collection"}
    assert _held(NO_ROW | {"consent_at": Bad("hier")}, days=4) == set()  # the facts close after 72 hours


def test_a_rejected_refusal_found_by_key_counts_from_the_consent_on() -> None:
    by_key = _no_without("lead_id", channels=Bad("partout"))
    earlier = by_key | {"consent_at": PROOF.consent_at - timedelta(seconds=1)}
    assert _held(earlier) == set()
    assert _held(by_key) == {"email consent_refused_at_collection", "sms consent_refused_at_collection"}
    # the instant of a row that may be both is unknown: the arrival of its file, after the consent, stands for it
    both = earlier | {"decision": Bad("?"), "withdrawn_at": PROOF.consent_at - timedelta(seconds=1)}
    assert _held(both) == {"email consent_refused_at_collection", "sms consent_refused_at_collection"}


def test_a_rejected_no_is_sure_if_its_kind_instant_and_channels_can_be_read() -> None:
    def is_sure(row: dict[str, Value]) -> set[bool]:
        return {no.is_sure for no in _accepted(proofs=[Row(row)]).noes}

    assert is_sure(_no_without("consent_id")) == {True}
    assert is_sure(_no_without("consent_id", decision="given", withdrawn_at=DELIVERED_AT)) == {True}
    assert is_sure(_no_without("consent_id", decision="given", withdrawn_at=Bad("oui"))) == {False}
    assert is_sure(NO_ROW | {"decision": Bad("?")}) == {False}
    assert is_sure(_no_without("consent_at")) == {False}
    assert is_sure(_no_without("channels")) == {False}
    assert is_sure(_no_without("consent_id", withdrawn_at=DELIVERED_AT)) == {False}


def _of_delivery(*proofs: Row) -> set[str]:
    accepted = _accepted(proofs=list(proofs))
    rows = truth_of("v", accepted, lambda lead: (), lambda lead: False, lambda lead: ())
    return {row.rule_id for row in rows if row.rule_id and row.lead_id is None}


def test_a_delivery_answers_for_lines_and_rows_that_may_be_a_no() -> None:
    assert _of_delivery(Row(dict(NO_ROW))) == set()
    assert _of_delivery(Row(_no_without("consent_id"))) == {"objections_readable"}
    assert _of_delivery(Row(_no_without("consent_id", decision="given"))) == set()
    assert _of_delivery(Row(dict(NO_ROW), is_malformed=True)) == {"objections_readable"}


def test_a_list_of_channels_that_says_none_is_no_consent() -> None:
    accepted = _accepted(proofs=[Row(NO_ROW | {"channels": Worded("aucun", ())})])
    assert [reject.reason for reject in accepted.rejects] == ["required_invalid"]


def test_only_fields_of_the_contract_make_a_proof_faulty() -> None:
    def faulty(**cells: Value) -> frozenset[str]:
        (proof,) = _accepted(proofs=[Row(NO_ROW | cells)]).proofs
        return proof.faulty

    assert faulty(period_end=Bad("1 mois")) == {"period_end"}
    assert faulty(period_end=Blank("#N/A"), action=Bad("clic")) == frozenset()


# --- leads -------------------------------------------------------------------------------------------------------


def _lead(terms: object = ROW_TERMS, **cells: Value) -> Lead:
    (lead,) = _accepted([Row(LEAD_ROW | cells)], terms=terms).leads
    return lead


def test_an_unread_audience_is_a_consumer_and_passes_no_rule_of_some_audiences() -> None:
    for_companies = replace(ROW_TERMS, audience="professional")
    lead = _lead(for_companies, audience=Bad("prospect"), company_siren="123456782")
    assert (lead.audience, lead.is_audience_unread) == ("consumer", True)
    judged = replace(LEAD, channels=("sms",), is_audience_unread=True)
    assert findings(judged, PROOF) == set()
    assert findings(replace(judged, channels=("phone",)), PROOF) == {
        "phone tel_optin_consent_required fail",
        "phone tel_consent_five_mentions fail",
        "phone tel_consent_max_age_one_year fail",
        "phone tel_consent_named_professional fail",
        "phone tel_number_collection_notice fail",
    }


def test_an_audience_that_is_missing_is_the_contracts_unless_it_was_required() -> None:
    for_companies = replace(ROW_TERMS, audience="professional")
    lead = _lead(for_companies, audience=Blank("NULL"), company_siren="123456782")
    assert (lead.audience, lead.is_audience_unread) == ("professional", False)
    columns = ROW_TERMS.leads.columns | {"audience": Column("audience", is_required=True)}
    required = replace(for_companies, leads=replace(ROW_TERMS.leads, columns=columns))
    assert _lead(required, company_siren="123456782").is_audience_unread
    assert _lead(required, audience=Worded("B2C", "consumer")).audience == "consumer"


@pytest.mark.parametrize("audience", ["professional", "legal_person"])
def test_nobody_dresses_up_as_a_company_without_a_siren(audience: str) -> None:
    assert _lead(audience=audience).audience == "consumer"
    assert _lead(audience=audience, company_siren=Bad("000000000")).audience == "consumer"
    for_companies = replace(ROW_TERMS, audience=audience)
    assert _lead(for_companies, audience=audience, company_siren="123456782").audience == audience


@pytest.mark.parametrize(
    ("ordered", "said", "expected"),
    [
        (("consumer",), "professional", "consumer"),
        (("consumer",), "legal_person", "consumer"),
        (("professional",), "legal_person", "professional"),
        (("legal_person",), "professional", "professional"),
        (("professional",), "consumer", "consumer"),
        (("legal_person", "professional"), "legal_person", "legal_person"),
    ],
)
def test_whom_nobody_ordered_is_protected_as_the_better_protected(
    ordered: tuple[str, ...], said: str, expected: str
) -> None:
    lead = _lead(replace(ROW_TERMS, audience=ordered[0], other_audiences=ordered[1:]), audience=said, company_siren="1")
    assert lead.audience == expected
    assert ("audience_not_contracted" in judge_lead(lead, is_duplicate=False)) is (said not in ordered)


def test_channels_that_nobody_can_read_are_those_of_the_contract_and_all_held() -> None:
    lead = _lead(channels=Bad("pigeon"))
    assert (lead.channels, lead.is_channels_unread) == (("email", "phone"), True)
    assert list(judge_lead(lead, is_duplicate=False)) == ["channel_not_contracted", "field_invalid"]
    judged = replace(LEAD, channels=words.CHANNELS, is_channels_unread=True)
    assert findings(judged, PROOF) == {f"{channel} channel_readable fail" for channel in words.CHANNELS}


def test_a_lead_sold_for_no_channel_has_no_use() -> None:
    lead = _lead(channels=Worded("aucun", ()))
    assert (lead.channels, lead.is_channels_unread) == ((), False)
    assert findings(lead) == set()
    assert list(judge_lead(lead, is_duplicate=False)) == []
    assert _lead(channels=Blank("-")).channels == ("email", "phone")


def test_a_word_for_nothing_is_an_empty_cell() -> None:
    accepted = _accepted([Row(LEAD_ROW | {"lead_id": Blank("NULL")})], [Row(NO_ROW | {"consent_id": Blank("N/A")})])
    assert [reject.reason for reject in accepted.rejects] == ["required_missing", "required_missing"]

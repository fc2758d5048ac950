"""The sample market is what it says, and the truth about small sets of facts is what the law says by hand."""

import ast
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import jsonschema
import phonenumbers
import pyarrow.parquet as pq
import pytest
import yaml
from email_validator import validate_email
from open_data_contract_standard.model import OpenDataContractStandard

from pipelines.domain import words
from pipelines.simulation import Market, SimulationConflict, demo_as_of, draw_market, personal_values, simulate
from pipelines.simulation.acceptance import Accepted, Lead, Proof, accept
from pipelines.simulation.defects import DEFECTS
from pipelines.simulation.deliveries import INCIDENTS
from pipelines.simulation.facts import (
    Bad,
    Column,
    DeliveredFile,
    Delivery,
    Habits,
    Layout,
    OppositionRow,
    Review,
    Row,
    Said,
    Terms,
    Vendor,
    years_later,
)
from pipelines.simulation.known_facts import KnownFacts, registry_of
from pipelines.simulation.truth import LEAD_USE_RULES, judge_use, truth_of

LEAD_RULES = {"lead_duplicate", "lead_too_old_at_delivery", "channel_not_contracted", "field_invalid"}
RULES = {rule.rule_id for rule in LEAD_USE_RULES} | LEAD_RULES | {"min_only_contract_fields"}
CAN_STAY_UNKNOWN = {
    "proof_individual_record",
    "proof_matches_lead",
    "consent_named_recipient_elec",
    "tel_consent_named_professional",
    "consent_form_version_known",
    "consent_box_not_prechecked",
    "tel_consent_five_mentions",
    "consent_double_optin_confirmed",
}
NOT_SIMULATED = {"limit_exceeded", "no_contract_in_force"}


# --- the market ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def market() -> Market:
    return draw_market()


def test_every_rule_fails_somewhere(market: Market) -> None:
    assert {row.rule_id for row in market.truth if row.outcome == "fail"} == RULES


def test_rules_that_wait_for_a_fact_nobody_owes_stay_unknown(market: Market) -> None:
    assert {row.rule_id for row in market.truth if row.outcome == "unknown"} == CAN_STAY_UNKNOWN


def test_every_reject_reason_occurs(market: Market) -> None:
    assert {row.reason for row in market.truth if row.reason} == set(words.REJECT_REASONS) - NOT_SIMULATED


def test_rules_of_the_decree_fail_only_from_its_day(market: Market) -> None:
    days = {row.delivery_date for row in market.truth if row.rule_id == "tel_optin_consent_required"}
    assert min(days) >= date(2026, 8, 11)
    assert any(row.delivery_date < date(2026, 8, 11) for row in market.truth if row.channel == "phone")


def test_truth_rows_have_nulls_by_grain(market: Market) -> None:
    for row in market.truth:
        if row.reason:
            assert (row.rule_id, row.outcome, row.lead_id, row.channel) == (None, None, None, None)
            assert row.file_name
        else:
            assert (row.file_name, row.row_number) == (None, None)
            assert (row.channel is None) == (row.rule_id in LEAD_RULES | {"min_only_contract_fields"})
            assert (row.lead_id is None) == (row.rule_id == "min_only_contract_fields")


def test_every_finding_is_expected_once(market: Market) -> None:
    findings = [row for row in market.truth if row.rule_id]
    assert len(set(findings)) == len(findings)


def test_all_is_final_and_known_at_the_demo_instant(market: Market) -> None:
    assert market.as_of == datetime(2026, 9, 5, 4, tzinfo=UTC) == demo_as_of(date(2026, 7, 28), 30)
    assert market.last_day == date(2026, 8, 26)
    assert max(row.recorded_at for row in market.oppositions) < market.as_of
    assert max(file.received_at for delivery in market.deliveries for file in delivery.files) < market.as_of
    assert max(draft.known_at for draft in market.drafts) < market.as_of


def test_there_are_vendors_of_every_format_and_audience(market: Market) -> None:
    assert len(market.vendors) >= 7
    assert {terms.leads.format for vendor in market.vendors for terms in vendor.terms} == {
        "csv",
        "jsonl",
        "xlsx",
        "parquet",
    }
    assert {draft.lead.get("audience") for draft in market.drafts} >= set(words.AUDIENCES)
    sold = {channel for vendor in market.vendors for terms in vendor.terms for channel in terms.channels}
    assert sold == set(words.CHANNELS)


def test_vices_and_incidents_are_named_as_they_exist(market: Market) -> None:
    for vendor in market.vendors:
        assert set(vendor.habits.rates) <= set(DEFECTS)
        assert {kind for kinds in vendor.habits.incidents.values() for kind in kinds} <= set(INCIDENTS)
    assert set(DEFECTS) == {name for vendor in market.vendors for name in vendor.habits.rates}


def test_only_files_refused_as_empty_have_no_bytes(market: Market) -> None:
    for delivery in market.deliveries:
        for file in delivery.files:
            assert bool(file.content) == (file.flaw != "file_empty")


def test_identifiers_are_valid_in_canonical_form(market: Market) -> None:
    for person in {draft.person for draft in market.drafts}:
        number = phonenumbers.parse(person.phone, None)
        assert phonenumbers.is_valid_number(number)
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == person.phone
        assert validate_email(person.email, check_deliverability=False, allow_smtputf8=False)


def test_personal_values_cover_what_was_typed_and_what_it_means(market: Market) -> None:
    values = personal_values(market)
    phone = next(value for value in market.drafts[0].lead.values() if isinstance(value, Said))
    assert {phone.text.strip(), phone.meaning} <= values
    assert min(map(len, values)) >= 7


def test_simulation_imports_nothing_of_the_product_but_words() -> None:
    for path in (Path(__file__).parents[1] / "pipelines" / "simulation").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipelines"):
                is_words = node.module == "pipelines.domain" and [name.name for name in node.names] == ["words"]
                assert is_words or node.module.startswith("pipelines.simulation"), f"{path.name}: {node.module}"


# --- what is written -------------------------------------------------------------------------------------------------


def _contents(home: Path) -> dict[str, bytes]:
    return {f"{path.relative_to(home)}": path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def test_equal_arguments_give_equal_bytes_also_when_repeated(tmp_path: Path) -> None:
    for home in (tmp_path / "one", tmp_path / "two", tmp_path / "one"):
        simulate(home, days=4, leads=6)
    contents = _contents(tmp_path / "one")
    assert contents == _contents(tmp_path / "two")
    simulate(tmp_path / "other", seed=1, days=4, leads=6)
    assert contents.keys() != _contents(tmp_path / "other").keys() or contents != _contents(tmp_path / "other")


def test_another_simulation_or_real_deliveries_are_never_mixed_in(tmp_path: Path) -> None:
    simulate(tmp_path / "home", days=1, leads=1)
    with pytest.raises(SimulationConflict, match="'days': 1"):
        simulate(tmp_path / "home", days=2, leads=1)
    (tmp_path / "real" / "inbox" / "acme").mkdir(parents=True)
    with pytest.raises(SimulationConflict, match="no simulation wrote"):
        simulate(tmp_path / "real", days=1, leads=1)


@pytest.mark.parametrize(("days", "leads"), [(1, 1), (3, 2), (9, 4)])
def test_small_markets_of_other_seeds_and_dates_can_be_drawn(days: int, leads: int) -> None:
    small = draw_market(seed=days, first_day=date(2026, 12, 20), days=days, leads=leads)
    assert {delivery.on for delivery in small.deliveries} <= {small.first_day + timedelta(days=n) for n in range(days)}


@pytest.mark.parametrize(("days", "leads"), [(0, 1), (1, 0)])
def test_an_empty_market_is_refused(days: int, leads: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        draw_market(days=days, leads=leads)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    simulate(home, days=14, leads=6)
    return home


def test_contracts_follow_the_standard(home: Path) -> None:
    schema = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8"))
    contracts = sorted(home.glob("contracts/*/*.odcs.yaml"))
    assert len(contracts) == 9
    for path in contracts:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        jsonschema.Draft201909Validator(schema).validate(document)
        assert OpenDataContractStandard.from_file(str(path)).status == "active"


def test_truth_is_written_with_its_columns(home: Path) -> None:
    table = pq.read_table(home / "truth.parquet")
    names = ["vendor", "delivery_date", "lead_id", "channel", "rule_id", "outcome", "file_name", "row_number", "reason"]
    assert table.column_names == names
    assert str(table.schema.field("delivery_date").type) == "date32[day]"
    assert str(table.schema.field("row_number").type) == "int64"
    assert table.num_rows > 500


def test_transport_records_are_utc_and_some_are_lacking(home: Path) -> None:
    folders = sorted(path for path in home.glob("inbox/*/*") if path.is_dir())
    records = [path for folder in folders for path in folder.glob(".received.json")]
    assert 0 < len(records) < len(folders)
    for path in records:
        for entry in json.loads(path.read_text(encoding="utf-8"))["files"]:
            assert datetime.fromisoformat(entry["received_at"]).tzinfo == UTC
            assert (path.parent / entry["name"]).exists()


def test_opposition_lines_have_the_import_header(home: Path) -> None:
    paths = sorted(home.glob("oppositions/*.csv"))
    assert paths[0].name == "2026-07-27.csv"
    header = "identifier,kind,channel,opposed_at,recorded_at,origin,shared_with,shared_at,revoked_at"
    assert {path.read_text(encoding="utf-8").splitlines()[0] for path in paths} == {header}


# --- truth by hand: lead uses ----------------------------------------------------------------------------------------

NAMES = ("email", "phone", "recipients", "recipient_sirens", "partner_list_version", "consent_text", "action")
COLUMNS = {name: Column(name) for name in (*NAMES, "form_id", "form_version", "double_optin_confirmed_at")}
BASIS_COLUMN = {"claimed_basis": Column("claimed_basis")}
REVIEW = Review(date(2026, 1, 1), "J'accepte.", box_prechecked=False, mentions=words.MENTIONS, recipients=("Acme",))
TERMS = Terms(
    valid_from=date(2026, 1, 1),
    version="1",
    advertiser_name="Acme",
    advertiser_siren="111",
    channels=words.CHANNELS,
    leads=Layout("l*", "csv", BASIS_COLUMN),
    proofs=Layout("p*", "csv", COLUMNS),
    proof_deadline=(72, "h"),
    reviews={("F", "1"): REVIEW},
)
DELIVERED_AT = datetime(2026, 8, 20, 18, tzinfo=UTC)
LEAD = Lead(
    vendor="v",
    delivery_date=date(2026, 8, 20),
    delivered_at=DELIVERED_AT,
    file_name="l1",
    row_number=1,
    terms=TERMS,
    lead_id="L1",
    collected_at=DELIVERED_AT - timedelta(hours=2),
    email="ana@mail.example",
    phone="+33612345678",
    audience="consumer",
    channels=words.CHANNELS,
    consent_id="C1",
    claimed_basis="consent",
    has_bad_fields=False,
)
PROOF = Proof(
    file_digest="d",
    row_number=1,
    received_at=DELIVERED_AT,
    consent_id="C1",
    lead_id=None,
    email="ana@mail.example",
    phone="+33612345678",
    channels=words.CHANNELS,
    decision="given",
    consent_at=DELIVERED_AT - timedelta(hours=2),
    action="ticked_box",
    box_prechecked=False,
    consent_text="J'accepte.",
    recipients=("Acme",),
    recipient_sirens=None,
    partner_list_version=None,
    period_end=None,
    mentions=words.MENTIONS,
    form_id="F",
    form_version="1",
    double_optin_sent_at=None,
    double_optin_confirmed_at=None,
    withdrawn_at=None,
)


def _facts(leads: list[Lead], proofs: list[Proof], oppositions: list[OppositionRow] | None = None) -> KnownFacts:
    return KnownFacts(Accepted(tuple(leads), tuple(proofs), (), ()), registry_of(oppositions or []))


def _found(
    lead: Lead, *proofs: Proof, others: tuple[Lead, ...] = (), registry: tuple[OppositionRow, ...] = ()
) -> set[str]:
    """`channel rule outcome` of every finding of a lead's uses."""
    facts = _facts([*others, lead], list(proofs), list(registry))
    return {f"{use.channel} {rule} {outcome}" for use in facts.uses_of(lead) for rule, outcome in judge_use(use)}


def _on(channel: str, **changes: object) -> Lead:
    return replace(LEAD, channels=(channel,), **changes)  # type: ignore[arg-type]


def _with_terms(lead: Lead, **changes: object) -> Lead:
    return replace(lead, terms=replace(lead.terms, **changes))  # type: ignore[arg-type]


def _without_column(lead: Lead, *names: str) -> Lead:
    kept = {name: column for name, column in COLUMNS.items() if name not in names}
    return _with_terms(lead, proofs=Layout("p*", "csv", kept))


def test_a_faultless_lead_has_no_finding() -> None:
    assert _found(LEAD, PROOF) == set()


def test_a_missing_proof_is_one_finding_a_lead_use() -> None:
    assert _found(LEAD) == {f"{channel} proof_individual_record fail" for channel in words.CHANNELS}


def test_a_lead_has_a_use_only_where_its_identifier_is() -> None:
    assert _found(replace(LEAD, phone=None)) == {"email proof_individual_record fail"}


def test_a_proof_counts_up_to_the_deadline_and_no_second_longer() -> None:
    deadline = DELIVERED_AT + timedelta(hours=72)
    assert _found(_on("sms"), replace(PROOF, received_at=deadline)) == set()
    assert _found(_on("sms"), replace(PROOF, received_at=deadline + timedelta(seconds=1))) != set()


def test_an_essential_part_that_the_contract_does_not_ask_for_leaves_the_record_unknown() -> None:
    gap = replace(PROOF, action=None)
    assert _found(_on("sms"), gap) == {"sms proof_individual_record fail"}
    assert _found(_without_column(_on("sms"), "action"), gap) == {"sms proof_individual_record unknown"}
    both = replace(PROOF, action=None, form_id=None)
    assert _found(_without_column(_on("sms"), "action"), both) == {"sms proof_individual_record fail"}


def test_a_refusal_hides_every_rule_that_needs_a_consent() -> None:
    refusal = replace(PROOF, decision="refused", channels=("phone",), consent_at=DELIVERED_AT)
    found = _found(LEAD, PROOF, refusal)
    assert found == {"phone consent_refused_at_collection fail"}
    later = replace(refusal, consent_at=DELIVERED_AT + timedelta(seconds=1))
    assert _found(LEAD, PROOF, later) == set()


def test_a_refusal_found_by_key_counts_only_from_the_chosen_consent_on() -> None:
    earlier = replace(PROOF, decision="refused", consent_id="C0", consent_at=PROOF.consent_at - timedelta(seconds=1))
    assert _found(_on("sms"), PROOF, earlier) == set()
    same = replace(earlier, consent_at=PROOF.consent_at)
    assert _found(_on("sms"), PROOF, same) == {"sms consent_refused_at_collection fail"}
    tied = replace(earlier, lead_id="L1")
    assert _found(_on("sms"), PROOF, tied) == {"sms consent_refused_at_collection fail"}


def test_a_refusal_counts_whatever_the_basis() -> None:
    lead = _on("phone", claimed_basis="callback_request")
    assert _found(lead, replace(PROOF, decision="refused")) == {"phone consent_refused_at_collection fail"}


def test_a_withdrawal_counts_until_the_delivery() -> None:
    assert _found(_on("sms"), replace(PROOF, withdrawn_at=DELIVERED_AT)) == {"sms consent_withdrawn fail"}
    assert _found(_on("sms"), replace(PROOF, withdrawn_at=DELIVERED_AT + timedelta(seconds=1))) == set()


def test_consent_after_the_delivery_is_incoherent_no_longer() -> None:
    late = replace(PROOF, consent_at=DELIVERED_AT + timedelta(seconds=1))
    assert _found(_on("sms"), late) == {"sms consent_prior_to_delivery fail"}


@pytest.mark.parametrize(("seconds", "expected"), [(300, set()), (301, {"sms consent_timestamp_coherent fail"})])
def test_consent_may_follow_collection_by_five_minutes(seconds: int, expected: set[str]) -> None:
    assert _found(_on("sms"), replace(PROOF, consent_at=LEAD.collected_at + timedelta(seconds=seconds))) == expected


def test_consent_must_cover_the_channel() -> None:
    proof = replace(PROOF, channels=("email",))
    assert _found(LEAD, proof) == {
        "sms elec_consent_per_channel fail",
        "automated_call elec_consent_per_channel fail",
        "phone tel_optin_consent_required fail",
    }


def test_phone_rules_of_the_decree_begin_at_midnight_in_paris() -> None:
    proof = replace(PROOF, channels=("email",), mentions=words.MENTIONS[:4])
    eve = _on("phone", delivered_at=datetime(2026, 8, 10, 21, 59, 59, tzinfo=UTC))
    day = _on("phone", delivered_at=datetime(2026, 8, 10, 22, tzinfo=UTC))
    morning = datetime(2026, 8, 10, 8, tzinfo=UTC)
    old = replace(proof, consent_at=morning, received_at=morning)
    assert _found(replace(eve, collected_at=old.consent_at), old) == set()
    assert _found(replace(day, collected_at=old.consent_at), old) == {
        "phone tel_optin_consent_required fail",
        "phone tel_consent_five_mentions fail",
    }


def test_a_phone_consent_dies_after_a_calendar_year_to_the_second() -> None:
    a_year_ago = datetime(2025, 8, 20, 18, tzinfo=UTC)
    assert _found(_on("phone"), replace(PROOF, consent_at=a_year_ago)) == {"phone tel_consent_max_age_one_year fail"}
    assert _found(_on("phone"), replace(PROOF, consent_at=a_year_ago + timedelta(seconds=1))) == set()
    assert _found(_on("sms"), replace(PROOF, consent_at=a_year_ago)) == set()
    assert _found(_on("phone"), replace(PROOF, period_end=DELIVERED_AT)) == {"phone tel_consent_max_age_one_year fail"}


def test_a_year_later_is_the_same_time_on_the_wall() -> None:
    # 25 October 2025 is still summer time at 12:00 in Paris, 25 October 2026 (last Sunday) already winter time
    assert years_later(datetime(2025, 10, 25, 10, tzinfo=UTC), 1) == datetime(2026, 10, 25, 11, tzinfo=UTC)
    assert years_later(datetime(2028, 2, 29, 10, tzinfo=UTC), 1) == datetime(2029, 2, 28, 10, tzinfo=UTC)


def test_the_advertiser_is_named_in_any_spelling_or_by_its_siren() -> None:
    lead = _with_terms(
        _on("sms"), advertiser_name="Télécom du Ponant", reviews={("F", "1"): replace(REVIEW, recipients=None)}
    )
    spelled = replace(PROOF, recipients=("TE\u0301LE\u0301COM  du PONANT ",))
    assert _found(lead, spelled) == set()
    assert _found(lead, replace(PROOF, recipients=None, recipient_sirens=("222", "111"))) == set()
    assert _found(lead, replace(PROOF, recipients=("Autre",))) == {"sms consent_named_recipient_elec fail"}


def test_a_list_version_alone_names_nobody() -> None:
    listed = replace(PROOF, recipients=None, partner_list_version="7")
    assert _found(_on("phone"), listed) == {"phone tel_consent_named_professional fail"}
    unasked = _without_column(_on("phone"), "recipients", "recipient_sirens")
    assert _found(unasked, listed) == {"phone tel_consent_named_professional unknown"}


def test_our_review_denies_what_a_proof_claims() -> None:
    review = replace(
        REVIEW, recipients=("Autre",), box_prechecked=True, mentions=words.MENTIONS[1:], text="Autre chose."
    )
    assert _found(_with_terms(_on("phone"), reviews={("F", "1"): review}), PROOF) == {
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
    }
    assert _found(_with_terms(_on("phone"), reviews={}), PROOF) == expected
    # the facts close on 23 August in Paris; a review of the next day comes too late
    late = {("F", "1"): replace(REVIEW, reviewed_on=date(2026, 8, 24))}
    assert _found(_with_terms(_on("phone"), reviews=late), PROOF) == expected
    in_time = {("F", "1"): replace(REVIEW, reviewed_on=date(2026, 8, 23))}
    assert _found(_with_terms(_on("phone"), reviews=in_time), PROOF) == set()


def test_a_confessed_box_fails_though_our_review_clears_the_form() -> None:
    assert _found(_on("sms"), replace(PROOF, box_prechecked=True)) == {"sms consent_box_not_prechecked fail"}
    assert _found(_on("sms"), replace(PROOF, box_prechecked=True, action="button")) == set()


def test_a_text_is_compared_without_regard_to_spaces_and_composition() -> None:
    lead = _with_terms(_on("sms"), reviews={("F", "1"): replace(REVIEW, text="Été : j'accepte.")})
    assert _found(lead, replace(PROOF, consent_text="  E\u0301te\u0301 :\n j'accepte. ")) == set()


def test_a_proof_without_an_identifier_matches_nobody_if_one_was_asked_for() -> None:
    assert _found(_on("sms"), replace(PROOF, phone=None)) == {"sms proof_matches_lead fail"}
    assert _found(_without_column(_on("sms"), "phone"), replace(PROOF, phone=None)) == {
        "sms proof_matches_lead unknown"
    }
    assert _found(_on("email"), replace(PROOF, email="bea@mail.example")) == {"email proof_matches_lead fail"}


def test_double_optin_steps_must_be_in_order() -> None:
    lead = _with_terms(_on("email"), is_double_optin_required=True)
    sent_at = PROOF.consent_at + timedelta(minutes=1)
    confirmed = replace(PROOF, double_optin_sent_at=sent_at, double_optin_confirmed_at=DELIVERED_AT)
    expected = {"email consent_double_optin_confirmed fail"}
    assert _found(lead, confirmed) == set()
    assert _found(lead, replace(confirmed, double_optin_confirmed_at=DELIVERED_AT + timedelta(seconds=1))) == expected
    assert _found(lead, replace(confirmed, double_optin_sent_at=PROOF.consent_at - timedelta(seconds=1))) == expected
    assert _found(lead, replace(confirmed, double_optin_confirmed_at=None)) == expected
    # the contract of these tests has no column for the instant of sending
    assert _found(lead, replace(confirmed, double_optin_sent_at=None)) == {
        "email consent_double_optin_confirmed unknown"
    }


# --- truth by hand: bases --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "audience", "basis", "is_admissible"),
    [
        ("email", "consumer", "b2b", False),
        ("email", "professional", "b2b", True),
        ("sms", "legal_person", "b2b", True),
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
        ("automated_call", "legal_person", "b2b", False),
        ("automated_call", "professional", "legitimate_interest", False),
    ],
)
def test_admissible_bases(channel: str, audience: str, basis: str, is_admissible: bool) -> None:
    expected = set() if is_admissible else {f"{channel} basis_admissible fail"}
    assert _found(_on(channel, audience=audience, claimed_basis=basis)) == expected


def test_consumers_could_be_phoned_on_legitimate_interest_up_to_10_august() -> None:
    lead = _on("phone", claimed_basis="legitimate_interest")
    assert _found(replace(lead, delivered_at=datetime(2026, 8, 10, 21, 59, 59, tzinfo=UTC))) == set()
    assert _found(replace(lead, delivered_at=datetime(2026, 8, 10, 22, tzinfo=UTC))) == {"phone basis_admissible fail"}


def test_bases_are_claimed_channel_by_channel() -> None:
    lead = replace(LEAD, channels=("email", "phone", "sms"), claimed_basis="email:consent|phone:callback_request")
    assert _found(lead) == {
        "email proof_individual_record fail",
        "sms basis_admissible fail",
        "sms proof_individual_record fail",
    }


def test_no_claim_is_two_findings_and_hides_the_rest() -> None:
    lead = replace(_on("sms"), claimed_basis=None)
    assert _found(lead, replace(PROOF, channels=("email",))) == {
        "sms basis_admissible fail",
        "sms proof_individual_record fail",
    }


def test_a_legal_person_is_judged_on_basis_and_objection_only() -> None:
    assert _found(replace(LEAD, audience="legal_person")) == set()


# --- truth by hand: which proof --------------------------------------------------------------------------------------


def test_the_better_proof_counts_though_the_worse_is_later() -> None:
    worse = replace(PROOF, consent_text=None, consent_at=PROOF.consent_at + timedelta(minutes=1), row_number=2)
    assert _found(_on("sms"), worse, PROOF) == set()


def test_a_consent_after_the_delivery_counts_only_when_it_is_alone() -> None:
    after = replace(PROOF, consent_at=DELIVERED_AT + timedelta(days=1))
    before = replace(PROOF, channels=("email",))
    assert _found(_on("sms"), before, after) == {"sms elec_consent_per_channel fail"}


def test_proofs_are_sought_by_consent_then_lead_then_key() -> None:
    by_lead = replace(PROOF, consent_id="C8", lead_id="L1", channels=("email",))
    by_key = replace(PROOF, consent_id="C9")
    assert _found(_on("sms"), by_lead, by_key) == {"sms elec_consent_per_channel fail"}
    assert _found(_on("sms"), by_key) == set()
    assert _found(_on("sms"), PROOF, by_lead) == set()


# --- truth by hand: objections ---------------------------------------------------------------------------------------


def _objection(**changes: object) -> OppositionRow:
    day = DELIVERED_AT - timedelta(days=1)
    row = OppositionRow(Said(LEAD.email or "", LEAD.email or ""), "email", "all", day, day, "site")
    return replace(row, **changes)  # type: ignore[arg-type]


def _opposed(*rows: OppositionRow, lead: Lead = LEAD) -> set[str]:
    found = _found(lead, PROOF, registry=rows)
    return {finding.split()[0] for finding in found if "opp_vendor_redelivery" in finding}


def test_an_objection_by_email_blocks_every_channel_of_the_lead() -> None:
    assert _opposed(_objection()) == set(words.CHANNELS)
    assert _opposed(_objection(channel="sms")) == {"sms"}
    assert _opposed(_objection(), lead=replace(LEAD, audience="legal_person")) == set(words.CHANNELS)


def test_an_objection_counts_from_before_the_delivery_and_if_entered_by_the_deadline() -> None:
    assert _opposed(_objection(opposed_at=DELIVERED_AT)) == set()
    assert _opposed(_objection(opposed_at=date(2026, 8, 20))) == set(words.CHANNELS)
    assert _opposed(_objection(recorded_at=DELIVERED_AT + timedelta(hours=72))) == set(words.CHANNELS)
    assert _opposed(_objection(recorded_at=DELIVERED_AT + timedelta(hours=72, seconds=1))) == set()


def test_a_revocation_counts_if_it_came_and_was_entered_in_time() -> None:
    assert _opposed(_objection(), _objection(revoked_at=DELIVERED_AT)) == set()
    assert _opposed(_objection(), _objection(revoked_at=date(2026, 8, 19))) == set()
    assert _opposed(_objection(), _objection(revoked_at=date(2026, 8, 20))) == set(words.CHANNELS)
    late = _objection(revoked_at=DELIVERED_AT, recorded_at=DELIVERED_AT + timedelta(hours=73))
    assert _opposed(_objection(), late) == set(words.CHANNELS)


def test_an_objection_with_the_plain_address_meets_its_alias() -> None:
    lead = replace(LEAD, email="ana+jeux@mail.example", phone=None)
    assert _opposed(_objection(), lead=lead) == {"email"}
    assert _opposed(_objection(), lead=replace(lead, email="ana.b@mail.example")) == set()


# --- truth by hand: other leads --------------------------------------------------------------------------------------


def _on_day(days: int, **changes: object) -> Lead:
    shift = timedelta(days=days)
    moved = replace(LEAD, delivery_date=LEAD.delivery_date + shift, delivered_at=LEAD.delivered_at + shift)
    return replace(moved, **changes)  # type: ignore[arg-type]


def test_the_later_row_is_the_duplicate() -> None:
    again = replace(LEAD, row_number=2, lead_id="L2", phone="+33612345679")
    facts = _facts([LEAD, again], [])
    assert (facts.is_duplicate(LEAD), facts.is_duplicate(again)) == (False, True)


def test_duplicates_are_sought_within_the_window() -> None:
    again = _on_day(7, lead_id="L2", email=None)
    assert _facts([LEAD, again], []).is_duplicate(again)
    for days, expected in ((7, True), (6, False)):
        windowed = _with_terms(again, duplicate_window=(days, "d"))
        assert _facts([LEAD, windowed], []).is_duplicate(windowed) is expected


def test_an_earlier_date_that_arrived_later_is_no_earlier_delivery() -> None:
    late = _on_day(-1, delivered_at=DELIVERED_AT + timedelta(days=1))
    facts = _facts([LEAD, late], [])
    assert not facts.is_duplicate(LEAD)
    assert not facts.is_duplicate(late)


def test_within_a_delivery_everybody_who_shares_a_consent_fails() -> None:
    stranger = replace(
        LEAD, row_number=2, lead_id="L2", email="bea@mail.example", phone="+33612345679", channels=("sms",)
    )
    assert "sms proof_reused_across_persons fail" in _found(stranger, PROOF, others=(LEAD,))
    assert "sms proof_reused_across_persons fail" in _found(_on("sms"), PROOF, others=(stranger,))


def test_of_two_deliveries_the_later_reuses_the_consent() -> None:
    stranger = _on_day(1, lead_id="L2", email="bea@mail.example", phone="+33612345679", channels=("sms",))
    assert "sms proof_reused_across_persons fail" in _found(stranger, PROOF, others=(LEAD,))
    assert _found(_on("sms"), PROOF, others=(stranger,)) == set()
    kin = replace(stranger, phone=LEAD.phone)
    assert "sms proof_reused_across_persons fail" not in _found(kin, PROOF, others=(LEAD,))


# --- truth by hand: rows and files -----------------------------------------------------------------------------------

ROW_COLUMNS = (
    "lead_id",
    "collected_at",
    "email",
    "phone",
    "audience",
    "company_siren",
    "channels",
    "over_18",
    "postal_code",
)
ROW_TERMS = replace(
    TERMS,
    channels=("email", "phone"),
    max_lead_age=(48, "h"),
    leads=Layout("l*", "csv", {name: Column(name, is_required=name == "postal_code") for name in ROW_COLUMNS}),
)
VENDOR = Vendor("v", "V", "V", (ROW_TERMS,), (), Habits())
COLLECTED_AT = DELIVERED_AT - timedelta(hours=48)
GOOD = {
    "lead_id": "L1",
    "collected_at": COLLECTED_AT,
    "email": Said(" A@B.example", "a@b.example"),
    "postal_code": "75001",
}


def _delivery(*files: DeliveredFile, on: date = LEAD.delivery_date) -> Delivery:
    return Delivery(VENDOR, on, ROW_TERMS, list(files))


def _file(*rows: dict[str, object], name: str = "l1", **changes: object) -> DeliveredFile:
    made = [Row(dict(row)) for row in rows]  # type: ignore[arg-type]
    return replace(DeliveredFile(name, "leads", made, DELIVERED_AT), **changes)  # type: ignore[arg-type]


def _truth(*deliveries: Delivery) -> Iterator[tuple[object, ...]]:
    accepted = accept(deliveries)
    facts = KnownFacts(accepted, {})
    for row in truth_of("v", accepted, lambda lead: (), facts.is_duplicate):
        yield (row.lead_id, row.rule_id) if row.rule_id else (row.file_name, row.row_number, row.reason)


def test_a_good_row_is_accepted_without_a_word() -> None:
    assert list(_truth(_delivery(_file(GOOD)))) == []


def test_a_row_is_refused_with_all_its_reasons() -> None:
    bad = {"lead_id": "L1", "collected_at": Bad("hier"), "phone": Bad("0612"), "postal_code": "75001"}
    assert list(_truth(_delivery(_file(GOOD, bad)))) == [
        ("l1", 2, "lead_id_repeated"),
        ("l1", 2, "no_valid_identifier"),
        ("l1", 2, "required_invalid"),
    ]


def test_of_equal_references_the_first_stays_whatever_became_of_it() -> None:
    unreadable = {"lead_id": "L1", "email": GOOD["email"], "postal_code": "75001"}
    second = _file(GOOD, name="l2")
    assert list(_truth(_delivery(second, _file(unreadable)))) == [
        ("l1", 1, "required_missing"),
        ("l2", 1, "lead_id_repeated"),
    ]


def test_a_line_that_is_no_row_takes_no_part() -> None:
    broken = _file(GOOD, GOOD)
    broken.rows[0].is_malformed = True
    assert list(_truth(_delivery(broken))) == [("l1", 1, "row_malformed")]


def test_refused_and_repeated_files_are_not_read() -> None:
    first = _file(GOOD)
    refused = _file(GOOD, name="l0", flaw="file_undecodable")
    again = _delivery(_file(name="l1", repeats=first), on=LEAD.delivery_date + timedelta(days=1))
    assert list(_truth(_delivery(first, refused), again)) == [("l0", None, "file_undecodable")]


def test_optional_values_that_are_bad_or_asked_for_and_missing_are_one_finding_a_lead() -> None:
    bad = GOOD | {"over_18": Bad("?"), "phone": Bad("x"), "audience": Bad("x")}
    assert list(_truth(_delivery(_file(bad)))) == [("L1", "field_invalid")]
    missing = {name: value for name, value in GOOD.items() if name != "postal_code"}
    assert list(_truth(_delivery(_file(missing)))) == [("L1", "field_invalid")]


def test_age_and_channels_are_judged_by_the_contract() -> None:
    old = GOOD | {"collected_at": COLLECTED_AT - timedelta(seconds=1), "channels": ("email", "sms")}
    assert list(_truth(_delivery(_file(old)))) == [("L1", "lead_too_old_at_delivery"), ("L1", "channel_not_contracted")]


def test_a_professional_without_a_company_is_judged_as_a_consumer() -> None:
    rows = (
        GOOD | {"audience": "professional"},
        GOOD | {"lead_id": "L2", "audience": "professional", "company_siren": "1"},
    )
    accepted = accept([_delivery(_file(*rows))])
    assert [lead.audience for lead in accepted.leads] == ["consumer", "professional"]


def test_a_column_beside_the_contract_is_one_finding_a_delivery() -> None:
    pair = (_file(GOOD), _file(GOOD | {"lead_id": "L2", "email": Said("c@b.example", "c@b.example")}, name="l2"))
    for file in pair:
        file.rows[0].undeclared = {"revenu": "3"}
    assert list(_truth(_delivery(*pair))) == [(None, "min_only_contract_fields")]


def test_the_delivery_is_complete_with_its_last_lead_file_repeats_apart() -> None:
    later = DELIVERED_AT + timedelta(hours=1)
    proofs = DeliveredFile("p1", "consent_proofs", [], later + timedelta(hours=3))
    repeat = _file(name="l3", repeats=_file(GOOD), received_at=later + timedelta(hours=2))
    accepted = accept([_delivery(_file(GOOD), _file(name="l2", received_at=later), repeat, proofs)])
    assert [lead.delivered_at for lead in accepted.leads] == [later]

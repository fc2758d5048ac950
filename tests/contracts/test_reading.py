"""Contracts: what a file says becomes typed terms."""

from dataclasses import replace
from datetime import date, time, timedelta
from hashlib import sha256
from pathlib import Path

from pipelines.contracts.contract import ApprovedForm, FieldTerms
from tests.support.contract_files import FIXTURE, VALID, changed, read_contract, write


def test_every_term_is_read() -> None:
    contract = read_contract(FIXTURE)
    assert (contract.vendor, contract.valid_from, contract.version) == ("exemple-leads", date(2026, 1, 1), "1.2.0")
    assert (contract.status, contract.digest) == ("active", sha256(FIXTURE.read_bytes()).hexdigest())
    assert (contract.advertiser_name, contract.advertiser_siren) == ("Meubles Sereins SAS", "732829320")
    assert (contract.audience, contract.channels, contract.instrument) == ("consumer", ("email", "phone"), "order_form")
    assert contract.relationship_since == date(2024, 3, 1)
    assert contract.is_double_optin_required
    assert not contract.is_only_given_consents
    assert (contract.sector, contract.goods_services) == ("furniture", "household furniture")
    assert (contract.price, contract.currency, contract.price_per_channel) == (12.5, "EUR", {"phone": 3.5})
    assert contract.tolerances == {"consent": 0.01, "proof": 0.0, "quality": 0.05}
    assert contract.refusal_grounds == ("lead_duplicate", "proof_individual_record")
    assert (contract.renewal_on, contract.notice_days) == (date(2027, 1, 1), 90)
    assert contract.contacts == ("dpo@exemple.example", "sales@exemple.example")


def test_service_levels_are_read_in_hours_days_and_words() -> None:
    contract = read_contract(FIXTURE)
    assert contract.proof_deadline == timedelta(hours=72)
    assert contract.claim_window == timedelta(days=30)
    assert contract.suppression_delay == timedelta(days=1)
    assert contract.max_lead_age == timedelta(hours=36)
    assert contract.duplicate_window == timedelta(days=90)
    assert contract.retention == timedelta(days=3 * 365)
    assert (contract.cut_off, contract.calendar) == (time(16, 0), "0 0 * * 1-5")


def test_files_and_fields_are_read() -> None:
    contract = read_contract(FIXTURE)
    leads, proofs = contract.leads, contract.consent_proofs
    assert (leads.path, leads.format, leads.delimiter, leads.encoding, leads.quote, leads.sheet) == (
        *("leads_*.csv", "csv", ";", "windows-1252", "'"),
        None,
    )
    assert (proofs.path, proofs.format, proofs.delimiter, proofs.sheet) == ("proofs/*.xlsx", "xlsx", None, "Preuves")
    fields = {terms.name: terms for terms in leads.fields}
    assert fields["collected_at"] == FieldTerms(
        name="collected_at",
        physical_name="Collecté le",
        logical_type="timestamp",
        format="dd/MM/yyyy HH:mm",
        default_timezone="Europe/Paris",
        is_required=True,
    )
    assert fields["channels"].enum == {"phone": "phone", "email": "email", "tél": "phone", "mél": "email"}
    assert fields["channels"].list_separators == (",",)
    assert fields["postal_code"].physical_name == "postal_code"
    required = {"consent_id", "channels", "decision", "consent_at"}
    needed = {"action", "consent_text", "recipients", "form_id", "form_version", "email", "phone"}
    assert proofs.mapped_fields == required | needed | {"box_prechecked"}


def test_labels_are_the_vendors_words() -> None:
    enums = {terms.name: terms.enum for terms in read_contract(FIXTURE).consent_proofs.fields}
    words = {"given": "given", "refused": "refused", "oui": "given", "accepté": "given", "non": "refused"}
    assert enums["decision"] == words
    assert enums["box_prechecked"] == {"true": "true", "false": "false", "O": "true", "N": "false"}


def test_approved_forms_keep_silence_apart_from_an_empty_list() -> None:
    digest = "a7a8ed750798cf3ed7b7f2e12cbfa8a7b0cdf3f981c11fb4f1cf828ca448d457"
    form = ApprovedForm("devis", "7", date(2025, 12, 1), digest, False, True, False, ("identity", "choice"), ())
    asked = {"l223_2_notice": True, "informed_art13": True, "separate_from_terms": True, "withdrawal_as_easy": False}
    asked |= {"named_since": date(2025, 6, 1)}
    assert read_contract(FIXTURE).approved_forms == (
        replace(form, recipient_sirens=("732829320",), france_renov_sentence=False, **asked),
    )


def test_other_spellings_of_the_standard_mean_the_same(tmp_path: Path) -> None:
    team = VALID[VALID.index("team:") : VALID.index("slaProperties:")]
    text = VALID.replace(team, "team:\n  - {username: dpo@exemple.example}\n").replace(
        '"0 0 * * 1-5"', "0 0 * * MON-FRI"
    )
    text = text.replace("value: 16:00", 'value: "9:30"').replace(
        "relationshipSince, value: 2024", 'renewalOn2, value: "2024"'
    )
    text = text.replace('  - {property: renewalOn2, value: "2024"-03-01}\n', "").replace("value: 72", 'value: "72"')
    contract = read_contract(write(tmp_path, text))
    assert contract.contacts == ("dpo@exemple.example",)
    assert (contract.calendar, contract.cut_off, contract.proof_deadline) == (
        "0 0 * * MON-FRI",
        time(9, 30),
        timedelta(hours=72),
    )


def test_a_delivery_every_day_is_a_calendar_that_was_agreed(tmp_path: Path) -> None:
    text = changed('unit: d, scheduler: cron, schedule: "0 0 * * 1-5"', "unit: d")
    assert read_contract(write(tmp_path, text)).calendar == "0 0 * * *"


def test_quoted_and_unquoted_dates_are_the_same(tmp_path: Path) -> None:
    text = changed("value: 2024-03-01", "value: '2024-03-01'").replace('"2027-01-01"', "2027-01-01")
    quoted, plain = read_contract(write(tmp_path, text)), read_contract(write(tmp_path / "plain", VALID))
    assert replace(quoted, digest="") == replace(plain, digest="")


def test_terms_left_out_are_told_from_terms_agreed(tmp_path: Path) -> None:
    start, end = VALID.index("  - {property: claimWindow"), VALID.index("customProperties:\n  - property: advertiser")
    contract = read_contract(write(tmp_path, VALID[:start] + VALID[end:]))
    assert (contract.suppression_delay, contract.max_lead_age, contract.claim_window) == (None, None, None)
    assert (contract.cut_off, contract.calendar, contract.retention) == (None, None, None)


def test_several_separators_of_a_list_are_a_list(tmp_path: Path) -> None:
    text = changed('listSeparator, value: ","', "listSeparator, value: [';', ' et ', ';']")
    channels = next(one for one in read_contract(write(tmp_path, text)).leads.fields if one.name == "channels")
    assert channels.list_separators == (";", " et ")

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from pipelines.deliveries.files import Delivery
from pipelines.vocabulary.tables import arrow_schema
from tests.support.intake_boxes import (
    DAY,
    LEAD_COLUMNS,
    PROOF_COLUMNS,
    Box,
    PublishedTables,
    contract,
    csv_bytes,
    file_terms,
    key_of,
    lead,
    proof,
    refusals,
    rows,
    take_leads,
    taken_in,
    with_leads,
)


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("69001", "", "69001"),
        ("69 001", "FR", "69001"),
        ("69001.0", "", "69001"),
        ("1000", "", "01000"),
        ("1000.0", "FR", "01000"),
        ("1000", "BE", "1000"),
        ("0100", "", None),
        ("100", "", None),
        ("690010", "", None),
        ("69001.5", "", None),
    ],
)
def test_a_postal_code_that_was_a_number_has_its_zero_again(text: str, country: str, expected: str | None) -> None:
    agreed = with_leads({**LEAD_COLUMNS, "country": "Pays"})
    intake = take_leads(lead(1, CP=text, Pays=country), terms=agreed)
    assert [value if isinstance(value, str) else None for value in intake.leads["postal_code"]] == [expected]


def test_a_good_lead_is_typed_keyed_and_stamped() -> None:
    intake = take_leads(lead(1, Courriel=" A1@X.fr ", Tél="0692 12 34 56"))
    (row,) = pa.Table.from_pandas(intake.leads).to_pylist()
    assert row == {
        **dict.fromkeys(arrow_schema("leads").names),
        "vendor": "acme",
        "delivery_date": DAY,
        "lead_id": "L1",
        "collected_at": datetime(2026, 8, 10, 9),
        "postal_code": "75001",
        "country": "FR",
        "audience": "consumer",
        "channels": ["email", "phone"],
        "claimed_basis": "consent",
        "email_key": key_of("a1@x.fr"),
        "email_alias_key": key_of("a1@x.fr"),
        "phone_key": key_of("+262692123456"),
        "email_kind": "ordinary",
        "phone_kind": "mobile",
        "phone_region": "RE",
        "invalid_fields": [],
        "placeholder_fields": [],
        "unallocated_fields": [],
        "delivered_at": datetime(2026, 8, 11, 10),
        "file_digest": hashlib.sha256(csv_bytes([lead(1, Courriel=" A1@X.fr ", Tél="0692 12 34 56")])).hexdigest(),
        "row_number": 1,
        "sheet_row": 2,
    }


def test_the_alias_key_differs_only_where_the_alias_does() -> None:
    intake = take_leads(lead(1, Courriel="j.ean+x@gmail.com"))
    assert rows(intake.leads, "email_key", "email_alias_key") == [
        (key_of("j.ean+x@gmail.com"), key_of("jean@gmail.com"))
    ]


def test_a_row_gets_every_reason_and_each_says_what_was_expected() -> None:
    intake = take_leads(lead(1, Réf="", Date="31/02/2026", Courriel="a@@x.fr", Tél=""), lead(2))
    assert rows(intake.rejected_rows, "row_number", "reason", "column", "expected") == [
        (1, "no_valid_identifier", None, "a valid e-mail address or phone number"),
        (1, "required_invalid", "collected_at", "a date and time in ISO 8601"),
        (1, "required_missing", "lead_id", "a reference without an e-mail address or phone number"),
    ]
    assert rows(intake.deliveries, "rows_received", "rows_accepted", "rows_rejected", "status") == [
        (2, 1, 1, "accepted_with_rejects")
    ]


@pytest.mark.fault(
    area="scores",
    fault="One reference is used for several leads of a delivery",
    promise="All but the first are rejected.",
)
def test_a_repeated_reference_is_rejected_whatever_became_of_the_first() -> None:
    box = Box(
        **{
            "leads-b.csv": csv_bytes([lead(1), lead(2), lead(2, Date="")]),
            "leads-a.csv": csv_bytes([lead(1, Date=""), lead(3), lead(4, Réf=" L3 ")]),
        }
    )
    intake = box.take(contract())
    names = dict(rows(intake.deliveries, "file_digest", "file_name"))
    found = [
        (names[digest], *rest) for digest, *rest in rows(intake.rejected_rows, "file_digest", "row_number", "reason")
    ]
    assert sorted(found) == [
        ("leads-a.csv", 1, "required_missing"),
        ("leads-a.csv", 3, "lead_id_repeated"),
        ("leads-b.csv", 1, "lead_id_repeated"),
        ("leads-b.csv", 3, "lead_id_repeated"),
        ("leads-b.csv", 3, "required_missing"),
    ]


def test_a_reference_may_come_again_in_another_delivery_and_malformed_rows_take_no_part() -> None:
    content = csv_bytes([lead(1)]).replace(b"L1,", b"L1,x,") + csv_bytes([lead(1)]).splitlines()[1] + b"\n"
    first, second = Box(**{"leads.csv": content}), Box(**{"leads2.csv": csv_bytes([lead(1)])})
    days = [
        Delivery(DAY, contract(), first.files()),
        Delivery(DAY + timedelta(days=1), contract(), second.files()),
    ]
    box = Box(**first.contents, **second.contents)
    intake = taken_in(days, read=box.read)
    assert refusals(intake) == [(1, "row_malformed", None)]
    assert rows(intake.leads, "delivery_date", "row_number") == [(DAY, 2), (DAY + timedelta(days=1), 1)]


def test_a_rejected_row_keeps_its_reference_where_one_can_be_shown() -> None:
    person = lead(3, Réf="jean@x.fr", Date="")
    intake = take_leads(lead(1, Date=""), lead(2), person, lead(2), lead(4, Réf="", Date=""))
    assert {(row, lead_id) for row, lead_id in rows(intake.rejected_rows, "row_number", "lead_id")} == {
        (1, "L1"),
        (3, None),
        (4, "L2"),
        (5, None),
    }


@pytest.mark.parametrize("reference", ["jean@x.fr", "0612345678", "+33 6 12 34 56 78", "ref jean@x.fr"])
def test_a_reference_that_is_an_identifier_is_bad(reference: str) -> None:
    assert refusals(take_leads(lead(1, Réf=reference))) == [(1, "required_invalid", "lead_id")]


@pytest.mark.parametrize("reference", ["0000012345", "612345678", "L-0612345678", "2026-08-11/17", "a@b"])
def test_a_reference_that_only_has_digits_is_good(reference: str) -> None:
    assert rows(take_leads(lead(1, Réf=reference)).leads, "lead_id") == [(reference,)]


@pytest.mark.parametrize(
    ("change", "flawed"),
    [
        ({"Courriel": "a@@x.fr"}, ["email"]),
        ({"Tél": "0612"}, ["phone"]),
        ({"Courriel": ""}, []),
        ({"CP": "750"}, ["postal_code"]),
        ({"CP": " 75 001 "}, []),
        ({"Canaux": "email|pigeon"}, ["channels"]),
        ({"Canaux": '["EMAIL", "phone"]'}, []),
        ({"Canaux": "|"}, []),
        ({"Cible": "inconnue", "Canaux": "x"}, ["audience", "channels"]),
        ({"Cible": " Professional "}, []),
    ],
)
def test_a_bad_optional_value_is_null_and_named(change: dict[str, str], flawed: list[str]) -> None:
    intake = take_leads(lead(1, **change))
    assert rows(intake.leads, "invalid_fields") == [(flawed,)]
    assert len(intake.rejected_rows) == 0


def test_a_bad_value_is_null_and_only_an_empty_audience_is_the_contracts() -> None:
    terms = contract(audience="professional")
    intake = take_leads(lead(1, Cible="?", CP="x", Canaux="x"), lead(2, Cible=""), terms=terms)
    assert rows(intake.leads, "audience", "postal_code", "channels") == [
        (None, None, None),
        ("professional", "75001", ["email", "phone"]),
    ]


def test_an_optional_field_that_the_contract_requires_is_named_when_missing() -> None:
    terms = with_leads(postal_code={"is_required": True})
    intake = take_leads(lead(1, CP=""), lead(2), terms=terms)
    assert rows(intake.leads, "invalid_fields") == [(["postal_code"],), ([],)]
    without = {name: value for name, value in lead(1).items() if name != "CP"}
    assert rows(take_leads(without, terms=terms).leads, "invalid_fields") == [(["postal_code"],)]


def test_the_vendors_words_patterns_zones_and_separators_are_read() -> None:
    terms = with_leads(
        {**LEAD_COLUMNS, "over_18": "Majeur"},
        collected_at={"format": "dd/MM/yyyy HH:mm", "default_timezone": "Indian/Reunion"},
        channels={"enum": {"courriel": "email", "tél.": "phone", "email": "email"}, "list_separators": (",",)},
        audience={"enum": {"particulier": "consumer"}},
        over_18={"enum": {"O": "true", "N": "false"}},
    )
    row = {**lead(1, Date="11/08/2026 02:00", Canaux="Tél. , courriel", Cible="PARTICULIER"), "Majeur": "o"}
    intake = take_leads(row, {**row, "Réf": "L2", "Cible": "consumer", "Majeur": "oui", "Canaux": "phone"}, terms=terms)
    assert rows(intake.leads, "collected_at", "channels", "audience", "over_18", "invalid_fields") == [
        (datetime(2026, 8, 10, 22), ["email", "phone"], "consumer", True, []),
        (datetime(2026, 8, 10, 22), None, None, None, ["audience", "channels", "over_18"]),
    ]


@pytest.mark.parametrize(
    ("delivered", "basis"),
    [
        ("consent", "consent"),
        (" B2B ", "b2b"),
        ("phone:consent|email:b2b", "email:b2b|phone:consent"),
        ("phone:consent", "phone:consent"),
        ("", None),
        ("usage", None),
        ("consent|b2b", None),
        ("phone:consent|phone:b2b", None),
        ("pigeon:consent", None),
        ("phone:consent|usage", None),
    ],
)
def test_a_claimed_basis_is_one_or_one_a_channel(delivered: str, basis: str | None) -> None:
    terms = with_leads({**LEAD_COLUMNS, "claimed_basis": "Base"})
    intake = take_leads({**lead(1), "Base": delivered}, terms=terms)
    flawed = ["claimed_basis"] if basis is None and delivered else []
    assert rows(intake.leads, "claimed_basis", "invalid_fields") == [(basis, flawed)]


@pytest.mark.parametrize(
    ("field", "delivered", "kept"),
    [
        ("company_siren", "732 829 320", "732829320"),  # satisfies Luhn: 7+6+2+1+6+2+9+6+2+0 … = 40
        ("company_siren", "732829321", None),
        ("company_siren", "73282932000074", None),
        ("country", "be", "BE"),
        ("country", "Belgique", None),
        ("source_url", "https://x.fr/a?email=a@x.fr#b", "https://x.fr/a"),
        ("answers", '{"surface": 80}', '{"surface": 80}'),
        ("product", " pompe à chaleur ", "pompe à chaleur"),
    ],
)
def test_a_field_keeps_what_it_may_hold(field: str, delivered: str, kept: str | None) -> None:
    intake = take_leads({**lead(1), "Champ": delivered}, terms=with_leads({**LEAD_COLUMNS, field: "Champ"}))
    assert rows(intake.leads, field, "invalid_fields") == [(kept, [] if kept else [field])]


def test_outside_france_a_postal_code_is_free() -> None:
    terms = with_leads({**LEAD_COLUMNS, "country": "Pays"})
    intake = take_leads({**lead(1, CP="B-1000"), "Pays": "BE"}, {**lead(2, CP="1000"), "Pays": ""}, terms=terms)
    assert rows(intake.leads, "postal_code", "country") == [("B-1000", "BE"), ("01000", "FR")]


def take_proofs(
    *delivered: Mapping[str, str], columns: Mapping[str, str] | None = None, **changes: Any
) -> PublishedTables:
    terms = contract(consent_proofs=file_terms("consent_proofs", {**PROOF_COLUMNS, **(columns or {})}), **changes)
    return Box(**{"consent_proofs.csv": csv_bytes(delivered)}).take(terms)


def test_a_proof_keeps_keys_and_digests_only() -> None:
    columns = {name: name for name in ("email", "phone_sha256", "consent_text", "ip", "recipient_sirens", "recipients")}
    delivered = {
        **proof(1, channels="phone|email"),
        "email": "A@X.fr",
        "phone_sha256": hashlib.sha256(b"+33612345678").hexdigest().upper(),
        "consent_text": "  J’accepte\u00a0 d’être\n appelé ",
        "ip": "192.0.2.1",
        "recipient_sirens": "732 829 320|123456789",
        "recipients": "Annonceur SA| Autre |Annonceur SA",
    }
    intake = take_proofs(delivered, columns=columns)
    digest = hashlib.sha256("J’accepte d’être appelé".encode()).hexdigest()
    assert rows(intake.consent_proofs, "channels", "email_key", "phone_key", "consent_text_digest") == [
        (["email", "phone"], key_of("a@x.fr"), key_of("+33612345678"), digest)
    ]
    assert rows(intake.consent_proofs, "recipients", "recipient_sirens", "received_at") == [
        (["Annonceur SA", "Autre"], ["732829320", "123456789"], datetime(2026, 8, 11, 10))
    ]


def test_a_proof_falls_back_to_its_hash_and_bad_hashes_are_ignored() -> None:
    columns = {name: name for name in ("email", "email_sha256")}
    digest = hashlib.sha256(b"a@x.fr").hexdigest()
    intake = take_proofs(
        {**proof(1), "email": "a@@x.fr", "email_sha256": digest},
        {**proof(2), "email": "", "email_sha256": digest[:-1]},
        {**proof(2), "email": "b@x.fr", "email_sha256": digest},
        columns=columns,
    )
    assert rows(intake.consent_proofs, "email_key") == [(key_of("a@x.fr"),), (None,), (key_of("b@x.fr"),)]


def test_a_proof_without_what_it_needs_is_rejected() -> None:
    intake = take_proofs(
        proof(1, id=""), proof(2, channels="fax"), proof(3, decision=""), proof(4, at="hier"), proof(5)
    )
    assert refusals(intake) == [
        (1, "required_missing", "consent_id"),
        (2, "required_invalid", "channels"),
        (3, "required_missing", "decision"),
        (4, "required_invalid", "consent_at"),
    ]
    assert rows(intake.consent_proofs, "consent_id") == [("C5",)]


def test_where_only_given_consents_are_delivered_no_decision_is_asked_for() -> None:
    delivered = [{name: value for name, value in proof(1).items() if name != "decision"}]
    assert rows(take_proofs(*delivered, is_only_given_consents=True).consent_proofs, "decision") == [("given",)]
    intake = take_proofs(proof(1, decision=""), proof(2, decision="refused"), is_only_given_consents=True)
    assert rows(intake.consent_proofs, "decision") == [("given",), ("refused",)]

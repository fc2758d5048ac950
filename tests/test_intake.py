import csv
import hashlib
import io
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain import words
from pipelines.domain.contracts import Contract, FieldTerms, FileTerms
from pipelines.domain.delivered_files import DeliveredFile, Delivery, FileRefusal, RawFile
from pipelines.domain.identities import IdentityHasher
from pipelines.domain.intake import Intake, take_in, take_in_days
from pipelines.domain.intake_files import counting_digests
from pipelines.domain.intake_manifests import parse_manifest
from pipelines.domain.intake_tables import IntakeFaultError
from pipelines.domain.schemas import SORT_KEYS, arrow_schema
from pipelines.storage.csv_files import read_csv
from pipelines.storage.json_lines import read_json_lines

DAY = date(2026, 8, 11)
HASHER = IdentityHasher(b"a secret of the house, long enough")
NOON = datetime(2026, 8, 11, 10, tzinfo=UTC)
REFUSED = ("refused", "duplicate", "superseded", "no_delivery")

LEAD_COLUMNS = {
    "lead_id": "Réf",
    "collected_at": "Date",
    "email": "Courriel",
    "phone": "Tél",
    "postal_code": "CP",
    "channels": "Canaux",
    "audience": "Cible",
}
PROOF_COLUMNS = {"consent_id": "id", "channels": "channels", "decision": "decision", "consent_at": "at"}


def file_terms(role: str, columns: Mapping[str, str], **changes: Any) -> FileTerms:
    fields = tuple(FieldTerms(name, column) for name, column in columns.items())
    return FileTerms(**{"role": role, "path": f"{role}*.csv", "format": "csv", "fields": fields, **changes})


def contract(**changes: Any) -> Contract:
    return Contract(
        **{
            "vendor": "acme",
            "valid_from": date(2026, 1, 1),
            "version": "1",
            "status": "active",
            "digest": "0" * 64,
            "advertiser_name": "Annonceur",
            "advertiser_siren": "123456782",
            "audience": "consumer",
            "channels": ("email", "phone"),
            "leads": file_terms("leads", LEAD_COLUMNS),
            "consent_proofs": file_terms("consent_proofs", PROOF_COLUMNS),
            "proof_deadline": timedelta(hours=72),
            **changes,
        }
    )


def with_leads(columns: Mapping[str, str] | None = None, **field_changes: Mapping[str, Any]) -> Contract:
    """A contract whose lead fields are changed by name."""
    fields = [FieldTerms(name, column) for name, column in (columns or LEAD_COLUMNS).items()]
    changed = tuple(replace(field, **field_changes.get(field.name, {})) for field in fields)
    return contract(leads=file_terms("leads", {}, fields=changed))


def csv_bytes(rows: Sequence[Mapping[str, str]], columns: Sequence[str] | None = None, delimiter: str = ",") -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns or list(rows[0]), delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def lead(number: int, **changes: str) -> dict[str, str]:
    good = {
        "Réf": f"L{number}",
        "Date": "2026-08-10T09:00:00Z",
        "Courriel": f"a{number}@x.fr",
        "Tél": f"06123456{number:02d}",
        "CP": "75001",
        "Canaux": "email|phone",
        "Cible": "consumer",
    }
    return {**good, **changes}


def proof(number: int, **changes: str) -> dict[str, str]:
    good = {"id": f"C{number}", "channels": "email", "decision": "given", "at": "2026-08-10T09:00:00Z"}
    return {**good, **changes}


class Box:
    """A delivery folder in memory."""

    def __init__(self, **files: bytes) -> None:
        self.contents = files

    def files(self, *, received: Mapping[str, datetime] | None = None) -> tuple[DeliveredFile, ...]:
        return tuple(self.file(name, (received or {}).get(name, NOON)) for name in self.contents)

    def file(self, name: str, received_at: datetime | None) -> DeliveredFile:
        content = self.contents[name]
        manifest = parse_manifest(name, content) if name.endswith(".json") else None
        digest = hashlib.sha256(content).hexdigest()
        return DeliveredFile(name, Path(name), digest, len(content), received_at, manifest=manifest)

    def read(self, file: DeliveredFile, terms: FileTerms) -> RawFile | FileRefusal:
        content = self.contents[file.name]
        if not content:
            return FileRefusal("file_empty", "a header and data rows")
        return (read_json_lines if terms.format == "jsonl" else read_csv)(content, terms)

    def take(self, terms: Contract | None, **options: Any) -> Intake:
        files = options.pop("files", None) or self.files()
        return take_in(
            "acme", DAY, terms, files, read=self.read, hasher=HASHER, **{"earlier_digests": frozenset(), **options}
        )


def take_leads(*rows: Mapping[str, str], terms: Contract | None = None, **options: Any) -> Intake:
    return Box(**{"leads.csv": csv_bytes(rows)}).take(terms or contract(), **options)


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    table = pa.Table.from_pandas(frame, preserve_index=False).select(list(columns))
    return [tuple(row.values()) for row in table.to_pylist()]


def refusals(intake: Intake) -> list[tuple[Any, ...]]:
    return rows(intake.rejected_rows, "row_number", "reason", "column")


def statuses(intake: Intake) -> dict[str, str]:
    return dict(rows(intake.deliveries, "file_name", "status"))


# --- rows ------------------------------------------------------------------------------------------------------------


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
        "email_key": HASHER.key("a1@x.fr"),
        "email_alias_key": HASHER.key("a1@x.fr"),
        "phone_key": HASHER.key("+262692123456"),
        "invalid_fields": [],
        "delivered_at": datetime(2026, 8, 11, 10),
        "file_digest": hashlib.sha256(csv_bytes([lead(1, Courriel=" A1@X.fr ", Tél="0692 12 34 56")])).hexdigest(),
        "row_number": 1,
    }


def test_the_alias_key_differs_only_where_the_alias_does() -> None:
    intake = take_leads(lead(1, Courriel="j.ean+x@gmail.com"))
    assert rows(intake.leads, "email_key", "email_alias_key") == [
        (HASHER.key("j.ean+x@gmail.com"), HASHER.key("jean@gmail.com"))
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
    intake = take_in_days("acme", days, read=box.read, first_delivered_on={}, hasher=HASHER)
    assert refusals(intake) == [(1, "row_malformed", None)]
    assert rows(intake.leads, "delivery_date", "row_number") == [(DAY, 2), (DAY + timedelta(days=1), 1)]


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
        ({"CP": "7500"}, ["postal_code"]),
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


def test_a_bad_value_is_null_and_an_audience_falls_back_to_the_contracts() -> None:
    terms = contract(audience="professional")
    intake = take_leads(lead(1, Cible="?", CP="x", Canaux="x"), lead(2, Cible=""), terms=terms)
    assert rows(intake.leads, "audience", "postal_code", "channels") == [
        ("professional", None, None),
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
        channels={"enum": {"courriel": "email", "tél.": "phone", "email": "email"}, "list_separator": ","},
        audience={"enum": {"particulier": "consumer"}},
        over_18={"enum": {"O": "true", "N": "false"}},
    )
    row = {**lead(1, Date="11/08/2026 02:00", Canaux="Tél. , courriel", Cible="PARTICULIER"), "Majeur": "o"}
    intake = take_leads(row, {**row, "Réf": "L2", "Cible": "consumer", "Majeur": "oui", "Canaux": "phone"}, terms=terms)
    assert rows(intake.leads, "collected_at", "channels", "audience", "over_18", "invalid_fields") == [
        (datetime(2026, 8, 10, 22), ["email", "phone"], "consumer", True, []),
        (datetime(2026, 8, 10, 22), None, "consumer", None, ["audience", "channels", "over_18"]),
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
    assert rows(intake.leads, "postal_code", "country") == [("B-1000", "BE"), (None, "FR")]


# --- proofs ----------------------------------------------------------------------------------------------------------


def take_proofs(*delivered: Mapping[str, str], columns: Mapping[str, str] | None = None, **changes: Any) -> Intake:
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
        (["email", "phone"], HASHER.key("a@x.fr"), HASHER.key("+33612345678"), digest)
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
    assert rows(intake.consent_proofs, "email_key") == [(HASHER.key("a@x.fr"),), (None,), (HASHER.key("b@x.fr"),)]


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


# --- files -----------------------------------------------------------------------------------------------------------


def refused_file(intake: Intake, name: str = "leads.csv") -> tuple[Any, ...]:
    assert statuses(intake)[name] == "refused"
    ((number, *rest),) = rows(intake.rejected_rows, "row_number", "reason", "column", "expected")
    assert number is None
    return tuple(rest)


def test_files_that_cannot_be_taken_are_refused_by_name_and_the_rest_goes_on() -> None:
    good = csv_bytes([lead(1)])
    files = {"leads-0.csv": good, "leads-1.csv": b"", "lisezmoi.txt": b"x", "leads-2.csv": b"a,b\n1,2\n"}
    intake = Box(**files, **{"leads-3.csv": "Réf,Courriel\nL9,a@x.fr\n".encode()}).take(contract())
    assert rows(intake.deliveries, "file_name", "role", "status", "reason", "rows_received") == [
        ("leads-0.csv", "leads", "accepted", None, 1),
        ("leads-1.csv", "leads", "refused", "file_empty", None),
        ("leads-2.csv", "leads", "refused", "header_missing", None),
        ("leads-3.csv", "leads", "refused", "column_missing", None),
        ("lisezmoi.txt", None, "refused", "file_unclaimed", None),
    ]
    assert sorted(rows(intake.rejected_rows, "reason", "column")) == [
        ("column_missing", "Date"),
        ("file_empty", None),
        ("file_unclaimed", None),
        ("header_missing", None),
    ]
    assert len(intake.leads) == 1


def test_a_file_without_any_identifier_column_is_refused() -> None:
    delivered = {name: value for name, value in lead(1).items() if name not in ("Courriel", "Tél")}
    assert refused_file(take_leads(delivered)) == ("column_missing", "Courriel", "the columns Courriel, Tél")
    one = {name: value for name, value in lead(1).items() if name != "Courriel"}
    assert rows(take_leads(one).leads, "email_key") == [(None,)]


def test_without_a_contract_every_file_is_refused() -> None:
    intake = Box(**{"leads.csv": csv_bytes([lead(1)]), "manifest.json": b"{}"}).take(None)
    assert (
        rows(intake.deliveries, "role", "status", "reason", "delivered_at")
        == [(None, "refused", "no_contract_in_force", None)] * 2
    )
    assert rows(intake.deliveries, "received_at") == [(datetime(2026, 8, 11, 10),)] * 2


def test_undeclared_columns_are_named_unless_the_name_is_an_identifier() -> None:
    delivered = {**lead(1), "Âge": "42", "jean@x.fr": "x", "06 12 34 56 78": "y", "n" * 80: "z"}
    intake = take_leads(delivered)
    assert rows(intake.deliveries, "undeclared_columns") == [(sorted(["Âge", "column 9", "column 10", "n" * 64]),)]


def test_a_header_alone_is_accepted_without_rows_and_never_a_duplicate() -> None:
    empty = csv_bytes([], list(lead(1)))
    intake = Box(**{"leads-1.csv": empty, "leads-2.csv": empty}).take(
        contract(), earlier_digests=frozenset({hashlib.sha256(empty).hexdigest()})
    )
    assert (
        rows(intake.deliveries, "status", "rows_received", "rows_accepted", "rows_rejected")
        == [("accepted", 0, 0, 0)] * 2
    )


def test_the_same_bytes_count_once() -> None:
    content = csv_bytes([lead(1)])
    box = Box(**{"leads-1.csv": content, "leads-2.csv": content})
    late = {"leads-2.csv": NOON + timedelta(hours=3)}
    intake = box.take(contract(), files=box.files(received=late))
    assert statuses(intake) == {"leads-1.csv": "accepted", "leads-2.csv": "duplicate"}
    assert rows(intake.leads, "delivered_at") == [(datetime(2026, 8, 11, 10),)]
    earlier = counting_digests(Delivery(DAY - timedelta(days=1), contract(), box.files()))
    again = box.take(contract(), earlier_digests=earlier)
    assert set(statuses(again).values()) == {"duplicate"}
    assert len(again.leads) == 0
    assert len(again.rejected_rows) == 0


def test_bytes_that_no_contract_claimed_do_not_make_a_duplicate() -> None:
    content = csv_bytes([lead(1)])
    box = Box(**{"a.txt": content, "leads.csv": content})
    assert statuses(box.take(contract())) == {"a.txt": "refused", "leads.csv": "accepted"}
    assert counting_digests(Delivery(DAY, None, box.files())) == frozenset()


def manifest(*names: str, **content: Any) -> bytes:
    return json.dumps({"files": [{"name": name} for name in names], **content}).encode()


def test_a_numbered_manifest_supersedes_role_by_role_and_leaves_the_instant_of_delivery() -> None:
    box = Box(
        **{
            "leads-1.csv": csv_bytes([lead(1)]),
            "leads-2.csv": csv_bytes([lead(2)]),
            "leads-2b.csv": csv_bytes([lead(2, CP="69003")]),
            "consent_proofs.csv": csv_bytes([proof(1)]),
            "manifest.json": manifest("leads-1.csv", "leads-2.csv"),
            "manifest-1.json": manifest("leads-1.csv", "leads-2b.csv"),
        }
    )
    late = {"leads-2b.csv": NOON + timedelta(days=2)}
    intake = box.take(contract(), files=box.files(received=late))
    assert statuses(intake) == {
        "consent_proofs.csv": "accepted",
        "leads-1.csv": "accepted",
        "leads-2.csv": "superseded",
        "leads-2b.csv": "accepted",
        "manifest-1.json": "accepted",
        "manifest.json": "accepted",
    }
    assert rows(intake.leads, "lead_id", "postal_code", "delivered_at") == [
        ("L1", "75001", datetime(2026, 8, 11, 10)),
        ("L2", "69003", datetime(2026, 8, 11, 10)),
    ]


def test_a_manifest_that_is_not_of_a_higher_sequence_supersedes_nothing() -> None:
    files = {"leads-1.csv": csv_bytes([lead(1)]), "leads-2.csv": csv_bytes([lead(2)])}
    manifests = {"manifest.json": manifest(sequence=4), "manifest-4.json": manifest("leads-2.csv")}
    assert set(statuses(Box(**files, **manifests).take(contract())).values()) == {"accepted"}


def test_a_manifest_that_does_not_match_is_told_in_words() -> None:
    content = csv_bytes([lead(1)])
    entries = [{"name": "leads.csv", "rows": 7, "sha256": "0" * 64}, {"name": "jean@x.fr.csv"}]
    box = Box(**{"leads.csv": content, "manifest.json": json.dumps({"files": entries}).encode()})
    intake = box.take(contract())
    assert rows(intake.deliveries, "file_name", "status", "reason") == [
        ("leads.csv", "accepted", None),
        (
            "manifest.json",
            "accepted",
            "leads.csv: not the announced SHA-256; leads.csv: 7 rows announced, 1 found; 1 announced file is not there",
        ),
    ]


def test_the_delivery_is_complete_with_its_last_lead_file() -> None:
    box = Box(
        **{
            "leads-1.csv": csv_bytes([lead(1)]),
            "leads-2.csv": csv_bytes([lead(2)]),
            "leads-3.csv": b"",
            "consent_proofs.csv": csv_bytes([proof(1)]),
        }
    )
    hours = {"leads-1.csv": 0, "leads-2.csv": 1, "leads-3.csv": 2, "consent_proofs.csv": 3}
    received = {name: NOON + timedelta(hours=hour) for name, hour in hours.items()}
    intake = box.take(contract(), files=box.files(received=received))
    assert set(rows(intake.deliveries, "delivered_at")) == {(datetime(2026, 8, 11, 11),)}
    refused = Box(**{"leads-3.csv": b""})
    assert rows(refused.take(contract(), files=refused.files(received=received)).deliveries, "delivered_at") == [
        (datetime(2026, 8, 11, 12),)
    ]


def test_an_unrecorded_arrival_is_assumed_at_the_cut_off() -> None:
    box = Box(**{"leads.csv": csv_bytes([lead(1)])})
    intake = box.take(contract(cut_off=time(18, 30)), files=(box.file("leads.csv", None),))
    assert rows(intake.deliveries, "received_at", "is_received_at_assumed") == [(datetime(2026, 8, 11, 16, 30), True)]


@pytest.mark.parametrize(
    ("calendar", "day", "is_due"),
    [
        (None, date(2026, 8, 9), True),
        ("0 0 * * 1-5", date(2026, 8, 9), False),  # a Sunday
        ("0 0 * * 1-5", date(2026, 8, 10), True),
        ("30 2 * * *", date(2026, 3, 29), True),  # a time that the clocks skip
    ],
)
def test_a_due_day_without_a_lead_file_is_recorded(calendar: str | None, day: date, is_due: bool) -> None:
    box = Box(**{"consent_proofs.csv": csv_bytes([proof(1)])})
    for files in ((), box.files()):
        intake = take_in(
            "acme", day, contract(calendar=calendar), files, read=box.read, earlier_digests=frozenset(), hasher=HASHER
        )
        found = rows(intake.deliveries, "file_name", "status", "delivered_at")
        assert found == [*((file.name, "accepted", None) for file in files), *([(None, "no_delivery", None)] * is_due)]


@pytest.mark.parametrize(
    ("name", "glob", "is_claimed"),
    [
        ("leads.csv", "leads*.csv", True),
        ("LEADS.CSV", "leads*.csv", True),
        ("sub/leads.csv", "leads*.csv", True),
        ("sub/leads.csv", "sub/*.csv", True),
        ("sub/leads.csv", "**/*.csv", True),
        ("leads.csv.gz", "leads*.csv", True),
        ("leads.csv.gz", "leads*.csv.gz", True),
        ("all.zip/leads.csv", "leads*.csv", True),
        ("all.zip/x.csv", "all*.zip", True),
        ("all.zip/sub/x.csv", "sub/*.csv", True),
        ("all.zip/leads.csv.zst", "leads*.csv", True),
        ("leads.csv.bak", "leads*.csv", False),
        ("other/x.csv", "sub/*.csv", False),
    ],
)
def test_a_glob_claims_files_in_folders_archives_and_wrappers(name: str, glob: str, is_claimed: bool) -> None:
    terms = contract(leads=file_terms("leads", LEAD_COLUMNS, path=glob))
    intake = Box(**{name: csv_bytes([lead(1)])}).take(terms)
    assert statuses(intake)[name] == ("accepted" if is_claimed else "refused")


def test_where_both_globs_match_the_more_particular_one_claims() -> None:
    terms = contract(leads=file_terms("leads", LEAD_COLUMNS, path="*.csv"))
    intake = Box(**{"consent_proofs.csv": csv_bytes([proof(1)]), "a.csv": csv_bytes([lead(1)])}).take(terms)
    assert rows(intake.deliveries, "role") == [("leads",), ("consent_proofs",)]


def test_json_lines_without_rows_are_accepted() -> None:
    terms = contract(leads=file_terms("leads", LEAD_COLUMNS, format="jsonl"))
    assert rows(Box(**{"leads.csv": b"\n"}).take(terms).deliveries, "status", "rows_received") == [("accepted", 0)]


# --- as a whole ------------------------------------------------------------------------------------------------------

VALUES = {
    "Réf": st.sampled_from(["L1", "L2", "L3", " L1 ", "", "jean@x.fr"]),
    "Date": st.sampled_from(["2026-08-10T09:00:00Z", "2026-08-10", "hier", ""]),
    "Courriel": st.sampled_from(["a@x.fr", "B@X.fr", "a@@x.fr", ""]),
    "Tél": st.sampled_from(["0612345678", "0692123456", "0612", ""]),
    "CP": st.sampled_from(["75001", "7", ""]),
    "Canaux": st.sampled_from(["email", "email|phone", "fax", ""]),
    "Cible": st.sampled_from(["consumer", "?", ""]),
}
LEADS = st.lists(st.fixed_dictionaries(VALUES), max_size=12)
TORN = st.sets(st.integers(0, 11), max_size=3)


def torn(content: bytes, numbers: set[int]) -> bytes:
    header, *lines = content.split(b"\r\n")
    return b"\r\n".join(
        [header, *(b"torn" if number in numbers and line else line for number, line in enumerate(lines))]
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(LEADS, TORN), min_size=1, max_size=3))
def test_every_row_received_is_accepted_or_rejected_with_a_reason(
    files: list[tuple[list[dict[str, str]], set[int]]],
) -> None:
    box = Box(
        **{f"leads-{n}.csv": torn(csv_bytes(leads, list(VALUES)), numbers) for n, (leads, numbers) in enumerate(files)}
    )
    intake = box.take(contract())
    accepted = rows(intake.leads, "file_digest", "row_number")
    rejected = set(rows(intake.rejected_rows, "file_digest", "row_number"))
    assert len(set(accepted)) == len(accepted)
    assert not rejected & set(accepted)
    for name, digest, status, received in rows(
        intake.deliveries, "file_name", "file_digest", "status", "rows_received"
    ):
        if status not in REFUSED:
            count = len(files[int(name[6])][0])
            ours = {number for other, number in rejected | set(accepted) if other == digest}
            assert received == count
            assert ours == set(range(1, count + 1))
    assert set(rows(intake.rejected_rows, "reason")) <= {(reason,) for reason in words.REJECT_REASONS}


@settings(max_examples=25, deadline=None)
@given(st.lists(LEADS, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_days_and_files_makes_no_difference(days: list[list[dict[str, str]]], rng: random.Random) -> None:
    contents = {f"leads-{n}.csv": csv_bytes(leads, list(VALUES)) for n, leads in enumerate(days)}
    box = Box(**contents)
    deliveries = [
        Delivery(DAY + timedelta(days=n // 2), contract(), tuple(box.files()[n : n + 2]))
        for n in range(0, len(days), 2)
    ]
    whole = take_in_days("acme", deliveries, read=box.read, first_delivered_on={}, hasher=HASHER)
    shuffled = [
        replace(d, files=tuple(rng.sample(d.files, len(d.files)))) for d in rng.sample(deliveries, len(deliveries))
    ]
    again = take_in_days("acme", shuffled, read=box.read, first_delivered_on={}, hasher=HASHER)
    for table in SORT_KEYS.keys() & vars(whole).keys():
        pd.testing.assert_frame_equal(getattr(whole, table), getattr(again, table))
    first_days: dict[str, date] = {}
    for delivery in deliveries:
        for digest in counting_digests(delivery):
            first_days.setdefault(digest, delivery.day)
    for delivery in deliveries:
        alone = take_in_days("acme", [delivery], read=box.read, first_delivered_on=first_days, hasher=HASHER)
        ((_, frames),) = whole.by_day([delivery.day])
        for table, frame in frames.items():
            pd.testing.assert_frame_equal(frame.reset_index(drop=True), getattr(alone, table))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
       st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())  # fmt: skip
def test_another_dialect_gives_the_same_leads(
    count: int, delimiter: str, encoding: str, end: str, is_blank: bool
) -> None:
    leads = [lead(number, Réf=f"É{number}", CP="75 001", Canaux="email") for number in range(count)]
    text = csv_bytes(leads, delimiter=delimiter).decode().replace("\r\n", end + end * is_blank)
    clean = take_leads(*leads).leads.drop(columns="file_digest")
    other = Box(**{"leads.csv": text.encode(encoding)}).take(contract())
    pd.testing.assert_frame_equal(other.leads.drop(columns="file_digest"), clean)


def test_the_frames_have_the_published_columns_types_and_order() -> None:
    intake = take_leads(lead(2), lead(1), lead(3, Date="x"))
    for table in ("deliveries", "leads", "consent_proofs", "rejected_rows"):
        assert pa.Schema.from_pandas(getattr(intake, table), preserve_index=False).equals(arrow_schema(table))
    assert rows(intake.leads, "lead_id", "row_number") == [("L1", 2), ("L2", 1)]


def test_nothing_that_was_delivered_is_found_in_refusals_or_records() -> None:
    marked = {name: f"canari{place}" for place, name in enumerate(LEAD_COLUMNS.values())}
    files = {
        "leads-1.csv": csv_bytes([marked, {**lead(1), "Courriel": "canari@x.fr", "Tél": "0612345678"}]),
        "leads-2.csv": b"canari,canari2\ncanari3,canari4\n",
        "leads-3.csv": csv_bytes([{"canari@x.fr": "canari", **lead(2)}]),
    }
    intake = Box(**files).take(contract())
    published = [getattr(intake, table).to_csv() for table in ("deliveries", "rejected_rows", "leads")]
    assert not [text for text in published if "canari" in text]


def test_a_fault_of_ours_is_told_without_values(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("could not read canari@x.fr")

    monkeypatch.setattr("pipelines.domain.mapping.canonical_emails", fail)
    with pytest.raises(IntakeFaultError, match="failed with ValueError") as error:
        take_leads(lead(1))
    assert "canari" not in str(error.value)


def test_rows_that_the_schema_refuses_are_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = contract(audience="canari")
    with pytest.raises(IntakeFaultError, match=r"leads: .*audience.*\(1 times\)") as error:
        take_leads(lead(1, Cible=""), terms=terms)
    assert "canari" not in str(error.value)

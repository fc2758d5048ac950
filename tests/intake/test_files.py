import hashlib
import json
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from pipelines.deliveries.files import Delivery
from pipelines.intake.opened_files import counting_digests
from tests.support.intake_boxes import (
    DAY,
    LEAD_COLUMNS,
    NOON,
    Box,
    PublishedTables,
    contract,
    csv_bytes,
    file_terms,
    lead,
    proof,
    rows,
    statuses,
    take_leads,
    taken_in,
)


def refused_file(intake: PublishedTables, name: str = "leads.csv") -> tuple[Any, ...]:
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


@pytest.mark.fault(
    area="personal",
    fault="A column is named after a person, or by a word that nobody knows",
    promise="It is told by its place: a name that is kept consists of words that head columns, or the contract has it.",
)
def test_undeclared_columns_are_named_where_their_words_are_known_else_by_their_place() -> None:
    known = ["Âge", "nb_enfants", "Date de naissance", "Couriel", "note " * 15]
    unknown = ["jean@x.fr", "06 12 34 56 78", "Dupont", "Nom Dupont", "Courriel Li", "Leads Camille"]
    intake = take_leads({**lead(1), **dict.fromkeys(unknown, "x"), **dict.fromkeys(known, "y")})
    first = len(lead(1)) + 1
    places = [f"column {first + place}" for place in range(len(unknown))]
    shown = [*known[:-1], ("note " * 15)[:63] + "…"]
    assert rows(intake.deliveries, "undeclared_columns") == [(sorted([*shown, *places]),)]
    assert rows(intake.deliveries, "columns") == [([*lead(1), *places, *shown],)]


def test_a_header_alone_is_accepted_without_rows_and_never_a_duplicate() -> None:
    empty = csv_bytes([], list(lead(1)))
    intake = Box(**{"leads-1.csv": empty, "leads-2.csv": empty}).take(
        contract(), earlier_digests=frozenset({hashlib.sha256(empty).hexdigest()})
    )
    assert (
        rows(intake.deliveries, "status", "rows_received", "rows_accepted", "rows_rejected")
        == [("accepted", 0, 0, 0)] * 2
    )


@pytest.mark.fault(area="files", fault="The same file is delivered twice", promise="Its leads count, and cost, once.")
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


@pytest.mark.fault(
    area="folders",
    fault="A vendor leaves proofs out by a manifest, in a folder without leads, after the deadline",
    promise="Such a folder has the deadline of its cut-off, also where a first lead file comes later: they stay.",
)
@pytest.mark.parametrize("has_late_leads", [False, True])
@pytest.mark.parametrize(("hours", "expected"), [(83, "superseded"), (84, "accepted")])
def test_proofs_without_leads_can_be_left_out_until_the_deadline_of_their_cut_off(
    hours: int, expected: str, has_late_leads: bool
) -> None:
    """From noon to the cut-off at 23:59 it is 11 h 59, and 72 hours more."""
    files = {
        "consent_proofs-1.csv": csv_bytes([proof(1)]),
        "consent_proofs-2.csv": csv_bytes([proof(2)]),
        "manifest-1.json": manifest("consent_proofs-2.csv"),
        **({"leads.csv": csv_bytes([lead(1)])} if has_late_leads else {}),
    }
    late = dict.fromkeys(["consent_proofs-2.csv", "manifest-1.json"], NOON + timedelta(hours=hours))
    box = Box(**files)
    intake = box.take(contract(), files=box.files(received={**late, "leads.csv": NOON + timedelta(days=5)}))
    assert statuses(intake)["consent_proofs-1.csv"] == expected


def test_a_manifest_that_is_not_of_a_higher_sequence_supersedes_nothing() -> None:
    files = {"leads-1.csv": csv_bytes([lead(1)]), "leads-2.csv": csv_bytes([lead(2)])}
    manifests = {"manifest.json": manifest(sequence=4), "manifest-4.json": manifest("leads-2.csv")}
    assert set(statuses(Box(**files, **manifests).take(contract())).values()) == {"accepted"}


@pytest.mark.fault(
    area="files", fault="Files are not those that the vendor's manifest announces", promise="Told in words."
)
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
        intake = taken_in([Delivery(day, contract(calendar=calendar), files)], read=box.read)
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

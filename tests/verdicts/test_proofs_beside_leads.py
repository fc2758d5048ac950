"""One file of leads and their proofs: each row is one of both, and each part is accepted or rejected on its own."""

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.checks.column_readings import vendor_drifts
from pipelines.checks.conservation import broken_deliveries
from pipelines.dossiers.facts import dossier_facts, vendor_tables
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.upkeep.sealing import seal_vendor
from tests.support.clean_market import LATE, MONDAY, SOON, VENDOR, CleanMarket, Row, contract_text, lead, proof
from tests.support.houses import forget_inputs, lake_bytes

TUESDAY = MONDAY + timedelta(days=1)
BOTH = ("leads", "consent_proofs")


def market_at(home: Path) -> CleanMarket:
    """A vendor whose contract names one glob for leads and proofs."""
    market = CleanMarket(home)
    terms = contract_text().replace("proofs*.csv", "leads*.csv")
    (home / "contracts" / VENDOR / "2026-01-01.odcs.yaml").write_text(terms, encoding="utf-8")
    return market


def row(number: int, day: date = MONDAY, **changes: str) -> Row:
    """A right lead with its right proof beside it."""
    return lead(number, day) | proof(number, day) | changes


def files(market: CleanMarket) -> list[tuple[Any, ...]]:
    names = ("file_name", "role", "status", "rows_received", "rows_accepted", "rows_rejected")
    return [tuple(one[name] for name in names) for one in market.rows("deliveries") if one["file_name"]]


def refused(market: CleanMarket) -> list[tuple[Any, ...]]:
    names = ("role", "row_number", "reason", "column")
    return [tuple(one[name] for name in names) for one in market.rows("rejected_rows")]


def references(market: CleanMarket, table: str, name: str = "lead_id") -> list[str]:
    return sorted(one[name] for one in market.rows(table))


def broken(market: CleanMarket, *days: date) -> list[Any]:
    house = market.house
    return broken_deliveries(house.judge.engine, house.lake, {VENDOR: days or [MONDAY]})


def told(market: CleanMarket, day: date = MONDAY) -> Iterable[dict[str, str]]:
    receipt = market.house.outbox.folder(VENDOR, day) / "receipt.csv"
    return csv.DictReader(io.StringIO(receipt.read_text("utf-8-sig")))


MIXED = (
    row(1),
    row(2, consent_at="hier"),  # no proof
    row(3, collected_at="hier"),  # no lead
    row(4, lead_id="", consent_id=""),  # neither: each has a reason of its own
    row(5),
)


def deliver_mixed(home: Path) -> CleanMarket:
    market = market_at(home)
    market.deliver(MIXED, "leads.csv")
    market.reconcile(SOON)
    return market


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> CleanMarket:
    """Before the proof deadline; only to be looked at."""
    return deliver_mixed(tmp_path_factory.mktemp("mixed"))


def test_each_row_is_a_lead_and_a_proof_and_each_part_is_rejected_on_its_own(mixed: CleanMarket) -> None:
    market = mixed
    assert files(market) == [
        ("leads.csv", "consent_proofs", "accepted_with_rejects", 5, 3, 2),
        ("leads.csv", "leads", "accepted_with_rejects", 5, 3, 2),
    ]
    assert references(market, "leads") == ["L-1", "L-2", "L-5"]
    assert references(market, "consent_proofs", "consent_id") == ["C-1", "C-3", "C-5"]
    assert refused(market) == [
        ("consent_proofs", 2, "required_invalid", "consent_at"),
        ("consent_proofs", 4, "required_missing", "consent_id"),
        ("leads", 3, "required_invalid", "collected_at"),
        ("leads", 4, "required_missing", "lead_id"),
    ]
    assert [one["undeclared_columns"] for one in market.rows("deliveries") if one["file_name"]] == [[], []]
    assert broken(market) == []


def test_a_lead_with_its_proof_is_usable_and_one_without_waits_for_it(tmp_path: Path) -> None:
    market = deliver_mixed(tmp_path)
    found = market.verdicts()
    assert {found[lead_id, channel] for lead_id in ("L-1", "L-5") for channel in ("email", "phone")} == {"usable"}
    assert {found["L-2", channel] for channel in ("email", "phone")} == {"on_hold"}
    market.reconcile(LATE)
    assert market.verdicts()["L-2", "email"] == "blocked"


def test_conformity_counts_the_leads_that_are_none_and_not_the_proofs(mixed: CleanMarket) -> None:
    market = mixed
    (conformity,) = [one for one in market.rows("dimension_scorecards") if one["dimension"] == "conformity"]
    assert (conformity["leads_received"], conformity["leads_defective"]) == (5, 2)


def test_a_receipt_tells_each_reason_once_with_its_role(mixed: CleanMarket) -> None:
    market = mixed
    rejected = [one for one in told(market) if one["verdict"] == "rejected"]
    assert [(one["row_number"], one["role"], one["reason_code"], one["column"]) for one in rejected] == [
        ("2", "consent_proofs", "required_invalid", "consent_at"),
        ("3", "leads", "required_invalid", "collected_at"),
        ("4", "leads", "required_missing", "lead_id"),
        ("4", "consent_proofs", "required_missing", "consent_id"),
    ]
    document = json.loads((market.house.outbox.folder(VENDOR, MONDAY) / "receipt.json").read_bytes())
    assert [(one["file_name"], one["role"], one["rows_accepted"]) for one in document["files"]] == [
        ("leads.csv", "leads", 3),
        ("leads.csv", "consent_proofs", 3),
    ]
    assert document["leads"]["accepted"] == 3


def test_a_dossier_counts_the_leads_of_the_file(mixed: CleanMarket) -> None:
    market = mixed
    house = market.house
    contracts = house.contracts().of(VENDOR)
    with vendor_tables(house.judge.engine, house.lake, VENDOR, as_of=LATE) as session:
        facts = dossier_facts(session, load_catalogue(), contracts, final=(), as_of=SOON)
    (line,) = [one for one in facts.deliveries if one.delivery_date == MONDAY]
    assert (line.status, line.rows_received) == ("accepted_with_rejects", 5)
    assert (line.rows_accepted, line.rows_rejected) == (3, 2)
    assert facts.reject_reasons == {"required_invalid": 2, "required_missing": 2}


def test_a_file_is_no_duplicate_of_itself_and_one_that_comes_again_is_one(tmp_path: Path) -> None:
    market = market_at(tmp_path)
    market.deliver([row(1), row(2)], "leads.csv")
    market.deliver([row(1), row(2)], "leads_again.csv")
    market.deliver([row(1), row(2)], "leads.csv", TUESDAY)
    market.reconcile(SOON + timedelta(days=1), until=TUESDAY)
    assert [one[:3] for one in files(market)] == [
        ("leads.csv", "consent_proofs", "accepted"),
        ("leads.csv", "leads", "accepted"),
        ("leads_again.csv", "consent_proofs", "duplicate"),
        ("leads_again.csv", "leads", "duplicate"),
        ("leads.csv", "consent_proofs", "duplicate"),
        ("leads.csv", "leads", "duplicate"),
    ]
    assert (references(market, "leads"), references(market, "consent_proofs")) == (["L-1", "L-2"], ["L-1", "L-2"])
    assert broken(market, MONDAY, TUESDAY) == []


def test_a_correction_replaces_leads_and_proofs(tmp_path: Path) -> None:
    market = market_at(tmp_path)
    market.deliver([row(1, consent_at="hier"), row(2)], "leads.csv")
    market.deliver([row(1), row(2)], "leads_v2.csv", at=datetime(2026, 9, 8, 6, tzinfo=UTC))
    market.announce(["leads_v2.csv"], 2)
    market.reconcile(SOON)
    assert [one[:3] for one in files(market) if one[1] in BOTH] == [
        ("leads.csv", "consent_proofs", "superseded"),
        ("leads.csv", "leads", "superseded"),
        ("leads_v2.csv", "consent_proofs", "accepted"),
        ("leads_v2.csv", "leads", "accepted"),
    ]
    assert set(market.verdicts().values()) == {"usable"}
    assert refused(market) == []


def test_a_manifest_that_announces_the_rows_finds_them(tmp_path: Path) -> None:
    market = market_at(tmp_path)
    market.deliver([row(1), row(2)], "leads.csv")
    folder = tmp_path / "inbox" / VENDOR / MONDAY.isoformat()
    (folder / "manifest.json").write_text(json.dumps({"files": [{"name": "leads.csv", "rows": 3}]}))
    market.reconcile(SOON)
    (manifest,) = [one for one in market.rows("deliveries") if one["role"] == "manifest"]
    assert re.findall(r"\b[23]\b", manifest["reason"]) in (["3", "2"], ["2", "3"])


def test_a_malformed_row_is_rejected_in_both_roles_and_may_be_a_no(tmp_path: Path) -> None:
    market = market_at(tmp_path)
    market.deliver([row(1), row(2)], "leads.csv")
    path = tmp_path / "inbox" / VENDOR / MONDAY.isoformat() / "leads.csv"
    path.write_bytes(path.read_bytes() + b"a;b\r\n")
    market.reconcile(SOON)
    assert refused(market) == [(role, 3, "row_malformed", None) for role in sorted(BOTH)]
    assert broken(market) == []
    (facts,) = [json.loads(one["facts"]) for one in market.rows("findings") if "unread_objection_count" in one["facts"]]
    assert facts["unread_objection_count"] == 1


def test_a_proof_part_without_its_column_is_refused_and_the_leads_are_taken(tmp_path: Path) -> None:
    market = market_at(tmp_path)
    rows = [{name: text for name, text in row(number).items() if name != "consent_at"} for number in (1, 2)]
    market.deliver(rows, "leads.csv")
    market.reconcile(SOON)
    assert [one[:3] for one in files(market)] == [
        ("leads.csv", "consent_proofs", "refused"),
        ("leads.csv", "leads", "accepted"),
    ]
    assert refused(market) == [("consent_proofs", None, "column_missing", "consent_at")]
    (line,) = [one for one in told(market) if one["verdict"] == "rejected"]
    assert (line["file_name"], line["role"], line["reason_code"]) == ("leads.csv", "consent_proofs", "column_missing")


def test_an_empty_file_is_refused_in_both_roles(tmp_path: Path) -> None:
    market = market_at(tmp_path)
    market.deliver([row(1)], "leads.csv")
    (tmp_path / "inbox" / VENDOR / MONDAY.isoformat() / "leads.csv").write_bytes(b"")
    market.reconcile(SOON)
    assert [(one["role"], one["file_number"], one["reason"]) for one in market.rows("deliveries") if one["role"]] == [
        (role, 1, "file_empty") for role in sorted(BOTH)
    ]
    assert [one["role"] for one in told(market)] == ["leads", "consent_proofs"]


def test_sealed_and_read_again_it_gives_the_same_bytes(tmp_path: Path) -> None:
    market = deliver_mixed(tmp_path)
    house = market.house
    before = lake_bytes(house.lake)
    with house.lake.writing(VENDOR):
        assert seal_vendor(house.inbox, house.lake, house.seals, house.settings.limits, VENDOR) == 1
        assert seal_vendor(house.inbox, house.lake, house.seals, house.settings.limits, VENDOR) == 0
    forget_inputs(house.lake)  # or the day would be left as it is published
    market.reconcile(SOON)
    assert lake_bytes(house.lake) == before


def test_columns_of_the_other_role_are_no_drift(tmp_path: Path) -> None:
    market = market_at(tmp_path)
    market.deliver([row(number) for number in range(20)], "leads.csv")
    market.deliver([row(number, TUESDAY) for number in range(20, 40)], "leads.csv", TUESDAY)
    market.reconcile(SOON + timedelta(days=1), until=TUESDAY)
    house = market.house
    book = house.contracts()
    assert vendor_drifts(house.judge.engine, house.lake, book.in_force, VENDOR, [MONDAY, TUESDAY]) == []

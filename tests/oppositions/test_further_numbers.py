"""A person who objected by any number is met, whichever column of the lead it stands in."""

import hashlib
import json
from datetime import UTC, date, datetime

import pytest

from pipelines.house import House
from tests.support.contract_files import changed
from tests.support.exemple import sign
from tests.support.houses import house_at, import_oppositions, read_all, reconcile

VENDOR, DAY = "exemple-leads", date(2026, 8, 18)
RECEIVED_AT, AS_OF = datetime(2026, 8, 18, 10, tzinfo=UTC), datetime(2026, 9, 1, 4, tzinfo=UTC)
COLUMNS = "Référence;Collecté le;Courriel;Téléphone;Canaux;postal_code;Fixe"
LEADS = (
    ("L-mobile", "06 12 34 56 01", "01 44 55 40 01"),
    ("L-fixed", "06 12 34 56 02", "01 44 55 40 02"),
    ("L-second", "06 12 34 56 03", "01 44 55 40 03|01 44 55 41 03"),
    ("L-hashed", "06 12 34 56 04", "01 44 55 40 04"),
    ("L-no-phone", "", "01 44 55 40 05"),
    ("L-free", "06 12 34 56 06", "01 44 55 40 06"),
)
"""Reference, phone, further phones."""

_LAST = "      - {name: postal_code, logicalType: string}\n"
CONTRACT = changed(_LAST, _LAST + "      - {name: other_phones, physicalName: Fixe, logicalType: array}\n")
HEADER = "identifier,kind,channel,opposed_at,recorded_at,origin"
DIGEST = hashlib.sha256(b"0144554004").hexdigest()
OPPOSED = (
    "01 44 55 40 02,phone,all",
    "+33144554103,phone,phone",
    f"{DIGEST},phone_sha256,all",
    "01 44 55 40 05,phone,all",
    "06 12 34 56 01,phone,phone",
)
"""Identifier, kind, channel."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    home = tmp_path_factory.mktemp("home")
    sign(home, VENDOR, text=CONTRACT)
    lines = [
        f"{name};17/08/2026 09:00;p{place}@mail.example;{phone};mél,tél;75001;{others}"
        for place, (name, phone, others) in enumerate(LEADS)
    ]
    folder = home / "inbox" / VENDOR / DAY.isoformat()
    folder.mkdir(parents=True)
    (folder / "leads_1.csv").write_bytes("\r\n".join([COLUMNS, *lines, ""]).encode("windows-1252"))
    (folder / ".received.json").write_text(
        json.dumps({"files": [{"name": "leads_1.csv", "received_at": RECEIVED_AT.isoformat()}]}), encoding="utf-8"
    )
    registry = home / "oppositions.csv"
    registry.write_text("\n".join([HEADER, *(f"{line},2026-08-01,2026-08-02,web" for line in OPPOSED), ""]), "utf-8")
    house = house_at(home)
    import_oppositions([registry], house)
    reconcile(house, [VENDOR], [DAY], AS_OF)
    return house


def opposed(house: House, rule: str) -> set[tuple[str, str]]:
    """The lead uses that an opposition blocks by a rule."""
    found = read_all(house.lake, "findings", "scorecards").to_pylist()
    failed = {(row["lead_id"], row["channel"]) for row in found if row["rule_id"] == rule and row["outcome"] == "fail"}
    verdicts = read_all(house.lake, "verdicts", "scorecards").to_pylist()
    blocked = {(row["lead_id"], row["channel"]) for row in verdicts if row["verdict"] == "blocked"}
    assert failed <= blocked
    return failed


@pytest.mark.fault(
    area="objections",
    fault="A number that was opposed is delivered as a second phone",
    promise="The opposition counts for every number of the lead.",
)
def test_an_opposition_to_any_number_blocks_the_uses_that_it_is_to(house: House) -> None:
    assert opposed(house, "opp_vendor_redelivery") == {
        ("L-mobile", "phone"),
        ("L-fixed", "phone"),
        ("L-fixed", "email"),
        ("L-second", "phone"),
        ("L-no-phone", "email"),
    }


def test_a_hash_of_another_form_of_a_further_number_is_met(house: House) -> None:
    assert opposed(house, "opp_other_form") == {("L-hashed", "phone"), ("L-hashed", "email")}


def test_a_lead_without_a_phone_has_no_use_by_phone_whatever_further_numbers_it_has(house: House) -> None:
    uses = {(row["lead_id"], row["channel"]) for row in read_all(house.lake, "verdicts", "scorecards").to_pylist()}
    assert ("L-no-phone", "email") in uses
    assert ("L-no-phone", "phone") not in uses
    assert ("L-free", "phone") in uses


@pytest.mark.fault(area="personal", fault="A vendor wants to learn by which number", promise="No receipt tells.")
def test_no_receipt_tells_by_which_number_a_lead_is_opposed(house: House) -> None:
    """Leads that are met by their phone and by a further number read alike, but for their reference."""
    told = list((house.settings.home / "outbox").rglob("*.csv"))
    lines = [line for path in told for line in path.read_text("utf-8-sig").splitlines()]
    of_mobile = [line.replace("L-mobile", "L") for line in lines if "L-mobile" in line]
    of_second = [line.replace("L-second", "L") for line in lines if "L-second" in line]
    assert len(of_mobile) == len(of_second) > 0
    assert not any("other_phones" in line or "0144554" in line.replace(" ", "") for line in lines)


def test_the_vault_keeps_all_numbers_in_the_canonical_form(house: House) -> None:
    [row] = house.vault.read_lead(VENDOR, DAY, "L-second").to_pylist()
    assert (row["phone"], row["other_phones"]) == ("+33612345603", ["+33144554003", "+33144554103"])

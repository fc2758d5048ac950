"""An opposition that came hashed in another form than ours blocks; a lead that was never compared is on hold."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.commands.oppositions import app
from pipelines.house import House
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at, import_oppositions, read_all, reconcile

VENDOR = "exemple-leads"
DAY = date(2026, 8, 18)
RECEIVED_AT = datetime(2026, 8, 18, 10, tzinfo=UTC)
AS_OF = datetime(2026, 9, 1, 4, tzinfo=UTC)
HEADER = "identifier,kind,channel,opposed_at,recorded_at,origin,revoked_at"
RULE = "opp_other_form"
LEADS = (
    "L-1;17/08/2026 09:00;Ana.Roy@Mail.example;06 12 34 56 78;mél,tél;75001",
    "L-2;17/08/2026 09:00;bob@mail.example;0692 12 34 56;mél,tél;97400",
)
"""As the vendor writes them; canonical: ana.roy@mail.example, +33612345678; bob@mail.example, +262692123456."""


@pytest.fixture
def house(tmp_path: Path) -> House:
    sign(tmp_path, VENDOR)
    deliver(tmp_path, VENDOR, DAY, LEADS, received_at=RECEIVED_AT)
    return house_at(tmp_path)


def oppose(house: House, identifier: str, kind: str = "phone_sha256", **changed: str) -> None:
    """Import one opposition; what is hashed is hashed here, in whatever form it is given."""
    oppose_each(house, {"identifier": identifier, "kind": kind, **changed})


def oppose_each(house: House, *oppositions: dict[str, str]) -> None:
    path = house.settings.home / "oppositions.csv"
    path.write_text("\n".join([HEADER, *(_line(**one) for one in oppositions), ""]), encoding="utf-8")
    import_oppositions([path], house)


def _line(
    identifier: str,
    kind: str = "phone_sha256",
    channel: str = "all",
    opposed: str = "2026-08-01",
    recorded: str = "2026-08-02",
    revoked: str = "",
) -> str:
    value = hashlib.sha256(identifier.encode()).hexdigest() if kind.endswith("sha256") else identifier
    return f"{value},{kind},{channel},{opposed},{recorded},group,{revoked}"


def judged(house: House) -> list[dict[str, Any]]:
    reconcile(house, [VENDOR], [DAY], AS_OF)
    return read_all(house.lake, "findings", "scorecards").to_pylist()


def found(rows: list[dict[str, Any]], rule: str = RULE) -> list[tuple[str, str, str]]:
    return sorted((row["lead_id"], row["channel"], row["outcome"]) for row in rows if row["rule_id"] == rule)


FORMS = {
    "0612345670": "phone_sha256",
    "33612345671": "phone_sha256",
    "0033612345672": "phone_sha256",
    "612345673": "phone_sha256",
    "06 12 34 56 74": "phone_sha256",
    "Ana.Roy5@Mail.example": "email_sha256",
    "ANA.ROY6@MAIL.EXAMPLE": "email_sha256",
    "+33692123457": "phone_sha256",
    "0692123458": "phone_sha256",
    "Bob9@mail.example": "email_sha256",
}
"""What was hashed, each of a lead of its own: of the first, of the second, and so on."""
MOBILES = [
    f"L-{number};17/08/2026 09:00;Ana.Roy{number}@Mail.example;06 12 34 56 7{number};mél,tél;75001"
    for number in range(7)
]
OF_REUNION = [
    f"L-{number};17/08/2026 09:00;bob{number}@mail.example;0692 12 34 5{number};mél,tél;97400"
    for number in range(7, 10)
]
NOBODYS = [
    "L-99;17/08/2026 09:00;eve@mail.example;06 98 76 54 32;mél,tél;75001",
    "L-98;17/08/2026 09:00;bob@mail.example;0692 12 34 56;mél,tél;97400",
]
"""Of the mainland, and one of Réunion whose address and number are a digit away from others'."""


@pytest.fixture(scope="module")
def in_every_form(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A lead of each form, and those whom nobody opposed."""
    home = tmp_path_factory.mktemp("forms")
    sign(home, VENDOR)
    deliver(home, VENDOR, DAY, [*MOBILES, *OF_REUNION, *NOBODYS], received_at=RECEIVED_AT)
    house = house_at(home)
    oppose_each(house, *({"identifier": identifier, "kind": kind} for identifier, kind in FORMS.items()))
    judged(house)
    return house


@pytest.mark.parametrize("place", range(len(FORMS)), ids=list(FORMS))
def test_a_hash_of_another_form_blocks_every_use_and_blames_nobody(in_every_form: House, place: int) -> None:
    lead = f"L-{place}"
    rows = [row for row in read_all(in_every_form.lake, "findings", "scorecards").to_pylist() if row["lead_id"] == lead]
    assert found(rows) == [(lead, "email", "fail"), (lead, "phone", "fail")]
    assert {row["attributable_to"] for row in rows if row["rule_id"] == RULE} == {"nobody"}
    verdicts = read_all(in_every_form.lake, "verdicts", "scorecards").to_pylist()
    assert {row["verdict"] for row in verdicts if row["lead_id"] == lead} == {"blocked"}
    assert found(rows, "opp_vendor_redelivery") == []


def test_a_lead_that_nobody_opposed_is_met_in_no_form(in_every_form: House) -> None:
    rows = read_all(in_every_form.lake, "findings", "scorecards").to_pylist()
    assert {"L-98", "L-99"}.isdisjoint(row["lead_id"] for row in rows if row["rule_id"] == RULE)


def test_a_hash_of_the_canonical_form_is_met_as_before_and_not_twice(house: House) -> None:
    oppose(house, "+33612345678")
    rows = judged(house)
    assert found(rows, "opp_vendor_redelivery") == [("L-1", "email", "fail"), ("L-1", "phone", "fail")]
    assert found(rows) == []


def test_it_counts_only_like_any_other_opposition(house: House) -> None:
    """Each change is one of a lead of its own."""
    deliver(house.settings.home, VENDOR, DAY, MOBILES, received_at=RECEIVED_AT)
    changes: list[dict[str, str]] = [
        {},
        {"opposed": "2026-08-18T12:00:00+02:00"},  # at the very instant of the delivery: not before it
        {"recorded": "2026-08-22"},  # learned after the proof deadline
        {"revoked": "2026-08-10"},
        {"channel": "sms"},
        {"kind": "phone", "identifier": "0699999999"},
    ]
    oppose_each(house, *({"identifier": f"061234567{place}", **change} for place, change in enumerate(changes)))
    assert found(judged(house)) == [("L-0", "email", "fail"), ("L-0", "phone", "fail")]


def test_it_counts_on_its_channel_alone(house: House) -> None:
    oppose(house, "0612345678", channel="phone")
    assert found(judged(house)) == [("L-1", "phone", "fail")]


def test_a_lead_taken_in_before_the_registry_held_hashes_waits_on_us_until_it_is_taken_in_again(house: House) -> None:
    assert found(judged(house)) == []
    assert read_all(house.lake, "leads")["probe_keys"].null_count == 2
    oppose(house, "0612345678")
    waiting = judge_only(house)
    assert found(waiting) == [(lead, channel, "unknown") for lead in ("L-1", "L-2") for channel in ("email", "phone")]
    assert {row["pending_on"] for row in waiting if row["rule_id"] == RULE} == {"advertiser"}
    assert found(judged(house)) == [("L-1", "email", "fail"), ("L-1", "phone", "fail")]


def test_hashes_learned_of_too_late_leave_it_as_it_was(house: House) -> None:
    judged(house)
    oppose(house, "0612345678", recorded="2026-08-22")
    assert found(judge_only(house)) == []


@pytest.mark.parametrize(("recorded", "outcomes"), [("2026-08-22", []), ("2026-08-20", ["fail", "fail"])])
def test_a_hash_has_a_clear_opposition_met_in_another_form_only_if_it_was_known_in_time(
    house: House, recorded: str, outcomes: list[str]
) -> None:
    """A tagged address, and an opposition of it without the tag. The hash itself was opposed after the delivery."""
    tagged = ("L-1;17/08/2026 09:00;ana.roy+devis@gmail.com;06 12 34 56 78;mél,tél;75001",)
    deliver(house.settings.home, VENDOR, DAY, tagged, received_at=RECEIVED_AT)
    oppose(house, "ana.roy@gmail.com", "email")
    oppose(house, "ana.roy@gmail.com", "email_sha256", opposed="2026-08-19", recorded=recorded)
    rows = judged(house)
    assert [outcome for _, _, outcome in found(rows)] == outcomes
    assert len(found(rows, "opp_vendor_redelivery")) == 2, "by its alias it is met in any case"


def judge_only(house: House) -> list[dict[str, Any]]:
    """A judgement without a new intake."""
    from pipelines.oppositions.snapshot import refresh_snapshot

    refresh_snapshot(house.registry, house.lake)
    for day in house.judge.judge(house.contracts().of(VENDOR), VENDOR, [DAY], as_of=AS_OF):
        house.lake.publish(VENDOR, day.day, day.tables, facts=day.facts)
    return read_all(house.lake, "findings", "scorecards").to_pylist()


def test_an_import_says_when_leads_have_to_be_taken_in_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPPOSABLE_HOME", str(house.settings.home))
    judged(house)
    path = house.settings.home / "hashed.csv"
    digest = hashlib.sha256(b"0612345678").hexdigest()
    path.write_text(f"{HEADER}\n{digest},phone_sha256,all,2026-08-01,2026-08-02,group,\n", encoding="utf-8")
    assert f"{VENDOR} from {DAY} to {DAY}" in CliRunner().invoke(app, ["import", str(path)]).output
    reconcile(house, [VENDOR], [DAY], AS_OF)
    assert VENDOR not in CliRunner().invoke(app, ["import", str(path)]).output

"""Call lists: exactly the usable uses, for the recipient alone, logged before any file, nothing clear on the disk."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.storage.registry.tables import EXPORTS
from pipelines.usable import exports
from pipelines.usable.call_list import LASTS
from pipelines.usable.exports import ExportError, Request, hand_out, kept_entries, lines_of_today, purge_exports
from pipelines.usable.today import look
from tests.support.clean_market import VENDOR
from tests.support.houses import house_at
from tests.support.usable_market import FORMULA, OTHER, oppose, write_usable_market

NOW = datetime.now(UTC).replace(microsecond=0)
IDENTITY = pyrage.x25519.Identity.generate()
PUBLIC = str(IDENTITY.to_public())
CLEAR = (b"612000001", b"612000002", b"personne1@mail", b"personne2@mail", FORMULA.encode(), b"Adelheidine")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return write_usable_market(tmp_path_factory.mktemp("home"), NOW)


def exported(house: House, channel: str, export_id: str, *, at: datetime = NOW, **terms: Any) -> list[dict[str, str]]:
    request = Request(channel, PUBLIC, "campaign 12", "agent")
    vendors = terms.pop("vendors", (VENDOR, OTHER))
    numbers = iter(range(1, 1000))
    lines = lines_of_today(look(house, at), channel, vendors, lambda: f"{next(numbers):016x}", LeftVendors("judging"))
    return opened(hand_out(house, request, lines, at=at, export_id=export_id, **terms))


def opened(path: Path) -> list[dict[str, str]]:
    clear = pyrage.decrypt(path.read_bytes(), [IDENTITY]).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(clear)))


def rows_noted(house: House) -> list[dict[str, Any]]:
    with house.registry.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(EXPORTS).order_by(EXPORTS.c.id)).mappings()]


def test_a_list_has_a_line_for_each_person_who_may_be_called_and_no_other(house: House) -> None:
    rows = exported(house, "phone", "one")
    assert {row["phone"] for row in rows} == {"+33612000001", "+33612000002"}
    first = next(row for row in rows if row["phone"] == "+33612000001")
    until = datetime.fromisoformat(first.pop("valid_until"))
    assert until == NOW + LASTS
    del first["entry"]
    assert first == {
        "phone": "+33612000001",
        "first_name": "Adelheidine",
        "last_name": "",
        "vendor": OTHER,  # delivered an hour earlier
        "lead_id": "L-1",
        "product": "",
        "consent_proof": "C-1",
    }
    assert next(row["first_name"] for row in rows if row["phone"] == "+33612000002") == f"'{FORMULA}"
    assert {row["email"] for row in exported(house, "email", "two")} == {
        f"personne{number}@mail.example" for number in (1, 2, 4)
    }
    assert {row["vendor"] for row in exported(house, "phone", "three", vendors=[VENDOR])} == {VENDOR}


def test_a_list_ends_with_the_law_and_with_the_consent_if_these_end_sooner(house: House) -> None:
    ends = [
        exports.valid_until(until, NOW, law)
        for until, law in [
            (None, None),
            ((NOW + timedelta(hours=2)).replace(tzinfo=None), None),
            (None, NOW + timedelta(hours=3)),
            ((NOW + timedelta(days=9)).replace(tzinfo=None), NOW + timedelta(days=8)),
        ]
    ]
    hours = [(end - NOW) / timedelta(hours=1) for end in ends]
    assert hours == [24, 2, 3, 24]


def test_what_is_written_opens_to_its_recipient_alone_and_the_record_to_the_house_alone(house: House) -> None:
    exported(house, "phone", "mine")
    folder = house.settings.exports / "mine"
    files = sorted(path.name for path in folder.iterdir())
    assert files == ["call_list.csv.age", "entries.json.age"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    for path, key in ((folder / files[0], pyrage.x25519.Identity.generate()), (folder / files[1], IDENTITY)):
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(path.read_bytes(), [key])
    note, entries = kept_entries(house, "mine")
    assert (note.line_count, {entry.lead_id for entry in entries}) == (2, {"L-1", "L-2"})


def test_nothing_clear_is_on_the_disk_but_what_was_delivered(house: House) -> None:
    exported(house, "phone", "clear")
    kept = [path for path in house.settings.home.rglob("*") if path.is_file() and "inbox" not in path.parts]
    assert [path for path in kept if any(needle in path.read_bytes() for needle in CLEAR)] == []


@pytest.mark.parametrize("kind", ["nothing", "no key", "a secret key", "another kind of key"])
def test_a_recipient_that_is_no_public_key_is_refused_and_not_repeated(house: House, kind: str) -> None:
    secret = str(pyrage.x25519.Identity.generate())
    given = {"nothing": "", "no key": "age1nobody", "a secret key": secret, "another kind of key": "ssh-ed25519 AAAA"}
    recipient = given[kind]
    with pytest.raises(ExportError, match="age public key") as caught:
        hand_out(house, Request("phone", recipient, "campaign 12", "agent"), [], at=NOW, export_id="bad")
    assert not recipient or recipient not in str(caught.value)
    assert not (house.settings.exports / "bad").exists()


@pytest.mark.parametrize("purpose", ["", " ", "for jeanne@example.org"])
def test_a_purpose_is_asked_for_and_names_nobody(house: House, purpose: str) -> None:
    with pytest.raises(ExportError, match="a reason in words"):
        hand_out(house, Request("phone", PUBLIC, purpose, "agent"), [], at=NOW, export_id="bad")


def test_the_log_is_written_before_any_file_and_tells_no_person(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_full(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(exports, "_write_private", is_full)
    with pytest.raises(OSError, match="full"):
        exported(house, "phone", "halfway")
    row = rows_noted(house)[-1]
    assert not (house.settings.exports / "halfway").exists()
    assert (row["export_id"], row["line_count"], row["exported_by"], row["purpose"]) == (
        *("halfway", 2, "agent", "campaign 12"),
    )
    with pytest.raises(ExportError, match="is gone"):
        kept_entries(house, "halfway")


def test_old_lists_go_and_the_log_says_when(tmp_path: Path, house: House) -> None:
    exported(house, "phone", "old", at=NOW)
    assert purge_exports(house, NOW + timedelta(days=30)) == 0
    assert (house.settings.exports / "old").exists()
    assert purge_exports(house, NOW + timedelta(days=30, seconds=1)) > 0
    assert not (house.settings.exports / "old").exists()
    assert {row["purged_at"] for row in rows_noted(house)} == {NOW + timedelta(days=30, seconds=1)}


def test_an_expired_list_says_so_and_what_of_it_ended(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPPOSABLE_HOME", str(house.settings.home))
    listed = exported(house, "phone", "stale", at=NOW - timedelta(hours=25))  # 4 and 5 objected an hour later
    assert {row["phone"] for row in listed} == {f"+3361200000{number}" for number in (1, 2, 4, 5)}
    said = CliRunner().invoke(app, ["export", "revocations", "stale"], catch_exceptions=False)
    assert (said.exit_code, "2 of 4 entries" in said.output, "expired" in said.output) == (0, True, True)
    (path,) = (house.settings.exports / "stale").glob("revocations-*.csv.age")
    assert [row["entry"] for row in opened(path)] == [row["entry"] for row in listed if row["phone"][-1] in "45"]


def test_the_commands_export_and_say_what_may_no_longer_be_used(
    tmp_path_factory: pytest.TempPathFactory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = house.settings.home
    monkeypatch.setenv("OPPOSABLE_HOME", str(home))
    out = tmp_path_factory.mktemp("out") / "list.age"
    arguments = ["export", "--recipient", PUBLIC, "--purpose", "campaign 12", "--out", str(out)]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    listed = opened(out)
    assert {row["phone"] for row in listed} == {"+33612000001", "+33612000002"}
    export_id = done.output.split()[-1]
    again = CliRunner().invoke(app, arguments)
    assert (again.exit_code, "--out" in again.output) == (2, True)
    oppose(house, home, "+33612000001,phone,all", datetime.now(UTC) - timedelta(seconds=2))
    said = CliRunner().invoke(app, ["export", "revocations", export_id, "--lang", "fr"], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    assert "1 of 2 entries" in said.output
    (path,) = (home / "exports" / export_id).glob("revocations-*.csv.age")
    (revoked,) = opened(path)
    assert revoked["entry"] == next(row["entry"] for row in listed if row["phone"] == "+33612000001")
    assert revoked["channel"] == "phone"
    assert revoked["reason"].startswith("non respecté")
    kinds = [(row["kind"], row["line_count"]) for row in rows_noted(house_at(home))[-2:]]
    assert kinds == [("call_list", 2), ("revocations", 1)]
    unknown = CliRunner().invoke(app, ["export", "revocations", "nothing"])
    assert (unknown.exit_code, "EXPORT_ID" in unknown.output) == (2, True)

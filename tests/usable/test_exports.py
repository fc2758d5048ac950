"""Call lists: exactly the usable uses, for the recipient alone, logged before any file, nothing clear on the disk."""

import csv
import io
import re
from collections.abc import Iterator
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
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.storage.registry.tables import EXPORTS
from pipelines.usable import exports
from pipelines.usable.call_list import LASTS
from pipelines.usable.exports import ExportError, Request, hand_out, kept_entries, lines_of_today, purge_exports
from pipelines.usable.seeds import SEEDED_FILE, read_seeds
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
    assert said.output.startswith("1 entrée sur 2 ne doit plus être utilisée")
    (path,) = (home / "exports" / export_id).glob("revocations-*.csv.age")
    (revoked,) = opened(path)
    assert revoked["entry"] == next(row["entry"] for row in listed if row["phone"] == "+33612000001")
    assert revoked["channel"] == "phone"
    assert "est opposée après l" in revoked["reason"]
    kinds = [(row["kind"], row["line_count"]) for row in rows_noted(house_at(home))[-2:]]
    assert kinds == [("call_list", 2), ("revocations", 1)]
    unknown = CliRunner().invoke(app, ["export", "revocations", "nothing"])
    assert (unknown.exit_code, "EXPORT_ID" in unknown.output) == (2, True)


SEEDS = """
entries:
  - {owner: standard de Lyon, agreed_on: 2026-01-05, first_name: Odile, last_name: Marchand, phone: "06 39 98 00 01"}
  - {owner: standard de Lille, agreed_on: 2026-01-05, first_name: Rose, last_name: Petit, phone: "+33639980002"}
  - {owner: accueil, agreed_on: 2026-01-05, first_name: Paul, last_name: Caron, phone: "06 39 98 00 03"}
  - {owner: partie, agreed_on: 2026-01-05, until: 2026-01-06, first_name: A, last_name: B, phone: "06 39 98 00 04"}
  - {owner: refus, agreed_on: 2026-01-05, first_name: A, last_name: B, phone: "+33612000004"}
"""


@pytest.fixture
def seeded(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The fifth is of somebody who objected, the fourth of somebody who no longer agrees."""
    path = house.settings.home / SEEDED_FILE
    path.write_text(SEEDS, encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("OPPOSABLE_HOME", str(house.settings.home))
    yield house
    path.unlink()


def export_by_command(out: Path, recipient: str = PUBLIC) -> str:
    arguments = ["export", "--recipient", recipient, "--purpose", "campaign 13", "--out", str(out)]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output.split()[-1]


def test_entries_of_the_house_look_like_any_other_and_name_the_list(tmp_path: Path, seeded: House) -> None:
    export_id = export_by_command(tmp_path / "list.age")
    rows = opened(tmp_path / "list.age")
    ours = [row for row in rows if row["phone"].startswith("+336399800")]
    real = [row for row in rows if row not in ours]
    assert len(ours) == 2
    assert {row["phone"][-1] for row in ours} < {"1", "2", "3"}
    assert [row["entry"] for row in rows] == sorted(row["entry"] for row in rows)
    for name in ("vendor", "product", "valid_until"):
        assert {row[name] for row in ours} <= {row[name] for row in real}
    for row in ours:
        assert re.fullmatch(r"L-\d", row["lead_id"])
        assert row["lead_id"] not in {one["lead_id"] for one in real}
        assert len(row["entry"]) == len(real[0]["entry"])
    _, entries = kept_entries(seeded, export_id)
    assert {entry.entry for entry in entries} == {row["entry"] for row in real}
    other = str(pyrage.x25519.Identity.generate().to_public())
    assert export_by_command(tmp_path / "other.age", other) != export_id
    asked = "\n".join(row["phone"] for row in ours)
    said = CliRunner().invoke(app, ["export", "seeds", "--trace"], input=asked)
    assert said.exit_code == 0, said.output
    assert said.output.startswith(f"{export_id}: has 2 of 2;")
    assert "6399800" not in said.output
    listed = CliRunner().invoke(app, ["export", "seeds", "--lang", "fr"])
    assert "refus : opposition connue" in listed.output.replace("\N{NO-BREAK SPACE}", " ")
    assert "partie" not in listed.output
    assert CliRunner().invoke(app, ["export", "seeds", "--trace"], input="0612000001\n").exit_code == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [(("06 39 98 00 01", "06 39 98"), "expected a phone number"), (("owner: accueil, ", ""), "is missing")],
)
def test_a_seed_that_is_none_is_refused_and_not_repeated(seeded: House, change: tuple[str, str], expected: str) -> None:
    path = seeded.settings.home / SEEDED_FILE
    path.write_text(SEEDS.replace(*change), encoding="utf-8")
    with pytest.raises(CatalogueError, match=expected) as caught:
        read_seeds(seeded.settings.home)
    assert "06 39" not in str(caught.value)
    path.write_text(SEEDS, encoding="utf-8")
    path.chmod(0o640)
    with pytest.raises(CatalogueError, match="chmod 600"):
        read_seeds(seeded.settings.home)

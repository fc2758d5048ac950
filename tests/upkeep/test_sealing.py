"""Sealed deliveries: encrypted where they lie, and for every run the same files as before."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest

from pipelines.deliveries.arrivals import record_arrivals
from pipelines.deliveries.inbox import read_inbox_folder
from pipelines.house import House
from pipelines.storage.inboxes import SEALS, digest_of_name
from pipelines.storage.secrets import age
from pipelines.storage.secrets.age import BrokenSealError
from pipelines.storage.secrets.keys import SEAL, make_age_identity
from pipelines.storage.secrets.seals import sealed_files
from pipelines.upkeep.rotation import rotate
from pipelines.upkeep.sealing import seal_vendor, seals_put_off
from tests.support.exemple import HEADER, deliver, lead_line, sign
from tests.support.houses import house_at, lake_bytes, reconcile
from tests.support.kills import Killed, kill_at

DAY = date(2026, 8, 11)
AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
VENDOR = "exemple-leads"


class Home:
    """A house with one delivery."""

    def __init__(self, home: Path, **variables: str) -> None:
        self.path = home
        self.house: House = house_at(home, **variables)
        self.folder = home / "inbox" / VENDOR / DAY.isoformat()
        if not self.folder.exists():
            sign(home, VENDOR)
            deliver(home, VENDOR, DAY, received_at=datetime(2026, 8, 11, 10, tzinfo=UTC))

    def published(self) -> dict[str, bytes]:
        return lake_bytes(self.house.lake)

    def reconcile(self) -> dict[str, bytes]:
        """Everything is read: an unchanged day would be left as it is published, whatever becomes of its files."""
        reconcile(self.house, [VENDOR], [DAY], AS_OF, is_anew=True)
        return self.published()

    def seal(self) -> int:
        house = self.house
        with house.lake.writing(VENDOR):
            return seal_vendor(house.inbox, house.lake, house.seals, house.settings.limits, VENDOR)

    def clear(self) -> list[str]:
        """Names of visible files that are not encrypted."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        return sorted(path.name for path in files if not path.read_bytes().startswith(b"age-encryption.org/v1"))


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("taken_in") / "home")
    home.reconcile()
    return home.path


@pytest.fixture
def home(taken_in: Path, tmp_path: Path) -> Home:
    """One whose delivery was taken in and judged."""
    return Home(shutil.copytree(taken_in, tmp_path / "home"))


def lines(*numbers: int) -> bytes:
    rows = [HEADER, *(lead_line(f"late-{number}", number, DAY) for number in numbers), ""]
    return "\r\n".join(rows).encode("windows-1252")


def test_a_run_over_sealed_files_gives_the_same_bytes_as_over_clear_ones(home: Home) -> None:
    (home.folder / "sub").mkdir()
    (home.folder / "sub" / "leads_2.csv").write_bytes(lines(5, 6))
    (home.folder / "notes.txt").write_bytes(b"nobody claims this")
    (home.folder / "manifest.json").write_text(json.dumps({"sequence": 1, "files": [{"name": "leads_1.csv"}]}))
    with zipfile.ZipFile(home.folder / "all.zip", "w") as archive:
        archive.writestr("leads_3.csv", lines(7))
        archive.writestr("__MACOSX/x", b"x")
    Path(os.fsdecode(os.fsencode(home.folder) + b"/leads_\xe9.csv")).write_bytes(lines(8))
    before = home.reconcile()
    digests = {file.name: file.digest for file in read_inbox_folder(home.house.inbox, VENDOR, DAY)}
    assert home.seal() == 6
    assert home.clear() == []
    seals = home.house.seals
    sealed = read_inbox_folder(home.house.inbox, VENDOR, DAY, seals=seals)
    assert {file.name: file.digest for file in sealed} == digests
    assert home.reconcile() == before
    assert home.seal() == 0


def test_a_large_sealed_file_is_read_as_a_stream(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = home.published()
    home.seal()
    monkeypatch.setattr(age, "SMALL", 0)
    assert home.reconcile() == before


def test_the_record_holds_name_digest_and_size_and_the_file_keeps_its_time_of_change(home: Home) -> None:
    path = home.folder / "leads_1.csv"
    content, changed_at = path.read_bytes(), path.stat().st_mtime_ns
    home.reconcile()
    home.seal()
    record = json.loads(home.house.inbox.record(home.folder, SEALS).read_text(encoding="utf-8"))
    digest = hashlib.sha256(content).hexdigest()
    name = hashlib.sha256(b"leads_1.csv").hexdigest()
    assert record == {"files": [{"name_sha256": name, "sha256": digest, "size": len(content)}]}
    assert (home.folder / "leads_1.csv.age").stat().st_mtime_ns == changed_at
    assert (home.folder / ".received.json").exists()
    secret = (home.path / "keys" / "seal-1.key").read_text().splitlines()[-1]
    identity = pyrage.x25519.Identity.from_str(secret)
    assert pyrage.decrypt((home.folder / "leads_1.csv.age").read_bytes(), [identity]) == content


def test_only_what_was_taken_in_is_sealed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.seal() == 0
    home.reconcile()
    (home.folder / "leads_9.csv").write_bytes(lines(9))
    (home.folder / "leads_8.csv.part").write_bytes(lines(8))
    with zipfile.ZipFile(home.folder / "late.zip", "w") as archive:
        archive.writestr("leads_7.csv", lines(7))
    assert home.seal() == 1
    assert home.clear() == ["late.zip", "leads_8.csv.part", "leads_9.csv"]


@pytest.mark.fault(
    area="folders",
    fault="A file is overwritten after its intake",
    promise="The new bytes are not sealed as if they had been judged.",
)
def test_what_was_overwritten_after_its_intake_is_not_sealed(home: Home) -> None:
    (home.folder / "leads_1.csv").write_bytes(lines(1, 2, 3))
    assert home.seal() == 0


def test_a_delivery_that_readers_do_not_trust_is_left_alone(home: Home) -> None:
    home.house.lake.partition("leads", VENDOR, DAY).write_bytes(b"half")
    assert home.seal() == 0


def test_a_clear_file_that_comes_beside_a_sealed_one_counts_and_is_sealed_in_its_place(home: Home) -> None:
    home.seal()
    (home.folder / "leads_1.csv").write_bytes(lines(1, 2, 3))
    (file,) = read_inbox_folder(home.house.inbox, VENDOR, DAY, seals=home.house.seals)
    assert file.digest == hashlib.sha256(lines(1, 2, 3)).hexdigest()
    after = home.reconcile()
    assert home.seal() == 1
    assert home.clear() == []
    assert home.reconcile() == after


def test_a_vendors_own_file_named_age_is_a_file_like_others(home: Home) -> None:
    (home.folder / "leads_2.csv.age").write_bytes(b"whatever")
    before = home.reconcile()
    names = [file.name for file in read_inbox_folder(home.house.inbox, VENDOR, DAY)]
    assert names == ["leads_1.csv", "leads_2.csv.age"]
    assert home.seal() == 2
    assert {file.clear.name for file in sealed_files(home.house.inbox, home.folder).values()} == set(names)
    assert home.reconcile() == before


@pytest.mark.fault(
    area="folders",
    fault="A link that leads to the house's own files is delivered",
    promise="What it leads to is never encrypted or removed.",
)
def test_a_link_is_never_sealed_and_what_it_leads_to_only_for_itself(home: Home, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_bytes(lines(4))
    (home.folder / "leads_0.csv").symlink_to("leads_1.csv")
    (home.folder / "leads_2.csv").symlink_to(outside)
    before = home.reconcile()
    assert home.seal() == 1
    assert outside.read_bytes() == lines(4)
    assert (home.folder / "leads_0.csv").is_symlink()
    assert home.reconcile() == before


@pytest.mark.fault(
    area="folders",
    fault="A day's folder becomes a link to another vendor's after its intake",
    promise="Nothing of the other's is sealed.",
)
def test_a_folder_that_became_a_link_to_anothers_is_left_alone(home: Home) -> None:
    other = home.path / "inbox" / "other-vendor" / DAY.isoformat()
    other.parent.mkdir()
    home.folder.rename(other)
    home.folder.symlink_to(other)
    content = (other / "leads_1.csv").read_bytes()
    assert home.seal() == 0
    assert (other / "leads_1.csv").read_bytes() == content
    assert home.house.inbox.recorded_days("other-vendor") == []


@pytest.mark.fault(
    area="folders",
    fault="A file is delivered under the name of a seal",
    promise="It is not overwritten, and that is told.",
)
def test_what_was_delivered_under_the_name_of_a_seal_is_not_overwritten_and_that_is_told(home: Home) -> None:
    (home.folder / "leads_1.csv.age").write_bytes(b"theirs")
    before = home.reconcile()
    clear = (home.folder / "leads_1.csv").read_bytes()
    for sealed in (1, 0):  # the vendor's `leads_1.csv.age` becomes `leads_1.csv.age.age`; `leads_1.csv` stays
        assert home.seal() == sealed
        assert (home.folder / "leads_1.csv").read_bytes() == clear
        names = {file.name: file.digest for file in read_inbox_folder(home.house.inbox, VENDOR, DAY)}
        assert names == {
            "leads_1.csv": hashlib.sha256(clear).hexdigest(),
            "leads_1.csv.age": hashlib.sha256(b"theirs").hexdigest(),
        }
    assert seals_put_off(home.house.inbox, home.house.lake, VENDOR) == [f"{VENDOR}/{DAY}"]
    assert home.reconcile() == before


def test_a_seal_is_not_written_through_a_link(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"theirs")
    (home.folder / "leads_1.csv.age").symlink_to(elsewhere)
    assert home.seal() == 0
    assert elsewhere.read_bytes() == b"theirs"
    assert (home.folder / "leads_1.csv").exists()
    assert (home.folder / "leads_1.csv.age").is_symlink()


@pytest.mark.fault(
    area="folders",
    fault="A vendor claims a hundred seals that are none",
    promise="The seals of the others are opened as before.",
)
def test_seals_that_a_vendor_damages_do_not_keep_the_others_from_theirs(home: Home) -> None:
    home.seal()
    inbox, folder = home.house.inbox, home.house.inbox.folder("a-vendor", DAY)
    folder.mkdir(parents=True)
    entries = {digest_of_name(f"{number}"): {"sha256": "0" * 64, "size": 1} for number in range(100)}
    inbox.write_files(folder, SEALS, entries)
    for number in range(100):
        (folder / f"{number}.age").write_bytes(b"no seal")
    house_at(home.path).seals.confirm_keys()


@pytest.mark.fault(
    area="keys",
    fault="The service runs with a careless file mask",
    promise="Lake, vault, registry, keys, kept copies and kept law can still be read by their owner alone.",
)
def test_what_the_house_makes_is_read_by_nobody_else_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = Home(tmp_path / "home")
        home.reconcile()
        home.seal()
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in home.path.rglob("*") if not path.is_symlink()}
    ours = ("lake", "vault", "keys", "state", "law", "registry.db")
    told = {path: oct(mode) for path, mode in modes.items() if path.relative_to(home.path).parts[0] in ours}
    made = {path: mode for path, mode in told.items() if path.suffix not in (".lock", "")}
    assert {path.relative_to(home.path).parts[0] for path in made} == set(ours)
    assert set(made.values()) == {"0o600"}
    assert {told[path] for path in told if path.is_dir()} == {"0o700"}
    assert oct(modes[home.folder / "leads_1.csv.age"]) == "0o640"


@pytest.mark.fault(
    area="keys",
    fault="A new seal key is made while copies are kept under the one before",
    promise="They open under the old key as before, also after the identity keys rotate; new ones under the new.",
)
def test_what_is_kept_opens_after_the_seal_keys_and_the_identity_keys_rotated(home: Home) -> None:
    content = (home.folder / "leads_1.csv").read_bytes()
    home.reconcile()
    make_age_identity(home.path / "keys", SEAL, 2)
    house = home.house = house_at(home.path)
    state = house.settings.state / VENDOR / str(DAY)
    (old,) = (state / "kept").iterdir()
    received_at = datetime(2026, 8, 11, 11, tzinfo=UTC)
    deliver(home.path, VENDOR, DAY, [lead_line("late-5", 5, DAY)], name="leads_2.csv", received_at=received_at)
    later = (home.folder / "leads_2.csv").read_bytes()
    home.reconcile()
    (new,) = set((state / "kept").iterdir()) - {old}
    before = {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    rotate(house.registry, house.lake, house.settings.keys, has_keyed_data=house.has_keyed_data, now=datetime.now(UTC))
    assert {path: path.read_bytes() for path in before} == before
    house = house_at(home.path)
    assert [house.seals.open(path).read() for path in (old, new)] == [content, later]
    (house.settings.keys / "seal-1.key").rename(home.path / "seal-1.key")
    seals = house_at(home.path).seals
    assert seals.open(new).read() == later
    with pytest.raises(BrokenSealError):
        seals.open(old).read()


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def arm(step: int) -> None:
        kill_at(step, monkeypatch)

    yield arm
    monkeypatch.undo()


@pytest.mark.fault(
    area="folders",
    fault="Sealing is killed at any step",
    promise="No delivered byte is lost, and the next run finishes.",
)
@pytest.mark.parametrize("step", range(1, 8))
def test_a_kill_at_any_step_loses_nothing_and_the_next_run_finishes(
    home: Home, killing: Any, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    before = home.published()
    assert home.house.seals._identities
    killing(step)
    with pytest.raises(Killed):
        home.seal()
    monkeypatch.undo()
    assert home.reconcile() == before
    home.seal()
    assert home.clear() == []
    assert sorted(path.name for path in home.folder.iterdir()) == [".received.json", "leads_1.csv.age"]
    state = home.house.settings.state
    assert sorted(path.name for path in (state / VENDOR / str(DAY)).iterdir()) == [
        "kept",
        "received.json",
        "sealed.json",
    ]
    assert home.reconcile() == before


def test_sealing_is_no_arrival_no_correction_and_no_change(home: Home) -> None:
    (home.folder / "manifest.json").write_text(json.dumps({"sequence": 1, "files": []}))
    (home.folder / ".received.json").unlink()
    home.reconcile()
    house, later = home.house, datetime.now(UTC) + timedelta(hours=1)
    home.seal()
    watch = house.folder_watch
    assert list(watch.changed(VENDOR, since=DAY, now=later)) == []
    noon = datetime(2026, 8, 11, 10, tzinfo=UTC)
    first = record_arrivals(house.inbox, {}, now=noon)
    assert (first.noted_count, first.moving, first.untold) == (0, {}, [])
    (home.folder / "leads_2.csv").write_bytes(lines(5))
    assert len(list(watch.changed(VENDOR, since=DAY, now=later))) == 1
    assert len(record_arrivals(house.inbox, {}, now=noon).moving) == 1


def test_an_archive_that_the_settings_refuse_is_the_same_refused_file_for_all_that_look_at_it(tmp_path: Path) -> None:
    home = Home(tmp_path, OPPOSABLE_MAX_ARCHIVE_FILES="1")
    with zipfile.ZipFile(home.folder / "all.zip", "w") as archive:
        archive.writestr("leads_2.csv", lines(5))
        archive.writestr("leads_3.csv", lines(6))
    home.reconcile()
    house, later = home.house, datetime.now(UTC) + timedelta(hours=1)
    assert list(house.folder_watch.changed(VENDOR, since=DAY, now=later)) == []
    assert home.seal() == 2
    assert home.clear() == []
    done = house.retention.run(house.contracts(), as_of=datetime(2030, 1, 1, tzinfo=UTC), now=later)
    assert (done.held_up, done.purged["delivered_file"]) == ([], 2)


@pytest.mark.fault(
    area="folders",
    fault="A sealed file is lost or damaged at our place",
    promise="That is our fault: no lead of the vendor is refused for it.",
)
def test_a_lost_or_broken_seal_is_a_fault_of_ours_and_never_of_the_vendor(home: Home) -> None:
    home.seal()
    path = home.folder / "leads_1.csv.age"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(OSError, match=r"leads_1\.csv\.age"):
        home.reconcile()
    home.house.inbox.record(home.folder, SEALS).write_text("{")
    with pytest.raises(ValueError, match=r"sealed\.json is no record"):
        home.reconcile()


def test_the_age_program_opens_a_sealed_file_where_it_is_installed(home: Home) -> None:
    home.seal()
    command = ["age", "-d", "-i", str(home.path / "keys" / "seal-1.key"), str(home.folder / "leads_1.csv.age")]
    try:
        opened = subprocess.run(command, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("age is not installed")
    assert opened.stdout.startswith("Référence".encode("windows-1252"))

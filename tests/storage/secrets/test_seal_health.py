"""Every delivered file that we encrypted and that is gone, or opens to other bytes, is told with what mends it."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from pipelines.storage.inboxes import PURGED, SEALS, Inbox
from pipelines.storage.secrets.age import Identity
from pipelines.storage.secrets.kept_files import kept_path
from pipelines.storage.secrets.keys import KeysError
from pipelines.storage.secrets.seal_health import broken_files
from pipelines.storage.secrets.seals import Seals, open_encrypted, seal_of

DAY = "2026-08-11"
BACKUP = "a backup has it, or the key that it was encrypted to"


@dataclass
class Sealed:
    """An inbox of one vendor, in which files are sealed, and kept beside it."""

    root: Path

    def __post_init__(self) -> None:
        self.keys = self.root / "keys"
        self.inbox = Inbox(self.root / "inbox", self.root / "state")
        self.folder = self.inbox.root / "acme" / DAY
        self.folder.mkdir(parents=True)
        self.seals = Seals(self.keys, self.inbox)

    def seal(self, name: str, *, is_kept: bool = False) -> str:
        """Deliver a file and seal it; the SHA-256 of its bytes."""
        clear = self.folder / name
        clear.write_bytes(f"{name}\n".encode())
        digest = hashlib.sha256(clear.read_bytes()).hexdigest()
        if is_kept:
            self.seals.keep(clear, self.folder, digest, clear.stat().st_size)
        assert self.seals.seal(clear, self.folder)
        return digest

    def sealed(self, name: str) -> Path:
        return seal_of(self.folder / name)

    def kept(self, name: str, digest: str) -> Path:
        return kept_path(self.inbox, self.folder, digest, len(name) + 1)

    def told(self) -> list[str]:
        return list(broken_files(self.inbox, self.keys))


@pytest.fixture
def house(tmp_path: Path) -> Sealed:
    return Sealed(tmp_path)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def words(digest: str, fault: str) -> str:
    return f"acme {DAY}: the delivered file or archive with SHA-256 {digest} {fault}"


@pytest.mark.parametrize("count", [1, 3, 4])
def test_files_that_are_all_damaged_are_no_wrong_key(house: Sealed, count: int) -> None:
    digests = [house.seal(f"{number}.csv") for number in range(count)]
    for number in range(count):
        cut(house.sealed(f"{number}.csv"))
    fault = f"does not open to its bytes as it lies in the inbox: {BACKUP}"
    assert house.told() == [words(digest, fault) for digest in sorted(digests)]


def test_a_file_that_the_key_of_another_house_would_open_is_named(house: Sealed, tmp_path: Path) -> None:
    digest = house.seal("a.csv")
    Sealed(tmp_path / "other").seal("b.csv")
    shutil.copy(tmp_path / "other" / "keys" / "seal-1.key", house.keys / "seal-1.key")
    assert house.told() == [words(digest, f"does not open to its bytes as it lies in the inbox: {BACKUP}")]


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        (None, KeysError, "is missing, but there is data encrypted to it: restore the file from your backup"),
        ("", ValueError, "expected an age identity"),
        ("a folder", KeysError, "seal-1.key can't be read: Is a directory: let the user of the house read it"),
    ],
)
def test_keys_that_are_away_or_none_are_the_keys_fault_not_the_files(
    house: Sealed, text: str | None, error: type[Exception], told: str
) -> None:
    house.seal("a.csv")
    key = house.keys / "seal-1.key"
    key.unlink()
    if text == "a folder":
        key.mkdir()
    elif text is not None:
        key.write_text(text)
    with pytest.raises(error, match=told):
        house.told()


def test_nothing_encrypted_needs_no_keys_and_makes_none(house: Sealed) -> None:
    assert house.told() == []
    assert not house.keys.exists()


def test_a_file_that_cannot_be_read_is_told_apart(house: Sealed) -> None:
    """A link in its place: whoever runs this as root may read every file."""
    digest = house.seal("a.csv", is_kept=True)
    kept = house.kept("a.csv", digest)
    kept.unlink()
    kept.symlink_to(house.sealed("a.csv"))
    mend = "let the user of the house read it, or restore it from your backup"
    [told] = house.told()
    assert told.startswith(words(digest, "can't be read ("))
    assert told.endswith(f") as it is kept in {kept}: {mend}")


def test_the_copy_that_opens_mends_the_one_that_does_not(house: Sealed) -> None:
    digest = house.seal("a.csv", is_kept=True)
    sealed, kept = house.sealed("a.csv"), house.kept("a.csv", digest)
    fault, mend = "does not open to its bytes as it", "opens to them: put a copy of that in its place"
    whole = sealed.read_bytes()
    cut(sealed)
    assert house.told() == [words(digest, f"{fault} lies in the inbox: what is kept in {kept} {mend}")]
    shutil.copy(kept, sealed)
    assert house.told() == []
    cut(kept)
    assert house.told() == [words(digest, f"{fault} is kept in {kept}: what lies in the inbox {mend}")]
    kept.write_bytes(whole)
    assert house.told() == []
    for path in (sealed, kept):
        cut(path)
    assert house.told() == [
        words(digest, f"{fault} lies in the inbox: {BACKUP}"),
        words(digest, f"{fault} is kept in {kept}: {BACKUP}"),
    ]


def test_a_sealed_file_of_which_nothing_is_left_is_gone(house: Sealed) -> None:
    digest, left = house.seal("a.csv", is_kept=True), house.seal("b.csv")
    house.sealed("a.csv").unlink()
    assert house.told() == [], "what is kept of it is whole"
    house.kept("a.csv", digest).unlink()
    assert house.told() == [words(digest, "is gone: it is neither in the inbox nor kept: a backup has it")]
    (house.folder / "a.csv").write_bytes(b"delivered again")
    assert house.told() == []
    house.sealed("b.csv").unlink()
    assert house.told() == [words(left, "is gone: it is neither in the inbox nor kept: a backup has it")]
    house.inbox.write(house.folder, PURGED, {})
    assert house.told() == []


def test_a_broken_record_of_seals_hides_nothing_that_is_kept(house: Sealed) -> None:
    digest = house.seal("a.csv", is_kept=True)
    kept = house.kept("a.csv", digest)
    cut(kept)
    house.inbox.record(house.folder, SEALS).write_text("{")
    record, told = house.told()
    assert "sealed.json is no record of ours: restore it from your backup" in record
    assert told == words(digest, f"does not open to its bytes as it is kept in {kept}: {BACKUP}")


@pytest.mark.parametrize("change", ["purged", "sealed anew"])
def test_what_is_purged_or_sealed_anew_meanwhile_is_no_damage(house: Sealed, change: str) -> None:
    house.seal("a.csv")

    def opened(inbox: Inbox, path: Path, identities: tuple[Identity, ...]) -> object:
        if change == "purged":
            path.unlink(missing_ok=True)
            house.inbox.write(house.folder, PURGED, {})
        else:
            (house.folder / "a.csv").write_bytes(b"other bytes")
            assert house.seals.seal(house.folder / "a.csv", house.folder)
        return open_encrypted(inbox, path, identities)

    with patch("pipelines.storage.secrets.seal_health.open_encrypted", opened):
        assert house.told() == []

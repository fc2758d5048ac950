"""Records of earlier versions go into the state folder once; what bears their names later, or ours, is a vendor's."""

import hashlib
import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from pipelines.deliveries.inbox import read_inbox_folder
from pipelines.deliveries.inbox_folders import kept_and_purged_days, unread_folders
from pipelines.deliveries.old_records import _move_all, move_old_records
from pipelines.storage.inboxes import PURGED, SEALS, Inbox, StateError
from pipelines.storage.secrets.keys import make_age_identity
from pipelines.storage.secrets.seals import Seals, sealed_files

DAY, NEXT = date(2026, 8, 11), date(2026, 8, 12)
GONE = b'{"purged_at": "2026-08-01T00:00:00+00:00"}\n'


@pytest.fixture
def old(tmp_path: Path) -> Inbox:
    """A house of an earlier version: a sealed file, and a purged day, with their records beside the files."""
    inbox = Inbox(tmp_path / "inbox", tmp_path / "state")
    sealed, purged = inbox.folder("acme", DAY), inbox.folder("acme", NEXT)
    for folder in (sealed, purged):
        folder.mkdir(parents=True)
    (sealed / "a.csv").write_bytes(b"x")
    Seals(tmp_path / "keys", inbox).seal(sealed / "a.csv", sealed)
    inbox.record(sealed, SEALS).unlink()
    record = {"files": [{"name": "a.csv", "sha256": hashlib.sha256(b"x").hexdigest(), "size": 1}]}
    (sealed / ".sealed.json").write_text(json.dumps(record))
    (purged / ".purged.json").write_bytes(GONE)
    return inbox


def start(inbox: Inbox) -> None:
    move_old_records(inbox, inbox.root.parent / "keys")


def is_moved(inbox: Inbox) -> bool:
    (file,) = read_inbox_folder(inbox, "acme", DAY)
    assert (file.name, file.is_sealed, file.size) == ("a.csv", True, 1)
    assert kept_and_purged_days(inbox, "acme") == ({DAY}, {NEXT})
    assert inbox.record(inbox.folder("acme", NEXT), PURGED).read_bytes() == GONE
    return sorted(path.name for path in inbox.root.rglob("*") if path.is_file()) == ["a.csv.age"]


def test_the_first_start_moves_them_and_no_later_one_does(old: Inbox) -> None:
    start(old)
    assert is_moved(old)
    theirs = old.folder("acme", DAY) / ".purged.json"
    theirs.write_bytes(GONE)
    start(old)
    assert kept_and_purged_days(old, "acme") == ({DAY}, {NEXT})
    assert theirs.read_bytes() == GONE


@pytest.mark.fault(
    area="folders",
    fault="The first start of a version that keeps its records elsewhere is killed at any step",
    promise="The next start moves the rest: no seal and no purge is forgotten.",
)
@pytest.mark.parametrize("step", range(1, 9))
def test_a_kill_at_any_step_is_mended_by_the_next_start(old: Inbox, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    count = 0

    class Killed(BaseException):
        pass

    def guarded(real: Any) -> Any:
        def act(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            count += 1
            if count == step:
                raise Killed
            return real(*arguments, **options)

        return act

    with monkeypatch.context() as patch:
        for name in ("replace", "unlink", "fsync"):
            patch.setattr(os, name, guarded(getattr(os, name)))
        with pytest.raises(Killed):
            start(old)
    start(old)
    assert is_moved(old)


@pytest.mark.fault(
    area="folders",
    fault="Two processes move old records at once, and a vendor forges one meanwhile",
    promise="The forged one says nothing.",
)
def test_a_start_that_was_slower_changes_nothing_that_the_other_has_written(old: Inbox) -> None:
    """It found the marker missing, then waited for the lock; what it finds beside the files then is a vendor's."""
    folder = old.folder("acme", DAY)
    forged = b'{"files": []}'
    slower = Thread(target=start, args=[old])
    with old.noting():
        slower.start()
        slower.join(0.1)
        _move_all(old, old.root / "keys", old.state / ".moved.json")
        (folder / ".sealed.json").write_bytes(forged)
    slower.join()
    assert [file.clear.name for file in sealed_files(old, folder).values()] == ["a.csv"]
    assert (folder / ".sealed.json").read_bytes() == forged


@pytest.mark.fault(
    area="folders",
    fault="A link lies under the name of a record of ours",
    promise="It is not followed, and says nothing.",
)
def test_a_link_under_the_name_of_a_record_is_not_followed_and_moves_nothing(old: Inbox, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(GONE)
    (old.folder("acme", DAY) / ".purged.json").symlink_to(elsewhere)
    start(old)
    assert kept_and_purged_days(old, "acme") == ({DAY}, {NEXT})
    assert elsewhere.read_bytes() == GONE


def test_an_inbox_that_is_not_mounted_is_asked_again(old: Inbox, tmp_path: Path) -> None:
    old.root.rename(tmp_path / "unmounted")
    start(old)
    (tmp_path / "unmounted").rename(old.root)
    start(old)
    assert is_moved(old)


@pytest.mark.fault(
    area="folders",
    fault="The state folder is lost, or another one is mounted",
    promise="The work stops in words until it is restored: nothing counts as never sealed or never purged.",
)
def test_a_state_folder_that_was_lost_is_no_new_one(old: Inbox, tmp_path: Path) -> None:
    start(old)
    lost = replace(old, state=tmp_path / "another")
    with pytest.raises(StateError, match=r"OPPOSABLE_STATE: .* restore it from your backup"):
        start(lost)
    (lost.state / ".moved.json").write_text("{}")
    start(lost)


def test_a_key_without_anything_sealed_stops_nobody_who_has_an_old_record(old: Inbox, tmp_path: Path) -> None:
    make_age_identity(tmp_path / "keys", "seal", 2)
    start(old)
    assert is_moved(old)


@pytest.mark.fault(
    area="folders",
    fault="A vendor forges records that its files were sealed or purged",
    promise="They say nothing, and are named.",
)
@pytest.mark.parametrize("content", [b"{", GONE, json.dumps({"files": [{"name": "b.csv"}]}).encode()])
def test_what_a_vendor_names_like_our_records_has_no_effect_and_is_told(old: Inbox, content: bytes) -> None:
    start(old)
    folder = old.folder("acme", DAY)
    before = read_inbox_folder(old, "acme", DAY)
    for name in (".sealed.json", ".purged.json", "sealed.json.part"):
        (folder / name).write_bytes(content)
    assert read_inbox_folder(old, "acme", DAY) == before
    assert kept_and_purged_days(old, "acme") == ({DAY}, {NEXT})
    assert unread_folders(old, {"acme"}) == [
        "acme/2026-08-11 (.purged.json is not ours)",
        "acme/2026-08-11 (.sealed.json is not ours)",
    ]

import gzip
import hashlib
import io
import json
import os
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.deliveries.inbox import read_inbox_folder
from pipelines.deliveries.inbox_folders import kept_and_purged_days, unread_folders
from pipelines.deliveries.reading import read_file
from pipelines.formats.source import InboxFaultError
from pipelines.storage.inboxes import SEALS, Inbox
from pipelines.storage.secrets.seals import Seals, sealed_files
from pipelines.vocabulary.reasons import Reason
from tests.formats.test_readers import CONTENT, DAY, rows_of, terms


def inbox_with(tmp_path: Path, **files: bytes) -> Inbox:
    folder = tmp_path / "acme" / DAY.isoformat()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Inbox(tmp_path, tmp_path.parent / "state")


def archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return buffer.getvalue()


def test_the_folder_is_listed_without_what_is_hidden_or_in_transfer(tmp_path: Path) -> None:
    ignored = dict.fromkeys((".x.csv", "_x.csv", "~x.csv", "x.csv.part", "x.tmp", "x.filepart", ".sub/x.csv"), CONTENT)
    record = {"files": [{"name": "sub/b.csv", "received_at": "2026-08-11T20:00:00+02:00"}]}
    inbox = inbox_with(
        tmp_path / "inbox",
        **ignored,
        **{"a.csv": CONTENT, "sub/b.csv": b"", ".received.json": json.dumps(record).encode()},
    )
    files = read_inbox_folder(inbox, "acme", DAY)
    assert [(file.name, file.size, file.received_at) for file in files] == [
        ("a.csv", len(CONTENT), None),
        ("sub/b.csv", 0, datetime(2026, 8, 11, 18, tzinfo=UTC)),
    ]
    # sha256sum of no bytes
    assert files[1].digest == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert read_inbox_folder(inbox, "acme", date(2026, 8, 12)) == []


@pytest.mark.fault(
    area="folders",
    fault="Links, pipes or strange names among the delivered files",
    promise="Refused by name; nothing is read through them.",
)
def test_links_and_what_is_no_file_are_refused_by_name_wherever_they_lead(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(CONTENT)
    inbox = inbox_with(tmp_path / "inbox", **{"a.csv": CONTENT})
    folder = inbox.folder("acme", DAY)
    (folder / "inside.csv").symlink_to("a.csv")
    (folder / "outside.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "folder").symlink_to(tmp_path)
    (folder / "nowhere.csv").symlink_to("missing.csv")
    (folder / "circle.csv").symlink_to("circle.csv")
    (folder / "unmounted.csv").symlink_to(tmp_path / "disk" / "leads.csv")
    os.mkfifo(folder / "pipe.csv")
    (folder / os.fsdecode(b"caf\xe9.csv")).write_bytes(b"x")
    files = {file.name: file for file in read_inbox_folder(inbox, "acme", DAY)}
    links = {"circle.csv", "folder", "inside.csv", "nowhere.csv", "outside.csv", "unmounted.csv"}
    assert files.keys() == {"a.csv", "caf\N{REPLACEMENT CHARACTER}.csv", "pipe.csv"} | links
    causes = {name: file.fault.cause for name, file in files.items() if file.fault}
    assert causes == dict.fromkeys(links, Reason("link_outside")) | {"pipe.csv": Reason("no_plain_file")}


@pytest.mark.fault(
    area="folders",
    fault="A vendor's folder, or a day of it, is a link to another vendor's",
    promise="It is not read, and a check names it: nobody is judged on another's leads.",
)
def test_no_folder_that_is_a_link_is_read_and_each_is_told(tmp_path: Path) -> None:
    inbox = inbox_with(tmp_path / "inbox", **{"a.csv": CONTENT})
    other = inbox.root / "zeta" / "2026-08-12"
    other.mkdir(parents=True)
    (other / "theirs.csv").write_bytes(CONTENT)
    (inbox.root / "acme" / "2026-08-12").symlink_to(other)
    (inbox.root / "linked").symlink_to(inbox.root / "acme")
    (inbox.folder("acme", DAY) / "sub").symlink_to(other)
    assert kept_and_purged_days(inbox, "acme") == ({DAY}, set())
    assert kept_and_purged_days(inbox, "linked") == (set(), set())
    assert read_inbox_folder(inbox, "acme", date(2026, 8, 12)) == read_inbox_folder(inbox, "linked", DAY) == []
    assert [file.name for file in read_inbox_folder(inbox, "acme", DAY)] == ["a.csv", "sub"]
    told = unread_folders(inbox, {"acme", "linked", "zeta"})
    assert told == ["acme/2026-08-12 (a link)", "linked (a link)"]


def test_the_inbox_itself_may_be_a_link(tmp_path: Path) -> None:
    inbox_with(tmp_path / "disk", **{"a.csv": CONTENT})
    (tmp_path / "inbox").symlink_to(tmp_path / "disk")
    (file,) = read_inbox_folder(Inbox(tmp_path / "inbox", tmp_path / "state"), "acme", DAY)
    assert rows_of(read_file(file, terms())) == [["1", "a"]]


@pytest.mark.fault(
    area="folders", fault="A file is exchanged for a link between two looks", promise="It is not opened."
)
def test_a_file_that_became_a_link_or_a_pipe_after_it_was_listed_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(CONTENT)
    inbox = inbox_with(tmp_path / "inbox", **{"a.csv": CONTENT, "sub/b.csv": CONTENT})
    first, second = read_inbox_folder(inbox, "acme", DAY)
    first.path.unlink()
    first.path.symlink_to(tmp_path / "secret.csv")
    with pytest.raises(InboxFaultError, match=r"a\.csv"):
        read_file(first, terms())
    first.path.unlink()
    os.mkfifo(first.path)
    with pytest.raises(InboxFaultError, match=r"a\.csv can't be read: expected a plain file"):
        read_file(first, terms())
    second.path.parent.rename(tmp_path / "moved")
    second.path.parent.symlink_to(tmp_path / "moved")
    with pytest.raises(InboxFaultError, match=r"b\.csv"):
        read_file(second, terms())


@pytest.mark.fault(
    area="folders", fault="A forged record names files outside the folder", promise="Nothing outside is opened."
)
@pytest.mark.parametrize("name", ["../../zeta/2026-08-11/theirs", "/etc/passwd", "sub/../a.csv", "/", "", ".."])
def test_a_record_of_seals_that_names_something_elsewhere_opens_nothing(tmp_path: Path, name: str) -> None:
    """One that an earlier version left in the inbox may have been a vendor's."""
    inbox = inbox_with(tmp_path / "inbox", **{"a.csv": CONTENT})
    folder = inbox.folder("acme", DAY)
    inbox.write(folder, SEALS, {"files": [{"name": name, "sha256": "0" * 64, "size": 1}]})
    theirs = inbox.folder("zeta", DAY)
    theirs.mkdir(parents=True)
    (theirs / "theirs.age").write_bytes(b"x")
    assert sealed_files(inbox, folder) == {}
    assert [file.name for file in read_inbox_folder(inbox, "acme", DAY)] == ["a.csv"]


def test_sealed_files_are_listed_as_they_were_delivered_and_read_through_their_seal(tmp_path: Path) -> None:
    manifest = json.dumps({"sequence": 3, "files": [{"name": "a.csv", "rows": 1}]}).encode()
    contents = {"a.csv": CONTENT, "in/b.csv.gz": gzip.compress(CONTENT), "c.zip": archive(**{"d.csv": CONTENT})}
    inbox = inbox_with(tmp_path / "inbox", **contents, **{"manifest.json": manifest, "theirs.csv.age": b"not ours"})
    folder = inbox.folder("acme", DAY)
    clear = read_inbox_folder(inbox, "acme", DAY)
    seals = Seals(tmp_path / "keys", inbox)
    for name in (*contents, "manifest.json"):
        path = folder / name
        assert seals.seal(path, folder, hashlib.sha256(path.read_bytes()).hexdigest())
        assert not path.exists()
    sealed = read_inbox_folder(inbox, "acme", DAY, seals=seals)
    told = [(file.name, file.digest, file.size, file.member, file.manifest) for file in sealed]
    assert told == [(file.name, file.digest, file.size, file.member, file.manifest) for file in clear]
    assert [file.name for file in sealed if not file.is_sealed] == ["theirs.csv.age"]
    leads = [file for file in sealed if ".csv" in file.name and file.is_sealed]
    assert [rows_of(read_file(file, terms(), seals=seals)) for file in leads] == [[["1", "a"]]] * 3
    (folder / "a.csv").write_bytes(CONTENT)
    again = {file.name: file.is_sealed for file in read_inbox_folder(inbox, "acme", DAY, seals=seals)}
    assert not again["a.csv"]
    assert len(again) == len(sealed)


def test_a_seal_that_can_not_be_opened_is_our_fault_and_names_the_file(tmp_path: Path) -> None:
    inbox = inbox_with(tmp_path / "inbox", **{"a.csv": CONTENT})
    folder = inbox.folder("acme", DAY)
    Seals(tmp_path / "keys", inbox).seal(folder / "a.csv", folder, hashlib.sha256(CONTENT).hexdigest())
    (file,) = read_inbox_folder(inbox, "acme", DAY)
    with pytest.raises(InboxFaultError, match=r"a\.csv\.age"):
        read_file(file, terms())
    with pytest.raises(InboxFaultError, match=r"a\.csv\.age"):
        read_file(file, terms(), seals=Seals(tmp_path / "other keys", Inbox(tmp_path / "empty", tmp_path / "no state")))


def test_members_of_an_archive_are_files_of_their_own(tmp_path: Path) -> None:
    record = {"files": [{"name": "all.zip", "received_at": "2026-08-11T18:00:00+00:00"}]}
    members = {"leads.csv": CONTENT, "in/proofs.csv.gz": gzip.compress(CONTENT), "__MACOSX/._leads.csv": b"x"}
    inbox = inbox_with(
        tmp_path / "inbox", **{"all.zip": archive(**members), ".received.json": json.dumps(record).encode()}
    )
    files = read_inbox_folder(inbox, "acme", DAY)
    assert [file.name for file in files] == ["all.zip/in/proofs.csv.gz", "all.zip/leads.csv"]
    assert {file.received_at for file in files} == {datetime(2026, 8, 11, 18, tzinfo=UTC)}
    assert [rows_of(read_file(file, terms())) for file in files] == [[["1", "a"]]] * 2


@pytest.mark.parametrize("content", [b"", b"no archive", archive(a=b"x" * 1000)[:-40]])
def test_a_broken_archive_is_one_refused_file(tmp_path: Path, content: bytes) -> None:
    (file,) = read_inbox_folder(inbox_with(tmp_path / "inbox", **{"all.zip": content}), "acme", DAY)
    assert file.fault is not None
    assert file.fault.reason == ("file_undecodable" if content else "file_empty")


@pytest.mark.parametrize("record", [b"", b"[]", b'{"files": 3}', b'{"files": [{"name": "a.csv"}]}', b"\xff"])
def test_an_unreadable_record_of_arrivals_counts_as_none(tmp_path: Path, record: bytes) -> None:
    (file,) = read_inbox_folder(
        inbox_with(tmp_path / "inbox", **{"a.csv": CONTENT, ".received.json": record}), "acme", DAY
    )
    assert file.received_at is None


def test_a_manifest_is_read_with_the_folder(tmp_path: Path) -> None:
    manifest = {"sequence": 2, "files": [{"name": "a.csv", "rows": 1, "sha256": "AB"}, 7]}
    inbox = inbox_with(
        tmp_path / "inbox",
        **{"manifest-3.json": json.dumps(manifest).encode(), "manifest.json": b"{", "MANIFEST-9.json": b"{}"},
    )
    ninth, third, first = read_inbox_folder(inbox, "acme", DAY)
    assert ninth.manifest is not None
    assert (ninth.manifest.sequence, ninth.manifest.entries) == (9, ())
    assert third.manifest is not None
    assert (third.manifest.sequence, third.manifest.entries[0].digest) == (2, "ab")
    assert first.fault is not None
    assert first.fault.reason == "file_undecodable"

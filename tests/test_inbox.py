import gzip
import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.storage.inbox import read_inbox_folder
from pipelines.storage.readers import read_file
from tests.test_readers import CONTENT, DAY, rows_of, terms


def inbox_with(tmp_path: Path, **files: bytes) -> Path:
    folder = tmp_path / "acme" / DAY.isoformat()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


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
        tmp_path, **ignored, **{"a.csv": CONTENT, "sub/b.csv": b"", ".received.json": json.dumps(record).encode()}
    )
    files = read_inbox_folder(inbox, "acme", DAY)
    assert [(file.name, file.size, file.received_at) for file in files] == [
        ("a.csv", len(CONTENT), None),
        ("sub/b.csv", 0, datetime(2026, 8, 11, 18, tzinfo=UTC)),
    ]
    # sha256sum of no bytes
    assert files[1].digest == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert read_inbox_folder(inbox, "acme", date(2026, 8, 12)) == []


def test_members_of_an_archive_are_files_of_their_own(tmp_path: Path) -> None:
    record = {"files": [{"name": "all.zip", "received_at": "2026-08-11T18:00:00+00:00"}]}
    members = {"leads.csv": CONTENT, "in/proofs.csv.gz": gzip.compress(CONTENT), "__MACOSX/._leads.csv": b"x"}
    inbox = inbox_with(tmp_path, **{"all.zip": archive(**members), ".received.json": json.dumps(record).encode()})
    files = read_inbox_folder(inbox, "acme", DAY)
    assert [file.name for file in files] == ["all.zip/in/proofs.csv.gz", "all.zip/leads.csv"]
    assert {file.received_at for file in files} == {datetime(2026, 8, 11, 18, tzinfo=UTC)}
    assert [rows_of(read_file(file, terms())) for file in files] == [[["1", "a"]]] * 2


@pytest.mark.parametrize("content", [b"", b"no archive", archive(a=b"x" * 1000)[:-40]])
def test_a_broken_archive_is_one_refused_file(tmp_path: Path, content: bytes) -> None:
    (file,) = read_inbox_folder(inbox_with(tmp_path, **{"all.zip": content}), "acme", DAY)
    assert file.fault is not None
    assert file.fault.reason == ("file_undecodable" if content else "file_empty")


@pytest.mark.parametrize("record", [b"", b"[]", b'{"files": 3}', b'{"files": [{"name": "a.csv"}]}', b"\xff"])
def test_an_unreadable_record_of_arrivals_counts_as_none(tmp_path: Path, record: bytes) -> None:
    (file,) = read_inbox_folder(inbox_with(tmp_path, **{"a.csv": CONTENT, ".received.json": record}), "acme", DAY)
    assert file.received_at is None


def test_a_manifest_is_read_with_the_folder(tmp_path: Path) -> None:
    manifest = {"sequence": 2, "files": [{"name": "a.csv", "rows": 1, "sha256": "AB"}, 7]}
    inbox = inbox_with(
        tmp_path, **{"manifest-3.json": json.dumps(manifest).encode(), "manifest.json": b"{", "MANIFEST-9.json": b"{}"}
    )
    ninth, third, first = read_inbox_folder(inbox, "acme", DAY)
    assert ninth.manifest is not None
    assert (ninth.manifest.sequence, ninth.manifest.entries) == (9, ())
    assert third.manifest is not None
    assert (third.manifest.sequence, third.manifest.entries[0].digest) == (2, "ab")
    assert first.fault is not None
    assert first.fault.reason == "file_undecodable"

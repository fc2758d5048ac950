"""Packings: what is in them streams, within limits; what is broken, locked or nested is refused by words."""

import gzip
import io
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.deliveries.archives import harmless_name
from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.inbox import MOST_MANIFEST_BYTES, read_inbox_folder
from pipelines.deliveries.reading import read_file
from pipelines.deliveries.sources import DeliveredSource
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import RawFile
from pipelines.formats.source import InboxFaultError
from pipelines.storage.inboxes import Inbox
from pipelines.vocabulary.reasons import Reason
from pipelines.wording.reasons import published
from tests.formats.test_readers import CONTENT, DAY, rows_of, terms
from tests.support.format_files import archive

PACKINGS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".zst": zstandard.compress}
BROKEN = FileRefusal("file_undecodable", Reason("packing_broken"))


def delivered(folder: Path, name: str, content: bytes) -> DeliveredFile:
    path = folder / name
    path.write_bytes(content)
    return DeliveredFile(name, path, "", len(content))


def from_archive(tmp_path: Path, content: bytes, limits: Limits | None = None) -> list[DeliveredFile]:
    inbox = Inbox(tmp_path / "inbox", tmp_path / "state")
    folder = inbox.folder("acme", DAY)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "all.zip").write_bytes(content)
    return read_inbox_folder(inbox, "acme", DAY, limits=limits)


@pytest.mark.parametrize("suffix", PACKINGS)
def test_a_packed_file_is_known_by_its_bytes_and_all_its_members_count(tmp_path: Path, suffix: str) -> None:
    pack = PACKINGS[suffix]
    for name in (f"leads.csv{suffix}", "leads.csv"):
        assert rows_of(read_file(delivered(tmp_path, name, pack(CONTENT)), terms())) == [["1", "a"]]
    halves = pack("Réf,Nom\n1,".encode()) + pack(b"") + pack(b"a\n2,b\n")
    assert rows_of(read_file(delivered(tmp_path, "leads.csv", halves), terms())) == [["1", "a"], ["2", "b"]]
    assert rows_of(read_file(delivered(tmp_path, f"plain.csv{suffix}", CONTENT), terms())) == [["1", "a"]]


@pytest.mark.parametrize("suffix", PACKINGS)
def test_a_packing_that_is_cut_damaged_or_packed_again_is_refused(tmp_path: Path, suffix: str) -> None:
    pack = PACKINGS[suffix]
    packed = pack(CONTENT * 100)
    for content in (packed[:-1], packed[: len(packed) // 2], packed[:6], packed + b"more"):
        assert read_file(delivered(tmp_path, "leads.csv", content), terms()) == BROKEN
    twice = read_file(delivered(tmp_path, "leads.csv", pack(packed)), terms())
    assert twice == FileRefusal("file_undecodable", Reason("packed_twice"))
    damaged = bytearray(gzip.compress(os.urandom(1000)))
    damaged[-5] ^= 1
    assert read_file(delivered(tmp_path, "leads.csv", bytes(damaged)), terms()) == BROKEN


@pytest.mark.fault(
    area="files",
    fault="A small packed file that unpacks to a huge one",
    promise="Refused while it is unpacked, within little memory; the limit is a setting.",
)
@pytest.mark.parametrize("suffix", PACKINGS)
def test_expansion_and_size_are_bounded_while_streaming_and_named_with_their_setting(
    tmp_path: Path, suffix: str
) -> None:
    file = delivered(tmp_path, "leads.csv", PACKINGS[suffix](b"0" * 50_000_000))
    for limits, setting in (
        (Limits(expansion=100), "OPPOSABLE_MAX_EXPANSION"),
        (Limits(file_bytes=1_000_000), "OPPOSABLE_MAX_FILE_BYTES"),
        (Limits(held_bytes=1_000_000, expansion=10**6), "OPPOSABLE_MAX_HELD_BYTES"),
    ):
        tracemalloc.start()
        with pytest.raises(FileRefusedError) as error:
            DeliveredSource(file, limits).read()
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
        tracemalloc.stop()
        assert error.value.refusal.reason == "limit_exceeded"
        assert setting in published(error.value.refusal.cause)


def test_a_megabyte_may_come_from_any_packing(tmp_path: Path) -> None:
    file = delivered(tmp_path, "leads.csv", zstandard.compress(b"\n" * 2**20))
    assert DeliveredSource(file, Limits(expansion=1)).read() == b"\n" * 2**20


def test_a_file_that_is_not_packed_is_bounded_too(tmp_path: Path) -> None:
    refused = read_file(delivered(tmp_path, "leads.csv", CONTENT), terms(), Limits(file_bytes=5))
    assert refused == FileRefusal("limit_exceeded", Reason("limit_file_bytes", most=5))


def test_a_large_packed_file_streams_in_little_memory(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "leads.csv", "wb", 1) as packed:
        for start in range(200):
            packed.write(b"".join(b"%d,abcdefghijklmnopqrstuvwxyz\n" % (start * 10_000 + row) for row in range(10_000)))
    file = DeliveredFile("leads.csv", tmp_path / "leads.csv", "", (tmp_path / "leads.csv").stat().st_size)
    tracemalloc.start()
    with DeliveredSource(file, Limits()).open() as stream:
        assert sum(block.count(b"\n") for block in iter(lambda: stream.read(2**20), b"")) == 2_000_000
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_the_members_of_an_archive_are_named_harmlessly(tmp_path: Path) -> None:
    members = {
        "../../etc/a.csv": CONTENT, "/root/b.csv": CONTENT, "C:\\Temp\\c.csv": CONTENT,
        "d\x07.csv": CONTENT, "x/./y/e.csv": CONTENT, "dossier/": b"",
    }  # fmt: skip
    files = from_archive(tmp_path, archive(members))
    names = [file.name for file in files]
    assert names == [
        "all.zip/Temp/c.csv", "all.zip/d\ufffd.csv", "all.zip/etc/a.csv", "all.zip/root/b.csv", "all.zip/x/y/e.csv",
    ]  # fmt: skip
    assert [rows_of(read_file(file, terms())) for file in files] == [[["1", "a"]]] * 5


@pytest.mark.fault(
    area="folders", fault="Names in an archive that lead out of it (../../)", promise="No name leads anywhere."
)
@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab./\\:C\0é\ud800")))
def test_no_name_leads_out_of_its_archive(name: str) -> None:
    harmless = harmless_name(name)
    harmless.encode()
    assert harmless
    assert not {"", ".", ".."} & set(harmless.split("/"))


def test_names_in_the_code_page_of_dos_and_in_unmarked_utf8_are_read(tmp_path: Path) -> None:
    content = archive({"xxx.csv": b"a", "yyyy.csv": b"b"})
    content = content.replace(b"xxx.csv", "é_x.csv".encode("cp437")).replace(b"yyyy.csv", "éyy.csv".encode())
    assert [file.name for file in from_archive(tmp_path, content)] == ["all.zip/é_x.csv", "all.zip/éyy.csv"]


@pytest.mark.fault(
    area="files",
    fault="An archive with locked, nested, damaged or doubled members",
    promise="Those are refused, the good ones are read.",
)
def test_a_member_that_is_locked_nested_damaged_or_named_twice_is_refused_alone(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, member in (("good.csv", CONTENT), ("inner.ZIP", archive({"a.csv": CONTENT})), ("twice.csv", b"1"),
                             ("locked.csv", b"secret"), ("broken.csv", b"unbroken")):  # fmt: skip
            opened.writestr(name, member)
        with pytest.warns(UserWarning, match="Duplicate"):
            opened.writestr("twice.csv", b"2")
    content = buffer.getvalue().replace(b"unbroken", b"unbr0ken")
    entry = content.rindex(b"locked.csv") - 46  # in the archive's directory
    content = content[: entry + 8] + b"\x01" + content[entry + 9 :]
    found = {file.name: file.fault and published(file.fault.cause) for file in from_archive(tmp_path, content)}
    assert found == {
        "all.zip/good.csv": None,
        "all.zip/inner.ZIP": "a file; an archive in an archive is not opened",
        "all.zip/locked.csv": "an archive without a password",
        "all.zip/broken.csv": "a whole ZIP archive",
        "all.zip/twice.csv": "each name once in an archive",
    }


@pytest.mark.fault(area="files", fault="An archive with too many or too large members", promise="One refused file.")
@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        (Limits(archive_files=1), "OPPOSABLE_MAX_ARCHIVE_FILES"),
        (Limits(file_bytes=2_000_000), "OPPOSABLE_MAX_FILE_BYTES"),
        (Limits(expansion=10), "OPPOSABLE_MAX_EXPANSION"),
    ],
)
def test_an_archive_beyond_a_limit_is_one_refused_file(tmp_path: Path, limits: Limits, setting: str) -> None:
    (file,) = from_archive(tmp_path, archive({"a.csv": b"0" * 1_500_000, "b.csv": b"0" * 1_500_000}), limits)
    assert file.fault is not None
    assert file.fault.reason == "limit_exceeded"
    assert setting in published(file.fault.cause)


def test_a_packed_member_of_an_archive_is_read_and_its_expansion_bounded(tmp_path: Path) -> None:
    (good, large) = from_archive(
        tmp_path, archive({"in/a.csv.gz": gzip.compress(CONTENT), "in/b.csv.gz": gzip.compress(b"0" * 5_000_000)})
    )
    assert rows_of(read_file(good, terms())) == [["1", "a"]]
    refused = read_file(large, terms(), Limits(expansion=100))
    assert isinstance(refused, FileRefusal)
    assert "OPPOSABLE_MAX_EXPANSION" in published(refused.cause)


def test_a_packed_manifest_is_bounded_by_its_content(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox", tmp_path / "state")
    folder = inbox.folder("acme", DAY)
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_bytes(gzip.compress(b" " * MOST_MANIFEST_BYTES + b"{}"))
    (folder / "manifest-1.json").write_bytes(gzip.compress(b" " * 1000 + b"{}"))
    first, second = read_inbox_folder(inbox, "acme", DAY)
    assert first.manifest is not None
    assert second.fault == FileRefusal("file_undecodable", Reason("manifest_unreadable"))


def test_a_file_that_can_not_be_read_is_our_fault(tmp_path: Path) -> None:
    file = delivered(tmp_path, "leads.csv", CONTENT)
    raw = read_file(file, terms())
    assert isinstance(raw, RawFile)
    file.path.unlink()
    assert rows_of(raw) == [["1", "a"]]  # it was opened
    with pytest.raises(InboxFaultError, match=r"leads\.csv"):
        read_file(file, terms())

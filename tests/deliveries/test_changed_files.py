"""A file that changes while it is read: its digest and its rows are of the same bytes, or nothing of it counts."""

import os
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.deliveries.inbox import read_inbox_folder
from pipelines.deliveries.reading import read_file
from pipelines.formats.limits import FileRefusal
from pipelines.formats.raw import RawFile
from pipelines.formats.source import SMALL, InboxFaultError
from pipelines.storage.inboxes import Inbox
from pipelines.vocabulary.clock import tick_of
from tests.formats.test_readers import CONTENT, DAY, rows_of, terms
from tests.support.exemple import HEADER, deliver, lead_line, sign
from tests.support.houses import house_at, read_all, reconcile

WORDS = r"leads_1\.csv was changed while it was read: nothing of it was taken in, the next run reads it anew"
LARGE = "Réf,Nom\n".encode() + b"1,aa\n" * SMALL
OTHER = LARGE.replace(b"a", b"b")


def overwritten(path: Path) -> None:
    """Other bytes, as many, with the time of change put back."""
    state = path.stat()
    path.write_bytes(LARGE[: state.st_size].replace(b"a", b"b"))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def replaced(path: Path) -> None:
    aside = path.with_name(".aside")
    aside.write_bytes(path.read_bytes())
    aside.replace(path)


def cut(path: Path) -> None:
    os.truncate(path, 20)


CHANGES: tuple[Callable[[Path], None], ...] = (overwritten, replaced, cut)


def inbox_with(tmp_path: Path, content: bytes, name: str = "leads_1.csv") -> tuple[Inbox, Path]:
    path = tmp_path / "inbox" / "acme" / DAY.isoformat() / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return Inbox(tmp_path / "inbox", tmp_path / "state"), path


@pytest.mark.fault(
    area="folders",
    fault="A file is overwritten, cut or replaced between its digest and its rows, or among its rows",
    promise="Nothing of it is taken in as what it is not: the vendor's day is left to the next run, in words.",
)
@pytest.mark.parametrize("content", [CONTENT, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("change", CHANGES)
def test_rows_of_other_bytes_than_the_digest_count_for_nothing(
    tmp_path: Path, content: bytes, change: Callable[[Path], None]
) -> None:
    inbox, path = inbox_with(tmp_path, content)
    (file,) = read_inbox_folder(inbox, "acme", DAY)
    before, raw = path.read_bytes(), read_file(file, terms())
    assert isinstance(raw, RawFile)
    chunks = raw.chunks()
    next(chunks)
    change(path)
    with pytest.raises(InboxFaultError, match=WORDS):
        list(chunks)
    path.write_bytes(before)
    (file,) = read_inbox_folder(inbox, "acme", DAY)
    change(path)
    with pytest.raises(InboxFaultError, match=WORDS):
        read_file(file, terms())


def test_a_refusal_of_other_bytes_than_the_digest_counts_for_nothing(tmp_path: Path) -> None:
    inbox, path = inbox_with(tmp_path, CONTENT)
    (file,) = read_inbox_folder(inbox, "acme", DAY)
    path.write_bytes(b"")
    with pytest.raises(InboxFaultError, match=WORDS):
        read_file(file, terms())
    (file,) = read_inbox_folder(inbox, "acme", DAY)
    assert isinstance(read_file(file, terms()), FileRefusal)


def test_a_member_is_as_old_as_its_archive(tmp_path: Path) -> None:
    inbox, path = inbox_with(tmp_path, b"", "leads.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("leads_1.csv", CONTENT)
    (file,) = read_inbox_folder(inbox, "acme", DAY)
    assert rows_of(read_file(file, terms())) == [["1", "a"]]
    replaced(path)
    with pytest.raises(InboxFaultError, match=r"leads\.zip was changed while it was read"):
        read_file(file, terms())


@pytest.mark.fault(
    area="folders",
    fault="A file is written twice within one tick of the clock of file systems, so that both bear the same time",
    promise="It is seen to have changed.",
)
def test_a_file_written_a_moment_ago_and_again_at_once_is_seen_to_have_changed(tmp_path: Path) -> None:
    """Within one tick of the clock of file systems both writings bear the same time."""
    inbox, path = inbox_with(tmp_path, b"")
    for _ in range(20):
        path.write_bytes(LARGE)
        (file,) = read_inbox_folder(inbox, "acme", DAY)
        path.write_bytes(OTHER)
        with pytest.raises(InboxFaultError, match=WORDS):
            read_file(file, terms())


@pytest.mark.fault(
    area="folders",
    fault="A file is exchanged between the intake and its sealing, or during either",
    promise="What is sealed is what was read; what came later is read by the next run.",
)
def test_what_is_sealed_is_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run during which a file is overwritten leaves the day; the next one takes in, and seals, what lies there."""
    day, tick = date(2026, 8, 11), tick_of(date(2026, 8, 20))
    sign(tmp_path, "acme")
    first = [lead_line(f"A{number}", number % 90 + 10, day) for number in range(1_200)]
    folder = deliver(tmp_path, "acme", day, first)
    house = house_at(tmp_path, OPPOSABLE_THREADS="1")
    look = read_inbox_folder
    with monkeypatch.context() as patch:

        def looked_at(*place: object, **options: object) -> object:
            found = look(*place, **options)  # type: ignore[arg-type]
            second = "\r\n".join([HEADER, *first, ""]).replace("A", "B")
            (folder / "leads_1.csv").write_bytes(second.encode("windows-1252"))
            return found

        patch.setattr("pipelines.intake.vendor.read_inbox_folder", looked_at)
        with pytest.raises(InboxFaultError, match=WORDS):
            reconcile(house, ["acme"], [day], tick)
    assert house.lake.published_days("acme") == []
    assert house.retention.run(house.contracts(), as_of=tick, now=tick).sealed_count == 0
    reconcile(house, ["acme"], [day], tick)
    assert {one[0] for one in read_all(house.lake, "leads")["lead_id"].to_pylist()} == {"B"}
    assert house.retention.run(house.contracts(), as_of=tick, now=tick).sealed_count == 1
    (file,) = read_inbox_folder(house.inbox, "acme", day)
    assert file.digest == read_all(house.lake, "deliveries")["file_digest"][0].as_py()
    with house.seals.open(file.path) as clear:
        assert b"\r\nB0;" in clear.read()

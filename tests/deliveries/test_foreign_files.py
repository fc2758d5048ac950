"""What an uploader can put where we look for our records, or in place of a file: nothing of it raises or blocks."""

import hashlib
import json
import os
import socket
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.deliveries.inbox import read_inbox_folder
from pipelines.formats.limits import FileRefusal
from pipelines.house import House
from pipelines.storage.folders import read_below
from pipelines.storage.inboxes import SEALS, Inbox
from pipelines.vocabulary.clock import tick_of
from pipelines.vocabulary.reasons import Reason
from tests.support.contract_files import VALID
from tests.support.exemple import HEADER, deliver, lead_line, sign
from tests.support.houses import house_at, read_all, reconcile

DAY = date(2026, 8, 11)
JUDGED, NOW = tick_of(date(2026, 8, 30)), datetime(2026, 8, 31, tzinfo=UTC)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket is short
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(here)


def content(text: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(text) and None


def entry(**changes: object) -> bytes:
    record = {"name": "leads_1.csv", "sha256": "0" * 64, "size": 1, "received_at": "2026-08-11T10:00:00Z"}
    return json.dumps({"files": [{**record, **changes}]}).encode()


RECORDS: dict[str, Callable[[Path], None]] = {
    "garbage": content(b"\x00\xff{"),
    "a list": content(b"[]"),
    "wrong types": content(b'{"files":[3,null]}'),
    "no number": content(b'{"files":[{"name":"a","sha256":"b","size":1e400,"received_at":3}]}'),
    "nested": content(b"[" * 100_000),
    "a long name": content(entry(name="x" * 5000, received_at="9999-12-31T23:59:59Z")),
    "the end of time": content(entry(name="x", received_at="9999-12-31T23:59:59-12:00")),
    "a folder": Path.mkdir,
    "a pipe": pipe,
    "a socket": a_socket,
    "a link in a circle": lambda path: path.symlink_to(path.name),
}


@pytest.fixture
def house(tmp_path: Path) -> House:
    sign(tmp_path, "acme", text=VALID.replace("path: leads_*.csv", "path: leads_*"))
    return house_at(tmp_path, OPPOSABLE_THREADS="1")


NESTINGS = ("[]", ('{"a":', "}"))


def statuses(house: House) -> dict[str, tuple[str, int | None]]:
    rows = read_all(house.lake, "deliveries").to_pylist()
    return {row["file_name"]: (row["status"], row["rows_accepted"]) for row in rows}


@pytest.mark.fault(
    area="folders",
    fault="A vendor leaves broken records of arrival and sealing",
    promise="They say nothing; its files are taken in and sealed.",
)
@pytest.mark.parametrize("name", [".sealed.json", ".received.json"])
def test_what_is_no_record_says_nothing_and_the_files_are_taken_in_and_sealed(house: House, name: str) -> None:
    days = [DAY + timedelta(days=number) for number in range(len(RECORDS))]
    for day, put in zip(days, RECORDS.values(), strict=True):
        put(deliver(house.settings.home, "acme", day) / name)
    for is_anew in (False, True):
        reconcile(house, ["acme"], days, JUDGED, is_anew=is_anew)
        rows = read_all(house.lake, "deliveries").to_pylist()
        accepted = [row["delivery_date"] for row in rows if (row["status"], row["rows_accepted"]) == ("accepted", 2)]
        assert accepted == days
        done = house.retention.run(house.contracts(), as_of=NOW, now=NOW)
        assert done.failed.reasons == {}
    assert [day for day in days if not (house.settings.inbox / "acme" / str(day) / "leads_1.csv.age").exists()] == []


@pytest.mark.fault(
    area="vendors",
    fault="The record of what was sealed on one day is broken",
    promise="That day waits for its restoring, the vendor's other days do not.",
)
def test_a_broken_record_beside_sealed_files_leaves_the_day_and_no_other(house: House) -> None:
    other = date(2026, 8, 12)
    folder = deliver(house.settings.home, "acme", DAY)
    deliver(house.settings.home, "acme", other)
    reconcile(house, ["acme"], [DAY], JUDGED)
    house.retention.run(house.contracts(), as_of=NOW, now=NOW)
    house.inbox.record(folder, SEALS).write_bytes(b"{")
    left = house.left_out({"acme": [DAY, other]})
    assert [one.day for one in left] == [DAY]
    assert "restore it from your backup" in left[0].reason


@pytest.mark.fault(
    area="folders",
    fault="A name as long as the disk allows",
    promise="Taken in like any other, before and after sealing.",
)
def test_a_name_as_long_as_the_file_system_allows_is_taken_in_again_after_sealing(house: House) -> None:
    names = ["leads_" + "x" * (length - len("leads_.csv")) + ".csv" for length in (251, 252, 255)]
    for number, name in enumerate(names):
        lines = [lead_line(f"L{number}{place}", 10 * number + place, DAY) for place in (1, 2)]
        folder = deliver(house.settings.home, "acme", DAY, lines, name=name)
    deliver(house.settings.home, "acme", DAY, [lead_line("L9", 99, DAY)], name="leads_2.csv")
    for is_anew in (False, True):
        reconcile(house, ["acme"], [DAY], JUDGED, is_anew=is_anew)
        assert sorted(statuses(house).values()) == [("accepted", 1), *[("accepted", 2)] * 3]
        assert house.retention.run(house.contracts(), as_of=NOW, now=NOW).failed.reasons == {}
    hashed = [hashlib.sha256(name.encode()).hexdigest() for name in names[1:]]
    sealed = [f"{name}.age" for name in ("leads_2.csv", names[0], *hashed)]
    assert sorted(path.name for path in folder.iterdir()) == sorted(sealed)


@pytest.mark.fault(
    area="folders",
    fault="A pipe, socket or device in place of a file",
    promise="It blocks nobody: the others are taken in.",
)
def test_what_is_no_file_does_not_block_and_the_others_are_taken_in(house: House) -> None:
    folder = deliver(house.settings.home, "acme", DAY)
    for place, put in enumerate((Path.mkdir, pipe, a_socket, lambda path: path.symlink_to("/dev/zero")), 2):
        put(folder / f"leads_{place}.csv")
    reconcile(house, ["acme"], [DAY], JUDGED)
    refused = {f"leads_{place}.csv": ("refused", None) for place in (3, 4, 5)}  # a folder is looked into
    assert statuses(house) == {"leads_1.csv": ("accepted", 2), **refused}


@pytest.mark.parametrize("put", [Path.mkdir, pipe, a_socket])
def test_only_a_file_is_read(tmp_path: Path, put: Callable[[Path], None]) -> None:
    put(tmp_path / "x")
    with pytest.raises(OSError, match=r"."):
        read_below(tmp_path, tmp_path / "x")


@pytest.mark.fault(
    area="files",
    fault="Answers that are nested a hundred thousand deep, with an address inside",
    promise="The delivery is taken in, and the address is found and cut.",
)
def test_answers_nested_however_deep_spoil_no_delivery_and_hide_no_address(house: House) -> None:
    depths = [64, 65, 400, 700, 900, 100_000]
    answers = [
        opened * depth + '"lead1@example.org"' + closed * depth for depth in depths for opened, closed in NESTINGS
    ]
    text = VALID.replace("path: leads_*.csv", "path: leads_*").replace(
        "      - {name: postal_code, logicalType: string}\n",
        "      - {name: postal_code, logicalType: string}\n      - {name: answers, logicalType: string}\n",
    )
    sign(house.settings.home, "acme", text=text)
    folder = deliver(house.settings.home, "acme", DAY)
    rows = [f"{lead_line(f'L{place}', place, DAY)};'{answer}'" for place, answer in enumerate(answers, 10)]
    (folder / "leads_1.csv").write_bytes("\r\n".join([f"{HEADER};answers", *rows, ""]).encode("windows-1252"))
    reconcile(house, ["acme"], [DAY], JUDGED)
    assert statuses(house) == {"leads_1.csv": ("accepted", len(answers))}
    assert "lead1@" not in str(read_all(house.lake, "leads")["answers"].to_pylist())


@pytest.mark.fault(
    area="folders", fault="A file that we have no right to read", promise="Refused by name, the others are taken in."
)
def test_a_file_that_we_may_not_read_is_refused_and_the_others_are_not() -> None:
    with TemporaryDirectory() as name:
        home = Path(name)
        home.chmod(0o755)
        deliver(home, "acme", DAY)
        deliver(home, "acme", DAY, name="leads_2.csv").joinpath("leads_2.csv").chmod(0o000)
        is_root = os.geteuid() == 0
        try:
            os.seteuid(65534 if is_root else os.geteuid())  # root may read everything
            first, second = read_inbox_folder(Inbox(home / "inbox", home / "state"), "acme", DAY)
        finally:
            os.seteuid(0 if is_root else os.geteuid())
    assert first.fault is None
    assert second.fault == FileRefusal("file_undecodable", Reason("file_unreadable"))


@pytest.mark.fault(
    area="files", fault="A Parquet text whose bytes are no text", promise="A value that can't be read, not an error."
)
def test_a_text_of_parquet_that_is_no_utf8_is_a_value_like_any_other(house: House) -> None:
    broken = pa.Array.from_buffers(pa.string(), 2, pa.array([b"\xff\xfe", b"75001"]).buffers())
    columns = {
        "Référence": ["L1", "L2"],
        "Collecté le": ["11/08/2026 09:00"] * 2,
        "Courriel": ["a1@example.org", "a2@example.org"],
        "Téléphone": ["0612345601", "0612345602"],
        "Canaux": ["mél"] * 2,
        "postal_code": broken,
    }
    folder = deliver(house.settings.home, "acme", DAY)
    pq.write_table(pa.table(columns), folder / "leads_2.parquet")
    reconcile(house, ["acme"], [DAY], JUDGED)
    assert statuses(house)["leads_2.parquet"] == ("accepted", 2)

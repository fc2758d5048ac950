"""The lake: whole partitions or none, digests that tell, one writer a vendor, nothing left behind."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.storage.lake import Lake
from pipelines.storage.lake_health import stray_folders
from pipelines.vocabulary.tables import INTAKE_TABLES, arrow_schema

DAY = date(2026, 8, 11)


def empty_tables() -> dict[str, pa.Table]:
    return {table: arrow_schema(table).empty_table() for table in INTAKE_TABLES}


def rejected(row_numbers: list[int]) -> pa.Table:
    rows = [
        {
            "vendor": "acme",
            "delivery_date": DAY,
            "file_digest": "d" * 64,
            "row_number": number,
            "reason": "required_missing",
            "column": "lead_id",
            "expected": "a value",
            "cause": "value",
            "figures": "{}",
        }
        for number in row_numbers
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema("rejected_rows"))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_a_published_partition_is_trusted_and_read_back_with_its_partition_columns(lake: Lake) -> None:
    with lake.writing("acme"):
        lake.publish("acme", DAY, empty_tables() | {"rejected_rows": rejected([2, 1])})
    assert lake.published_days("acme") == [DAY]
    rows = lake.read("rejected_rows", "acme", [DAY]).to_pylist()
    assert [(row["vendor"], row["delivery_date"], row["row_number"]) for row in rows] == [
        ("acme", DAY, 1),
        ("acme", DAY, 2),
    ]


def test_the_order_in_which_rows_come_does_not_change_the_bytes(lake: Lake, tmp_path: Path) -> None:
    other = Lake(tmp_path / "other")
    for place, numbers in ((lake, [1, 2, 3]), (other, [3, 1, 2])):
        with place.writing("acme"):
            place.publish("acme", DAY, empty_tables() | {"rejected_rows": rejected(numbers)})
    for table in INTAKE_TABLES:
        assert lake.partition(table, "acme", DAY).read_bytes() == other.partition(table, "acme", DAY).read_bytes()


def test_the_stamp_of_a_vendor_moves_with_each_publishing_and_is_no_stray(lake: Lake) -> None:
    seen = []
    for _ in range(2):
        with lake.writing("acme"):
            lake.publish("acme", DAY, empty_tables())
        seen.append(lake.stamp("acme").stat().st_mtime_ns)
    assert seen[1] > seen[0] >= lake.partition("deliveries", "acme", DAY).stat().st_mtime_ns - 10**9
    assert not lake.stamp("beta").exists()
    assert (lake.vendors(), stray_folders(lake), lake.stamp("acme").read_bytes()) == (["acme"], [], b"")


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("size", [1, 3, 4, 7, 10])
def test_pieces_of_any_size_and_threads_give_the_same_bytes_in_row_groups_of_one_size(
    lake: Lake, tmp_path: Path, size: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.storage.lake.ROW_GROUP", 4)
    other, whole = Lake(tmp_path / "other", threads=threads), rejected(list(range(1, 11)))
    pieces = (whole.slice(start, size) for start in range(0, 10, size))
    for place, content in ((lake, whole), (other, pieces)):
        with place.writing("acme"):
            place.publish("acme", DAY, empty_tables() | {"rejected_rows": content})
    paths = [place.partition("rejected_rows", "acme", DAY) for place in (lake, other)]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    groups = pq.read_metadata(paths[0])
    assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == [4, 4, 2]


def test_days_that_come_together_are_published_as_each_by_itself(lake: Lake, tmp_path: Path) -> None:
    days = [date(2026, 8, number) for number in (11, 12, 13, 14)]
    rows = {day: rejected(numbers).set_column(1, "delivery_date", pa.array([day] * len(numbers), pa.date32()))
            for day, numbers in zip(days, ([1, 2, 3], [], [4], [5]), strict=True)}  # fmt: skip
    facts = {day: {"of": day.isoformat()} for day in days[:3]}
    together = {table: iter(()) for table in INTAKE_TABLES} | {
        "rejected_rows": ((day, rows[day].slice(at, 1)) for day in days for at in range(rows[day].num_rows))
    }
    apart = Lake(tmp_path / "apart")
    with lake.writing("acme"), apart.writing("acme"):
        lake.publish_days("acme", together, facts)
        for day in days[:3]:
            apart.publish("acme", day, empty_tables() | {"rejected_rows": rows[day]}, facts=facts[day])
    assert lake.published_days("acme") == days[:3]
    for day in days[:3]:
        for table in INTAKE_TABLES:
            files = [one.partition(table, "acme", day) for one in (lake, apart)]
            assert len({file.read_bytes() for file in files}) == 1


def test_rows_of_a_day_that_do_not_come_together_publish_nothing(lake: Lake) -> None:
    days = [date(2026, 8, number) for number in (11, 12, 11)]
    apart = ((day, rejected([1]).set_column(1, "delivery_date", pa.array([day], pa.date32()))) for day in days)
    with lake.writing("acme"), pytest.raises(ValueError, match="rejected_rows acme 2026-08-11"):
        lake.publish_days(
            "acme", dict.fromkeys(INTAKE_TABLES, ()) | {"rejected_rows": apart}, {days[0]: {}, days[1]: {}}
        )
    assert lake.published_days("acme") == []


def test_streams_are_read_in_the_order_of_publishing(lake: Lake) -> None:
    read: list[str] = []

    def stream(table: str) -> Iterator[pa.Table]:
        read.append(table)
        yield arrow_schema(table).empty_table()

    with lake.writing("acme"):
        lake.publish("acme", DAY, {table: stream(table) for table in INTAKE_TABLES})
    assert tuple(read) == INTAKE_TABLES
    assert lake.published_days("acme") == [DAY]


def test_what_lies_aside_is_removed_when_the_writer_fails(lake: Lake) -> None:
    def fail() -> None:
        with lake.writing("acme"):
            lake.aside("acme").mkdir(parents=True)
            (lake.aside("acme") / "half.arrow").write_bytes(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not lake.aside("acme").exists()


@pytest.mark.fault(
    area="lake",
    fault="One table of a day is of another run than the others",
    promise="The day is not trusted: no reader mixes two runs.",
)
def test_a_table_replaced_without_its_marker_makes_the_partition_untrusted(lake: Lake) -> None:
    with lake.writing("acme"):
        lake.publish("acme", DAY, empty_tables())
        older = lake.partition("deliveries", "acme", DAY).read_bytes()
        lake.publish("acme", DAY, empty_tables() | {"rejected_rows": rejected([1])})
    lake.partition("deliveries", "acme", DAY).write_bytes(older)
    assert lake.published_days("acme") == []


def test_a_missing_table_makes_the_partition_untrusted(lake: Lake) -> None:
    with lake.writing("acme"):
        lake.publish("acme", DAY, empty_tables())
    lake.partition("leads", "acme", DAY).unlink()
    assert lake.published_days("acme") == []


def test_a_reader_asks_once_whether_days_can_be_trusted_and_the_next_one_anew(lake: Lake) -> None:
    with lake.writing("acme"):
        lake.publish("acme", DAY, empty_tables())
    found = lake.as_found()
    assert found.published_days("acme") == [DAY]
    found.published_days("acme").clear()
    lake.partition("leads", "acme", DAY).unlink()
    assert found.published_days("acme") == [DAY]
    assert found.published_days("acme", "scorecards") == found.published_days("beta") == []
    assert lake.published_days("acme") == lake.as_found().published_days("acme") == []


def test_what_the_writer_notes_is_read_from_the_marker(lake: Lake) -> None:
    with lake.writing("acme"):
        lake.publish("acme", DAY, empty_tables(), facts={"is_final": "true"})
    assert lake.facts("acme", DAY, "deliveries") == {"is_final": "true"}


@pytest.mark.fault(
    area="lake",
    fault="A run is killed while it writes a vendor's day",
    promise="Its lock is free at once, its remains are removed, what was published stays.",
)
def test_the_lock_of_a_killed_writer_is_free_and_its_remains_are_removed(lake: Lake) -> None:
    script = f"""
import time
from pathlib import Path
from pipelines.storage.lake import Lake
from pipelines.storage.lake_health import stray_folders
lake = Lake(Path({str(lake.root)!r}))
with lake.writing("acme"):
    aside = lake.root / ".aside" / "acme" / "half.parquet"
    aside.parent.mkdir(parents=True)
    aside.write_bytes(b"half")
    print("holding", flush=True)
    time.sleep(60)
"""
    writer = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline().strip() == "holding"
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    started = time.monotonic()
    with lake.writing("acme"):
        lake.publish("acme", DAY, empty_tables())
    assert time.monotonic() - started < 10
    assert not (lake.root / ".aside" / "acme").exists()


@pytest.mark.fault(
    area="lake",
    fault="The disk is full while a day is published",
    promise="The run fails; the day stays as it was published, and nothing half-written is left.",
)
@pytest.mark.parametrize("threads", [1, 2])
def test_a_disk_that_takes_no_more_leaves_what_was_published(
    tmp_path: Path, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.storage.lake.ROW_GROUP", 1)
    lake = Lake(tmp_path / "lake", threads=threads)
    with lake.writing("acme"):
        lake.publish("acme", DAY, empty_tables())
    before = files_of(lake)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # so many bytes a file: to a writer a disk that is full
    try:
        with pytest.raises(OSError, match=r"\w"), lake.writing("acme"):
            lake.publish("acme", DAY, empty_tables() | {"rejected_rows": rejected([1, 2, 3])})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files_of(lake) == before
    assert lake.published_days("acme") == [DAY]


@pytest.mark.fault(
    area="lake",
    fault="The disk has become read-only",
    promise="The run fails and names the file; what was published can still be read.",
)
def test_a_disk_that_is_read_only_is_told_and_changes_nothing() -> None:
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        lake = Lake(Path(name) / "lake")
        with lake.writing("acme"):
            lake.publish("acme", DAY, empty_tables())
        before = files_of(lake)
        with read_only(lake.root), pytest.raises(PermissionError, match="acme"), lake.writing("acme"):
            lake.publish("acme", DAY, empty_tables() | {"rejected_rows": rejected([1])})
        assert files_of(lake) == before
        assert lake.published_days("acme") == [DAY]


def files_of(lake: Lake) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in lake.root.rglob("*.parquet")}


@contextmanager
def read_only(root: Path) -> Iterator[None]:
    """No folder takes a file any more; not from root either, who may write everywhere."""
    paths = [root, *root.rglob("*")]
    user = 65534 if os.geteuid() == 0 else os.geteuid()
    for path in paths:
        os.chown(path, user, -1)
        path.chmod(0o500 if path.is_dir() else 0o600)
    before = os.geteuid()
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(before)
        for path in paths:
            path.chmod(0o700)


def test_files_hold_no_partition_columns(lake: Lake) -> None:
    with lake.writing("acme"):
        lake.publish("acme", DAY, empty_tables())
    names = pq.ParquetFile(lake.partition("leads", "acme", DAY)).schema_arrow.names
    assert "vendor" not in names
    assert "delivery_date" not in names


def test_some_columns_of_days_are_read_as_of_whole_rows(lake: Lake) -> None:
    with lake.writing("acme"):
        lake.publish("acme", DAY, empty_tables() | {"rejected_rows": rejected([2, 1])})
    some = lake.read("rejected_rows", "acme", [DAY], ("delivery_date", "row_number"))
    assert some.equals(lake.read("rejected_rows", "acme", [DAY]).select(["delivery_date", "row_number"]))

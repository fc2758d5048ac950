"""The registry's snapshot in a session: small files are read once, and always as they lie there."""

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.engines.duckdb import DuckDBEngine, DuckDBSession
from pipelines.engines.interface import EngineError
from pipelines.storage.lake import Lake
from pipelines.storage.opposition_rows import TABLE, read_oppositions, snapshot_digest
from pipelines.vocabulary.tables import arrow_schema

ENGINE = DuckDBEngine(threads=1)
DAYS = (date(2026, 8, 10), date(2026, 8, 11))


def file_of(lake: Lake, day: date) -> Path:
    return lake.root / TABLE / f"recorded_on={day}" / "part-0.parquet"


def record(lake: Lake, day: date, keys: Sequence[str]) -> None:
    at = datetime.combine(day, datetime.min.time())
    rows = [{"identity_key": key, "kind": "email", "recorded_at": at} for key in keys]
    lake.replace_file(file_of(lake, day), TABLE, pa.Table.from_pylist(rows, schema=arrow_schema(TABLE)))


def rows_read(lake: Lake) -> pa.Table:
    with ENGINE.session(lake.opposition_files()) as session:
        read_oppositions(session, lake)
        return session.fetch(f"select * from {TABLE} order by all")


def keys_read(lake: Lake) -> list[str]:
    found: list[str] = rows_read(lake)["identity_key"].to_pylist()
    return found


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    for number, day in enumerate(DAYS):
        record(lake, day, [f"{number:032x}"])
    return lake


def test_rows_that_are_held_are_those_that_the_engine_reads(lake: Lake) -> None:
    with ENGINE.session() as session:
        session.read_files(TABLE, lake.opposition_files(), arrow_schema(TABLE))
        read = session.fetch(f"select * from {TABLE} order by all")
    assert len(read) == 2
    assert rows_read(lake).equals(read)


def test_the_digest_of_the_snapshot_is_that_of_its_files_as_they_lie(lake: Lake) -> None:
    told = set()
    for number in range(3):
        record(lake, DAYS[1], [f"{number:032x}"])
        digests = [(f"recorded_on={day}", sha256(file_of(lake, day).read_bytes()).hexdigest()) for day in DAYS]
        expected = sha256(repr(digests).encode()).hexdigest()
        assert [snapshot_digest(lake), snapshot_digest(lake)] == [expected, expected]
        told.add(expected)
    assert len(told) == 3


def test_a_registry_without_entries_is_a_table_without_rows(tmp_path: Path) -> None:
    assert keys_read(Lake(tmp_path)) == []


def test_what_is_read_is_what_lies_there_now(lake: Lake) -> None:
    assert keys_read(lake) == [f"{0:032x}", f"{1:032x}"]
    record(lake, DAYS[1], [f"{2:032x}"])
    assert keys_read(lake) == [f"{0:032x}", f"{2:032x}"]
    file_of(lake, DAYS[0]).unlink()
    assert keys_read(lake) == [f"{2:032x}"]


def test_files_that_lie_as_they_did_are_opened_by_the_first_session_alone(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = rows_read(lake)
    monkeypatch.setattr(pq, "ParquetFile", lambda file: pytest.fail(f"{file} is opened again"))
    monkeypatch.setattr(DuckDBSession, "read_files", lambda *_: pytest.fail("the engine opens them again"))
    assert rows_read(lake).equals(first)


def test_a_column_that_an_earlier_version_did_not_write_is_null(lake: Lake) -> None:
    path = file_of(lake, DAYS[1])
    pq.write_table(pq.ParquetFile(path).read().drop_columns(["alias_key"]), path)
    assert rows_read(lake)["alias_key"].to_pylist() == [None, None]


def test_a_file_that_is_cut_off_is_told_as_the_engine_tells_it(lake: Lake) -> None:
    file_of(lake, DAYS[1]).write_bytes(b"PAR1")
    with pytest.raises(EngineError, match=TABLE):
        rows_read(lake)

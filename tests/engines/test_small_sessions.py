"""Small work: one thread does it, with all that large work has; and files of unlike types are read as they are."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.engines.duckdb import FEW_ROWS, FOOTER_BYTES, SMALL_BYTES, DuckDBEngine, _shared_database
from pipelines.engines.interface import EngineError, EngineMemory, Session

ENGINE = DuckDBEngine(threads=2)
NUMBERS = pa.schema({"number": pa.int64()})


def numbers_file(path: Path, *numbers: int) -> Path:
    pq.write_table(pa.table({"number": numbers}, schema=NUMBERS), path)
    return path


def threads_of(session: Session) -> int:
    return int(session.fetch("select current_setting('threads') as threads")["threads"][0].as_py())


def test_one_thread_does_what_is_small_and_as_many_as_were_asked_for_the_rest(tmp_path: Path) -> None:
    small, large = numbers_file(tmp_path / "small", 1), tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(SMALL_BYTES + FOOTER_BYTES + 1)
    with ENGINE.session([small]) as of_small, ENGINE.session([small, large]) as of_large, ENGINE.session() as unknown:
        assert [threads_of(one) for one in (of_small, of_large, unknown)] == [1, 2, 2]


def test_what_small_files_grow_into_is_spilled_like_any_other(tmp_path: Path) -> None:
    file = numbers_file(tmp_path / "file", *range(3000))
    engine = DuckDBEngine(memory=EngineMemory(tmp_path / "spill", 60_000_000))
    with engine.session([file]) as session:
        session.read_files("numbers", [file], NUMBERS)
        session.create("pairs", "select hash(one.number, other.number) as pair from numbers as one, numbers as other")
        assert session.fetch("select count(*) as pairs from pairs")["pairs"].to_pylist() == [3000 * 3000]
        assert threads_of(session) == 1


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (pa.array([date(2026, 8, 11)]), pa.array([datetime(2026, 8, 11, 1, 2)]), pa.timestamp("us")),
        (pa.array([1]), pa.array([1.6]), pa.float64()),
        (pa.array([True]), pa.array(["yes"]), pa.string()),
        (pa.array([1]), pa.array(["02"]), pa.string()),
    ],
)
def test_a_file_of_a_narrower_type_narrows_no_other(tmp_path: Path, first: Any, second: Any, expected: Any) -> None:
    files = [tmp_path / "first", tmp_path / "second"]
    for path, values in zip(files, (first, second), strict=True):
        pq.write_table(pa.table({"value": values}), path)
    with ENGINE.session(files) as session:
        session.read_files("found", files, pa.schema({"value": expected}))
        assert session.fetch("select value from found")["value"].to_pylist()[1] == second.cast(expected)[0].as_py()


def test_a_registry_of_many_small_files_is_no_large_work(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}" for number in range(2 * SMALL_BYTES // FOOTER_BYTES)]
    for file in files:
        file.write_bytes(b"\0" * FOOTER_BYTES)
    with ENGINE.session(files) as session:
        assert threads_of(session) == 1


def test_small_sessions_share_no_table_and_leave_none(tmp_path: Path) -> None:
    file = numbers_file(tmp_path / "file", 1)
    with ENGINE.session([file]) as one, ENGINE.session([file]) as other:
        for session, number in ((one, 1), (other, 2)):
            session.register("given", pa.table({"number": [number]}))
            session.create("made", "select number from given")
            session.create("seen", "select number from made", is_view=True)
        assert [session.fetch("select * from seen")["number"].to_pylist() for session in (one, other)] == [[1], [2]]
    with ENGINE.session([file]) as later:
        for name in ("given", "made", "seen"):
            with pytest.raises(EngineError):
                later.fetch(f"select * from {name}")


def has_optimizer(session: Session) -> bool:
    return bool(session.fetch("select current_setting('enable_optimizer') as is_on")["is_on"][0].as_py())


def test_plans_of_few_rows_are_made_no_better_and_those_of_many_are(tmp_path: Path) -> None:
    few, many = (
        numbers_file(tmp_path / "few", *range(FEW_ROWS)),
        numbers_file(tmp_path / "many", *([1] * 10 * FEW_ROWS)),
    )
    with ENGINE.session([few, many]) as session, ENGINE.session() as large:
        assert has_optimizer(large)
        session.read_files("few", [few], NUMBERS)
        assert not has_optimizer(session)
        session.read_files("many", [many], NUMBERS)
        assert has_optimizer(session)
        pairs = "select count(*) as found from many as one inner join many as other on one.number = other.number"
        assert session.fetch(f"{pairs} where one.number > 1")["found"].to_pylist() == [0]  # not all pairs first
    with ENGINE.session([few]) as later:
        assert not has_optimizer(later)


def test_a_view_of_small_work_is_made_once(tmp_path: Path) -> None:
    file = numbers_file(tmp_path / "file", 1)
    for reads, expected in (([file], True), (None, False)):
        with ENGINE.session(reads) as session:
            session.create("drawn", "select uuid() as at_random", is_view=True)
            assert session.keeps_views is expected
            assert (session.fetch("select * from drawn") == session.fetch("select * from drawn")) is expected


def test_a_small_session_reads_a_file_as_it_lies_there_now(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        file = numbers_file(tmp_path / "file", number)
        with ENGINE.session([file]) as session:
            session.read_files("numbers", [file], NUMBERS)
            assert session.fetch("select * from numbers")["number"].to_pylist() == [number]


def test_a_database_that_is_closed_for_good_is_replaced_for_the_next_session(tmp_path: Path) -> None:
    file = numbers_file(tmp_path / "file", 1)
    _shared_database(None, None)._connection.close()
    with ENGINE.session([file]) as session:
        assert session.fetch("select 1 as one")["one"].to_pylist() == [1]

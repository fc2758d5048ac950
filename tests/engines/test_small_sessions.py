"""Small work shares a database, and nothing else: no table, no failure, no file that was replaced."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.engines.duckdb import SMALL_BYTES, DuckDBEngine
from pipelines.engines.interface import EngineError, Session

ENGINE = DuckDBEngine(threads=2)
NUMBERS = pa.schema({"number": pa.int64()})


def numbers_file(path: Path, *numbers: int) -> Path:
    pq.write_table(pa.table({"number": numbers}, schema=NUMBERS), path)
    return path


def threads_of(session: Session) -> int:
    return int(session.fetch("select current_setting('threads') as threads")["threads"][0].as_py())


def read(file: Path) -> list[int]:
    with ENGINE.session([file]) as session:
        session.read_files("numbers", [file], NUMBERS)
        return session.fetch("select number from numbers order by number")["number"].to_pylist()


def test_one_thread_does_what_is_small_and_as_many_as_were_asked_for_the_rest(tmp_path: Path) -> None:
    small, large = numbers_file(tmp_path / "small", 1), tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(SMALL_BYTES + 1)
    with ENGINE.session([small]) as of_small, ENGINE.session([small, large]) as of_large, ENGINE.session() as unknown:
        assert [threads_of(one) for one in (of_small, of_large, unknown)] == [1, 2, 2]


def test_sessions_at_once_and_one_after_another_share_no_table(tmp_path: Path) -> None:
    small = numbers_file(tmp_path / "small", 1)
    with ENGINE.session([small]) as one, ENGINE.session([small]) as other:
        for number, session in enumerate((one, other)):
            session.register("given", pa.table({"number": [number]}))
            session.create("made", "select number from given")
        assert [session.fetch("from made")["number"].to_pylist() for session in (one, other)] == [[0], [1]]
    with pytest.raises(EngineError, match="made"), ENGINE.session([small]) as later:
        later.fetch("select * from made")


def test_a_file_that_was_replaced_within_the_same_instant_is_read_anew(tmp_path: Path) -> None:
    file = numbers_file(tmp_path / "file", 1, 2)
    before = file.stat()
    assert read(file) == [1, 2]
    os.utime(numbers_file(tmp_path / "aside", 3, 4), ns=(before.st_atime_ns, before.st_mtime_ns))
    (tmp_path / "aside").replace(file)
    assert read(file) == [3, 4]


def test_after_a_failure_the_next_session_works(tmp_path: Path) -> None:
    file = numbers_file(tmp_path / "file", 1)
    with pytest.raises(EngineError), ENGINE.session([file]) as session:
        session.create("made", "select cast('x' as integer) as number")
    assert read(file) == [1]

"""Small work: one thread does it, with all that large work has; and files of unlike types are read as they are."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.engines.duckdb import FOOTER_BYTES, SMALL_BYTES, DuckDBEngine
from pipelines.engines.interface import EngineMemory, Session

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

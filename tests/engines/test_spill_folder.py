"""An engine with less memory than its tables: it spills where nobody else reads, and nothing stays behind."""

import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from pipelines.engines.interface import EngineMemory, EngineSettingError
from pipelines.engines.named import EMBEDDED, engine_named
from pipelines.engines.spill_folder import spill_folder

MIB = 2**20
SOME_KEYS = "select range as number, md5(range::varchar) as digest from range(1000000)"
IN_ORDER = """
    select sum(number * (place % 7)) as sum
    from (select number, row_number() over (order by digest) as place from made)"""


def summed(memory: EngineMemory | None, folder: Path) -> tuple[int, list[Path]]:
    with engine_named(EMBEDDED, threads=1, memory=memory).session() as session:
        session.create("made", SOME_KEYS)
        found = session.fetch(IN_ORDER)["sum"].to_pylist()[0]
        return found, [path for path in folder.rglob("duckdb_temp*") if path.stat().st_size > MIB]


def test_what_does_not_fit_is_spilled_changes_nothing_and_is_gone_with_the_session(tmp_path: Path) -> None:
    folder = tmp_path / "spill"
    found, spilled = summed(EngineMemory(folder, 32 * MIB), folder)
    assert spilled
    assert (found, []) == summed(None, folder)
    assert [path.name for path in folder.iterdir()] == [".lock"]


def test_too_little_memory_is_told_with_the_setting_and_no_value(tmp_path: Path) -> None:
    memory = EngineMemory(tmp_path, 4 * MIB)
    with (
        engine_named(EMBEDDED, threads=1, memory=memory).session() as session,
        pytest.raises(EngineSettingError, match=r"^OPPOSABLE_MEMORY_LIMIT: .*lists.*raise the setting"),
    ):
        session.create("lists", f"select list(digest) as digests from ({SOME_KEYS})")


def _begin_and_die(parent: Path) -> None:
    with spill_folder(parent) as folder:
        (folder / "rows.tmp").write_bytes(b"rows")
        os._exit(1)


def test_the_folder_is_private_and_the_next_session_removes_that_of_a_dead_one(tmp_path: Path) -> None:
    parent = tmp_path / "spill"
    dying = multiprocessing.get_context("fork").Process(target=_begin_and_die, args=(parent,))
    dying.start()
    dying.join()
    assert list(parent.glob("*/rows.tmp"))
    with spill_folder(parent) as folder, spill_folder(parent) as other:
        assert not list(parent.glob("*/rows.tmp"))
        assert folder.is_dir()
        assert {stat.S_IMODE(path.stat().st_mode) for path in (parent, folder, other)} == {0o700}

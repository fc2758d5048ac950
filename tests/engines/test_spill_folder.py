"""An engine with less memory than its tables: it spills where nobody else reads, and nothing stays behind."""

import multiprocessing
import os
import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.engines.interface import EngineMemory, EngineSettingError
from pipelines.engines.named import EMBEDDED, engine_named
from pipelines.engines.spill_folder import spill_folder

MIB = 2**20
ANEW = multiprocessing.get_context("spawn")  # a fork would take over locks that threads of other tests hold
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
    assert not [*folder.iterdir()]


@pytest.mark.fault(
    area="lake",
    fault="The home can't be written, or is full, when something published is asked for",
    promise="It is read all the same: the engine keeps everything in memory, and writes nowhere else.",
)
@pytest.mark.parametrize("home", ["file", "nowhere", "read_only"])
def test_a_home_that_takes_no_file_is_still_read_and_nothing_is_spilled_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "read_only").mkdir()
    (tmp_path / "read_only" / "spill").symlink_to("/proc/self/spill")  # nobody can make a folder there, nor root
    with engine_named(EMBEDDED, memory=EngineMemory(tmp_path / home / "spill")).session() as session:
        assert session.fetch("select current_setting('temp_directory') as place")["place"].to_pylist() == [""]
    assert {path.name for path in tmp_path.iterdir()} == {"file", "read_only"}


def test_too_little_memory_is_told_with_the_setting_and_no_value(tmp_path: Path) -> None:
    memory = EngineMemory(tmp_path, 4 * MIB)
    with (
        engine_named(EMBEDDED, threads=1, memory=memory).session() as session,
        pytest.raises(EngineSettingError, match=r"^OPPOSABLE_MEMORY_LIMIT: .*lists.*raise the setting"),
    ):
        session.create("lists", f"select list(digest) as digests from ({SOME_KEYS})")


def test_without_a_limit_too_little_memory_names_no_setting_that_was_not_set() -> None:
    with DuckDBEngine(threads=1).session() as session:
        session.connection.execute("set memory_limit = '4 MiB'")  # as a machine of five
        with pytest.raises(EngineSettingError, match=r"^the engine can't do `lists` .*: give the machine more memory"):
            session.create("lists", f"select list(digest) as digests from ({SOME_KEYS})")


def _begin_and_die(parent: Path) -> None:
    with spill_folder(parent) as folder:
        assert folder
        (folder / "rows.tmp").write_bytes(b"rows")
        os._exit(1)


def test_the_folder_is_private_and_the_next_session_removes_that_of_a_dead_one(tmp_path: Path) -> None:
    parent = tmp_path / "spill"
    dying = ANEW.Process(target=_begin_and_die, args=(parent,))
    dying.start()
    dying.join()
    assert list(parent.glob("*/rows.tmp"))
    with spill_folder(parent) as folder, spill_folder(parent) as other:
        assert folder
        assert other
        assert not list(parent.glob("*/rows.tmp"))
        assert folder.is_dir()
        assert {stat.S_IMODE(path.stat().st_mode) for path in (parent, folder, other)} == {0o700}


def _begin_and_clean(parent: Path) -> bool:
    with spill_folder(parent) as folder:
        return folder is not None and folder.is_dir()


def test_many_begin_while_litter_is_removed_and_none_loses_its_folder(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"session-{number}").mkdir()
    with ProcessPoolExecutor(
        3, mp_context=ANEW
    ) as pool:  # it ends by itself: in a test's process SIGTERM may be ignored
        assert all(pool.map(_begin_and_clean, [tmp_path] * 16))
    assert not [*tmp_path.glob("*/")]

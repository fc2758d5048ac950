"""The watch is asked once in a process for a catalogue and an engine, wherever the homes lie."""

from pathlib import Path

from pipelines.canaries.watch import watched_by
from tests.support.houses import house_at


def test_another_home_is_not_watched_again_and_an_engine_with_other_threads_is(tmp_path: Path) -> None:
    one, other, wider = (
        house_at(tmp_path / name, OPPOSABLE_THREADS=threads)
        for name, threads in (("one", "1"), ("other", "1"), ("wider", "2"))
    )
    assert one.settings.spill != other.settings.spill
    found = watched_by(one, one.engine)
    assert watched_by(other, other.engine) is found
    assert watched_by(wider, wider.engine) is not found

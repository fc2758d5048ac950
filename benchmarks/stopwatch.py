"""What each stage of one process takes. Knows the standard library alone: other environments run it, too."""

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from benchmarks.measure import children_peak, cpu_seconds, peak_bytes

WHOLE: Final = "all"


@dataclass(frozen=True)
class Took:
    """What a stage took."""

    wall_seconds: float
    cpu_seconds: float
    """Of all threads, and of processes that ended meanwhile."""
    peak_bytes: int
    """Of memory in the stage: of the process, and of the greatest that ended meanwhile."""
    written_bytes: int
    """By how much the files that it leaves on disk are larger than those that it found."""


MEASURES: Final = tuple(field.name for field in fields(Took))


class Stopwatch:
    """Times stages, one after the other, and the growth of some folders."""

    def __init__(self, places: Sequence[Path] = ()) -> None:
        self._places = places
        self.took: dict[str, Took] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done within."""
        size, others = bytes_below(self._places), _cpu_of_ended()
        _forget_peak()
        cpu, wall = cpu_seconds(), time.perf_counter()
        yield
        wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
        beside = children_peak() if _cpu_of_ended() - others > 0.001 else 0
        written = bytes_below(self._places) - size
        self.took[name] = Took(round(wall, 4), round(cpu, 4), peak_bytes() + beside, written)


def whole_of(stages: Mapping[str, Took]) -> Took:
    """Of stages that came one after the other: sums, and the highest peak."""
    all_of_them = stages.values()
    return Took(
        round(sum(one.wall_seconds for one in all_of_them), 4),
        round(sum(one.cpu_seconds for one in all_of_them), 4),
        max(one.peak_bytes for one in all_of_them),
        sum(one.written_bytes for one in all_of_them),
    )


def bytes_below(places: Sequence[Path]) -> int:
    """Bytes of all files below some folders."""
    return sum(path.stat().st_size for place in places for path in place.rglob("*") if path.is_file())


def print_stages(took: Mapping[str, Took]) -> None:
    """As the last line of the process, for `stages_of`."""
    print(json.dumps({name: asdict(one) for name, one in took.items()}))


def stages_of(printed: str) -> dict[str, Took]:
    """What a process printed as its last line."""
    return {name: Took(**one) for name, one in json.loads(printed.splitlines()[-1]).items()}


def _cpu_of_ended() -> float:
    return cpu_seconds() - time.process_time()


def _forget_peak() -> None:
    """Linux alone can; elsewhere a stage's peak is that of the process so far."""
    if sys.platform == "linux":
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")

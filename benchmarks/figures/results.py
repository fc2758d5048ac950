"""What was measured, and on what machine, as JSON: every figure that is shown comes from there."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from benchmarks.open_stack.questions import Answers
from benchmarks.stopwatch import Took

RESULTS: Final = Path(__file__).parents[1] / "results" / "figures.json"
PACKAGES: Final = ("duckdb", "pyarrow", "dagster")
OPEN_STACK: Final = "open_stack"
"""Measured beside the axes; its name among failures."""
QUIET_CORES: Final = 0.1
"""Of each core, what other work may take for a wall clock to count."""


@dataclass(frozen=True)
class Machine:
    """Where and of what it was measured."""

    cores: int
    memory_gib: int
    system: str
    python: str
    packages: Mapping[str, str]
    commit: str
    load_before: tuple[float, ...]
    """Averages over one, five and fifteen minutes."""
    load_after: tuple[float, ...]

    @classmethod
    def here(cls) -> "Machine":
        """This machine, now."""
        memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
        packages = {package: version(package) for package in PACKAGES}
        load, cores = tuple(round(one, 2) for one in os.getloadavg()), os.cpu_count() or 1
        return cls(cores, memory, platform.system(), platform.python_version(), packages, _commit(), load, load)


@dataclass(frozen=True)
class Point:
    """One step of one axis."""

    axis: str
    step: int
    size: int
    """What the step stands for: every card is as many as there were."""
    stages: Mapping[str, Took]
    """By name, in their order; those through Dagster do the work of all others again."""
    other_cores: float | None
    """Kept busy by other programs meanwhile, on the average; None where the system does not say."""


@dataclass(frozen=True)
class Results:
    """All that was measured."""

    kind: str
    """`quick` or `full`."""
    machine: Machine
    points: tuple[Point, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    """What could not be measured, and why; by axis, or `OPEN_STACK`."""
    open_stack: Mapping[str, Answers] = field(default_factory=dict)
    """By tool; ours first."""
    open_stack_leads: int = 0
    open_stack_other_cores: float | None = None

    def of_axis(self, axis: str) -> tuple[Point, ...]:
        """Its points, from small to large."""
        return tuple(sorted((point for point in self.points if point.axis == axis), key=lambda point: point.size))

    def with_point(self, point: Point) -> "Results":
        """With one more point, instead of that of the same step."""
        others = [one for one in self.points if (one.axis, one.step) != (point.axis, point.step)]
        return replace(self, points=(*others, point))

    @property
    def other_cores(self) -> float | None:
        """The most that was kept busy by other programs while any point was measured."""
        return max((one.other_cores for one in self.points if one.other_cores is not None), default=None)

    @property
    def is_quiet(self) -> bool:
        """Whether wall clocks count: nothing else of note ran."""
        return self.other_cores is not None and self.other_cores <= QUIET_CORES * self.machine.cores


def save(results: Results, path: Path = RESULTS) -> None:
    """Write them, whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    aside = path.with_suffix(".tmp")
    aside.write_text(json.dumps(asdict(results), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(path)


def load(path: Path = RESULTS) -> Results:
    """Read them."""
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    machine = Machine(**{key: tuple(one) if isinstance(one, list) else one for key, one in told["machine"].items()})
    points = tuple(Point(**point | {"stages": _stages(point["stages"])}) for point in told["points"])
    tools = {name: Answers(**one | {"took": Took(**one["took"])}) for name, one in told["open_stack"].items()}
    return Results(**told | {"machine": machine, "points": points, "open_stack": tools})


def _stages(told: Mapping[str, Any]) -> dict[str, Took]:
    return {name: Took(**one) for name, one in told.items()}


def _commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"

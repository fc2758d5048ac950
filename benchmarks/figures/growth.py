"""How each stage grew along an axis, and what of it is faster than the work."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from benchmarks.figures.axes import AXES
from benchmarks.figures.results import Point, Results
from benchmarks.figures.slopes import STEEP, slope
from benchmarks.stopwatch import WHOLE, Took, whole_of

MEASURES: Final = ("cpu_seconds", "wall_seconds", "peak_bytes", "written_bytes")
BESIDE: Final = ("dagster", "empty_bodies")
"""Stages that do the work of others again: no part of the whole, and after it."""
LEAST_CPU: Final = 0.5
"""Seconds at the largest step below which a stage is not judged."""


class Growth(NamedTuple):
    """One slope."""

    axis: str
    stage: str
    measure: str
    is_at_end: bool
    """Of the last two steps alone: what is the same at any size weighs least there."""
    slope: float


def by_stage(points: Sequence[Point]) -> dict[str, list[Took]]:
    """What each stage took at each step, then the whole; stages that every step has."""
    common = [name for name in points[0].stages if all(name in point.stages for point in points)] if points else []
    stages = {name: [point.stages[name] for point in points] for name in common}
    own = {name: took for name, took in stages.items() if name not in BESIDE}
    return own | {WHOLE: [whole_point(point) for point in points]} | stages if points else {}


def whole_point(point: Point) -> Took:
    """All stages of a step."""
    return whole_of({name: one for name, one in point.stages.items() if name not in BESIDE})


def growth(points: Sequence[Point], stage: str, measure: str) -> float | None:
    """The slope of one measure of one stage."""
    return slope([point.size for point in points], [getattr(one, measure) for one in by_stage(points)[stage]])


def steep(results: Results) -> list[Growth]:
    """What grows faster than the work.

    Beside other work neither wall clocks nor last steps are judged: both are then noise.
    """
    return [one for axis in AXES for one in _judged(results, axis.name) if one.slope > STEEP]


def _judged(results: Results, axis: str) -> Iterator[Growth]:
    points = results.of_axis(axis)
    for stage, took in by_stage(points).items():
        if took[-1].cpu_seconds < LEAST_CPU:
            continue
        for measure in MEASURES:
            if results.is_quiet or measure != "wall_seconds":
                yield from _slopes_found(axis, stage, measure, points, is_at_end=False)
        if results.is_quiet and len(points) > 2:
            yield from _slopes_found(axis, stage, "cpu_seconds", points[-2:], is_at_end=True)


def _slopes_found(axis: str, stage: str, measure: str, points: Sequence[Point], *, is_at_end: bool) -> Iterator[Growth]:
    found = growth(points, stage, measure)
    if found is not None:
        yield Growth(axis, stage, measure, is_at_end, found)

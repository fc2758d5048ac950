"""All steps of the axes, one after the other. What was measured is kept after each: a run can be taken up again."""

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from benchmarks import backfill
from benchmarks.figures.axes import ALL_CARDS, IMPORTED, Axis
from benchmarks.figures.homes import prepare
from benchmarks.figures.results import OPEN_STACK, Machine, Point, Results
from benchmarks.measure import Measured, in_own_process, lines_of
from benchmarks.open_stack.side_by_side import side_by_side
from benchmarks.oppositions import write_lines
from benchmarks.other_work import OtherWork
from benchmarks.stopwatch import Took, bytes_below
from pipelines.rulebook.catalogue import load_catalogue

DAGSTER: Final = {"product": "dagster", "empty_bodies": "empty_bodies"}
"""Stages through Dagster, by way of `benchmarks.backfill`."""

OPEN_STACK_LEADS: Final = {"quick": 20_000, "full": 200_000}
_NOT_DONE: Final = (RuntimeError, OSError, MemoryError)

Keep = Callable[[Results], None]


def measure_axis(axis: Axis, folder: Path, results: Results, keep: Keep, *, with_largest: bool) -> Results:
    """Measure the steps that the results lack; what fails is noted, and the rest goes on."""
    done = {point.step for point in results.of_axis(axis.name)}
    steps = [step for step in axis.steps(results.kind, with_largest=with_largest) if step not in done]
    failures = {name: why for name, why in results.failures.items() if name != axis.name}
    results = replace(results, failures=failures)
    try:
        for point in _points(axis, results.kind, steps, folder):
            seconds = sum(one.cpu_seconds for one in point.stages.values())
            print(f"{axis.name} {point.size:,}: {seconds:.1f} s of CPU", file=sys.stderr)
            results = _kept(results.with_point(point), keep)
    except _NOT_DONE as error:
        results = _failed(results, axis.name, error, keep)
    shutil.rmtree(folder, ignore_errors=True)
    return results


def measure_open_stack(folder: Path, results: Results, keep: Keep) -> Results:
    """Measure the open stack beside us, where its environment is there."""
    leads, others = OPEN_STACK_LEADS[results.kind], OtherWork()
    try:
        found = side_by_side(folder, leads)
    except _NOT_DONE as error:
        return _failed(results, OPEN_STACK, error, keep)
    return _kept(
        replace(results, open_stack=found, open_stack_leads=leads, open_stack_other_cores=others.cores()), keep
    )


def _failed(results: Results, what: str, error: BaseException, keep: Keep) -> Results:
    """Noted without the paths of this machine."""
    print(f"{what}: NOT MEASURED: {error}", file=sys.stderr)
    said = re.sub(r"/\S+/", "", str(error))
    return _kept(replace(results, failures={**results.failures, what: said}), keep)


def _kept(results: Results, keep: Keep) -> Results:
    results = replace(results, machine=replace(results.machine, load_after=Machine.here().load_after))
    keep(results)
    return results


def _points(axis: Axis, kind: str, steps: list[int], folder: Path) -> Iterator[Point]:
    if axis.name == IMPORTED:
        yield from (_imported(step, folder) for step in steps)
        return
    for step, line in zip(steps, _done_steps(axis, kind, steps, folder), strict=False):
        told = json.loads(line)
        stages = {name: Took(**one) for name, one in told["stages"].items()}
        if axis.through_dagster and kind == "full":
            stages |= _through_dagster(axis, step, folder / "dagster")
        yield Point(axis.name, step, _size_of(axis, step), stages, told["other_cores"])


def _size_of(axis: Axis, step: int) -> int:
    return len(load_catalogue().cards) if axis.name == "cards" and step == ALL_CARDS else step


def _done_steps(axis: Axis, kind: str, steps: list[int], folder: Path) -> Iterator[str]:
    sizes = [axis.sizes(kind, step) for step in steps]
    for one in sizes:
        prepare(folder, one)
    if steps:
        yield from lines_of("benchmarks.figures.one_axis", [str(folder), json.dumps([asdict(one) for one in sizes])])


def _through_dagster(axis: Axis, step: int, folder: Path) -> Mapping[str, Took]:
    days, vendors = (step, 1) if axis.name == "days" else (1, step)
    backfill.write_houses(folder, days=days, vendors=vendors, leads=axis.full_base.leads)
    found = {}
    for way, stage in DAGSTER.items():
        size = bytes_below((folder / way,))
        took = backfill.measured(way, folder, days=days, vendors=vendors)
        found[stage] = _took(took, bytes_below((folder / way,)) - size)
    shutil.rmtree(folder)
    return found


def _imported(count: int, folder: Path) -> Point:
    folder.mkdir(parents=True, exist_ok=True)
    lines, registry = folder / "oppositions.csv", folder / f"registry-{count}.db"
    with lines.open("wb") as file:
        write_lines(file, count)
    others = OtherWork()
    took = in_own_process("benchmarks.oppositions", ["--import", str(lines), f"sqlite:///{registry}"])
    written = bytes_below((folder,)) - lines.stat().st_size
    registry.unlink()
    return Point(IMPORTED, count, count, {"import": _took(took, written)}, others.cores())


def _took(measured: Measured, written: int) -> Took:
    wall, cpu = round(measured.wall_seconds, 4), round(measured.cpu_seconds, 4)
    return Took(wall, cpu, measured.peak_bytes, written)

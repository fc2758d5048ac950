"""Tables and sentences of what was measured, as Markdown. No figure is written anywhere else."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from benchmarks.figures.axes import AXES, Axis
from benchmarks.figures.growth import MEASURES, by_stage, growth, steep, whole_point
from benchmarks.figures.results import Point, Results
from benchmarks.figures.slopes import STEEP, serial_share
from benchmarks.markdown import table_row
from benchmarks.stopwatch import WHOLE, Took

STAGES: Final = {
    "import": "import",
    "intake": "intake",
    "judgement": "judgement",
    "receipts": "receipts",
    "scores": "scores",
    "dossiers": "dossiers",
    WHOLE: "**all of these**",
    "dagster": "the first three through Dagster",
    "empty_bodies": "the same with empty bodies",
}
NAMES: Final = {
    "cpu_seconds": "CPU",
    "wall_seconds": "wall clock",
    "peak_bytes": "memory",
    "written_bytes": "written",
}
_UNITS: Final[Mapping[str, Callable[[float], str]]] = {
    "wall_seconds": lambda seconds: f"{seconds:,.1f} s",
    "cpu_seconds": lambda seconds: f"{seconds:,.1f} s",
    "peak_bytes": lambda size: f"{size / 1e9:,.2f} GB",
    "written_bytes": lambda size: f"{size / 1e6:,.1f} MB",
}


def plain(stage: str) -> str:
    """The name of a stage, without emphasis."""
    return STAGES[stage].strip("*")


def said(took: Took, measure: str) -> str:
    """One measure of what a stage took, with its unit."""
    return _UNITS[measure](getattr(took, measure))


def steep_said(results: Results) -> list[str]:
    """What grows faster than the work: `leads of one delivery: judgement, CPU 1.12`."""
    titles = {axis.name: axis.title for axis in AXES}
    found = [(one, " in its last step" if one.is_at_end else "") for one in steep(results)]
    return [f"{titles[one.axis]}: {plain(one.stage)}, {NAMES[one.measure]} {one.slope:.2f}{end}" for one, end in found]


def summary_lines(results: Results) -> Iterator[str]:
    """The whole of each axis, from its smallest to its largest step: what the README shows."""
    yield from _told_machine(results)
    yield "\n| grows | from, to | CPU | wall clock | peak memory | written | slope of CPU | in its last step |"
    yield "|---|---|---|---|---|---|---:|---:|"
    for axis in AXES:
        points = results.of_axis(axis.name)
        if points:
            slopes = (growth(points, WHOLE, "cpu_seconds"), growth(points[-2:], WHOLE, "cpu_seconds"))
            yield table_row((axis.title, *_ends(points), *map(_slope_said, slopes)))
    yield from _gaps(results)
    yield from _verdict(results)


def axis_lines(results: Results) -> Iterator[str]:
    """A table for each axis, stage by stage."""
    yield from _told_machine(results)
    for axis in AXES:
        points = results.of_axis(axis.name)
        if points:
            yield from _axis_table(axis, points)
    yield from _gaps(results)
    yield from _verdict(results)


def _told_machine(results: Results) -> Iterator[str]:
    machine = results.machine
    packages = ", ".join(f"{name} {number}" for name, number in machine.packages.items())
    where = f"{machine.cores} cores, {machine.memory_gib} GiB, {machine.system}, Python {machine.python}, {packages}"
    loads = " → ".join(f"{loads[0]:.1f}" for loads in (machine.load_before, machine.load_after))
    yield f"{where}; commit {machine.commit}; load average {loads}; a {results.kind} run."
    if results.other_cores is None:
        yield "What other programs did meanwhile is not known: read the CPU."
    elif not results.is_quiet:
        busy = f"other programs kept up to {results.other_cores:.1f} of {machine.cores} cores busy"
        yield f"**The machine was not quiet: {busy}. Its wall clocks say nothing, and its CPU is more than alone.**"


def _axis_table(axis: Axis, points: Sequence[Point]) -> Iterator[str]:
    """CPU of each stage at each step, the other measures of the whole, and the slopes of everything."""
    yield f"\n**Grows: {axis.title}** ({axis.fixed})\n"
    sizes = [f"{point.size:,}" for point in points]
    yield table_row(("", *sizes, "slope: CPU", "last step", *(f"slope: {NAMES[measure]}" for measure in MEASURES[1:])))
    yield f"|---|{'---:|' * (len(points) + len(MEASURES) + 1)}"
    for stage, took in by_stage(points).items():
        slopes = [growth(points, stage, measure) for measure in MEASURES]
        slopes.insert(1, growth(points[-2:], stage, "cpu_seconds"))
        yield table_row(
            (f"{STAGES[stage]}, CPU", *(said(one, "cpu_seconds") for one in took), *map(_slope_said, slopes))
        )
    for measure in MEASURES[1:]:
        whole = (said(whole_point(point), measure) for point in points)
        yield table_row((f"{STAGES[WHOLE]}, {NAMES[measure]}", *whole, *[""] * (len(MEASURES) + 1)))
    if axis.name == "workers":
        yield from _amdahl(points)


def _amdahl(points: Sequence[Point]) -> Iterator[str]:
    counts = [point.size for point in points]
    for_stages = by_stage(points).items()
    shares = {name: serial_share(counts, [one.wall_seconds for one in took]) for name, took in for_stages}
    told = "; ".join(f"{plain(name)} {share:.0%}" for name, share in shares.items() if share is not None)
    if told:
        yield f"\nWhat more workers can't divide, by Amdahl's law over the wall clocks: {told}."


def _gaps(results: Results) -> Iterator[str]:
    for axis in AXES:
        if axis.name in results.failures:
            yield f"\n**Not measured: {axis.title}**: {results.failures[axis.name]}"
    yield ""


def _verdict(results: Results) -> Iterator[str]:
    found = steep_said(results)
    if found:
        yield f"**SLOPE ABOVE {STEEP}: {'; '.join(found)}.**"
    else:
        yield f"No slope is above {STEEP}."


def _ends(points: Sequence[Point]) -> Iterator[str]:
    first, last = points[0], points[-1]
    yield f"{first.size:,} → {last.size:,}"
    for measure in MEASURES:
        yield " → ".join(said(whole_point(point), measure) for point in (first, last))


def _slope_said(found: float | None) -> str:
    if found is None:
        return "–"
    return f"**{found:.2f}**" if found > STEEP else f"{round(found, 2) + 0.0:.2f}"

"""The picture: CPU seconds of each stage along each axis, both logarithmic, as one SVG that stands alone.

Lines are told apart by dashes and by a legend as well as by colour; a thin line shows growth in proportion.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from xml.etree import ElementTree

from benchmarks.figures.axes import AXES
from benchmarks.figures.growth import by_stage
from benchmarks.figures.results import Results
from benchmarks.figures.tables import STAGES, plain
from benchmarks.stopwatch import WHOLE
from pipelines.dossiers.svg import Element, element, label, line

WIDTH: Final = 900
COLUMNS: Final = 3
PANEL: Final = (300, 230)
"""Width and height of one axis, in pixels."""
PLOT: Final = (46, 30, 222, 150)
"""Of a panel: left, top, width, height of what is drawn in."""
LEGEND: Final = 56
STYLE: Final = """
svg { font: 12px system-ui, sans-serif; background: #fff }
text { fill: #333 } .title { font-weight: 600 } .small { font-size: 10px; fill: #666 }
.end { text-anchor: end } .middle { text-anchor: middle }
.frame, .grid { fill: none; stroke: #ddd } .even { fill: none; stroke: #999; stroke-dasharray: 1 3 }
.series { fill: none; stroke-width: 1.5 } .all { stroke: #111; stroke-width: 2.5 }
.intake { stroke: #0b62a4; stroke-dasharray: 7 3 } .judgement { stroke: #b3420b }
.receipts { stroke: #2a7a3b; stroke-dasharray: 2 2 } .scores { stroke: #7a3b9a; stroke-dasharray: 9 3 2 3 }
.dossiers { stroke: #8a6d00; stroke-dasharray: 4 4 } .import { stroke: #0b62a4 }
.dagster { stroke: #c2185b; stroke-dasharray: 12 3 } .empty_bodies { stroke: #c2185b; stroke-dasharray: 1 2 }
@media (prefers-color-scheme: dark) {
  svg { background: #0d1117 } text { fill: #ddd } .small { fill: #aaa }
  .frame, .grid { stroke: #333 } .all { stroke: #fff }
  .even { stroke: #777 } .intake, .import { stroke: #6cb6ff }
  .judgement { stroke: #ff9a62 } .receipts { stroke: #6fd08c }
  .scores { stroke: #d2a8ff } .dossiers { stroke: #e3c65b } .dagster, .empty_bodies { stroke: #ff7bac }
}
"""

Series = Mapping[str, Sequence[tuple[float, float]]]
Range = tuple[int, int]
"""Powers of ten at both ends."""


def chart(results: Results) -> str:
    """All axes that were measured, as the text of an SVG file."""
    drawn = {axis.title.replace("`", ""): _series(results, axis.name) for axis in AXES if results.of_axis(axis.name)}
    height = LEGEND + PANEL[1] * math.ceil(len(drawn) / COLUMNS)
    stages = [stage for stage in STAGES if any(stage in series for series in drawn.values())]
    node = element(
        "svg",
        element("title", text="CPU seconds of each stage, along each axis, both logarithmic"),
        element("style", text=STYLE),
        *_legend(stages),
        *(_panel(place, title, series) for place, (title, series) in enumerate(drawn.items())),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {height}",
        width=f"{WIDTH}",
        height=f"{height}",
        role="img",
    )
    return ElementTree.tostring(node, encoding="unicode") + "\n"


def _series(results: Results, axis: str) -> Series:
    points = results.of_axis(axis)
    return {
        stage: [(point.size, max(one.cpu_seconds, 0.001)) for point, one in zip(points, took, strict=True)]
        for stage, took in by_stage(points).items()
    }


def _legend(stages: Sequence[str]) -> Iterator[Element]:
    for place, stage in enumerate(stages):
        x, y = 16 + place % 5 * 176, 18 + place // 5 * 20
        yield line(f"{x}", f"{y - 4}", f"{x + 28}", f"{y - 4}", f"series {stage}")
        yield label(f"{x + 34}", f"{y}", plain(stage))


def _panel(place: int, title: str, series: Series) -> Element:
    across = _powers(size for points in series.values() for size, _ in points)
    up = _powers(seconds for points in series.values() for _, seconds in points)
    left, top, width, height = PLOT
    shapes = [
        label(f"{left}", f"{top - 10}", title, "title"),
        element("rect", x=f"{left}", y=f"{top}", width=f"{width}", height=f"{height}", class_="frame"),
        *_ticks(across, up),
        *_in_proportion(series, across, up),
        *(_curve_of(stage, points, across, up) for stage, points in series.items()),
    ]
    x, y = place % COLUMNS * PANEL[0], LEGEND + place // COLUMNS * PANEL[1]
    return element("g", *shapes, transform=f"translate({x} {y})")


def _powers(values: Iterable[float]) -> Range:
    """The powers of ten around some values; never none."""
    logarithms = [math.log10(value) for value in values]
    first = math.floor(min(logarithms))
    return first, max(math.ceil(max(logarithms)), first + 1)


def _at(size: float, seconds: float, across: Range, up: Range) -> tuple[float, float]:
    left, top, width, height = PLOT
    x = (math.log10(size) - across[0]) / (across[1] - across[0])
    y = (math.log10(seconds) - up[0]) / (up[1] - up[0])
    return left + x * width, top + (1 - y) * height


def _ticks(across: Range, up: Range) -> Iterator[Element]:
    left, top, width, height = PLOT
    for power in range(across[0], across[1] + 1):
        x, _ = _at(10.0**power, 1, across, up)
        yield line(f"{x:.1f}", f"{top}", f"{x:.1f}", f"{top + height}", "grid")
        yield label(f"{x:.1f}", f"{top + height + 14}", f"{10**power:,}", "small middle")
    for power in range(up[0], up[1] + 1):
        _, y = _at(10.0 ** across[0], 10.0**power, across, up)
        yield line(f"{left}", f"{y:.1f}", f"{left + width}", f"{y:.1f}", "grid")
        yield label(f"{left - 4}", f"{y + 4:.1f}", f"{10.0**power:g} s", "small end")


def _in_proportion(series: Series, across: Range, up: Range) -> Iterator[Element]:
    """From the largest step of the whole back, as steep as the work grows."""
    (first, _), (last, seconds) = series[WHOLE][0], series[WHOLE][-1]
    start = max(seconds * first / last, 10.0 ** up[0])
    yield _drawn([_at(start * last / seconds, start, across, up), _at(last, seconds, across, up)], "even")


def _curve_of(stage: str, points: Sequence[tuple[float, float]], across: Range, up: Range) -> Element:
    return _drawn([_at(size, seconds, across, up) for size, seconds in points], f"series {stage}")


def _drawn(points: Sequence[tuple[float, float]], class_: str) -> Element:
    return element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), class_=class_)

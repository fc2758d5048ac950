"""Inline SVG: elements, scales and the frame that every chart shares. What a chart shows belongs to `charts`.

Shapes stretch with the page (percentages across, a nested view box without a fixed ratio), lettering does not (em):
so a chart is legible at 320 pixels, on paper and on a wall.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from xml.etree import ElementTree

from markupsafe import Markup

Element = ElementTree.Element
Position = float | str
"""A number is per cent of the width; a string carries its own unit."""


def element(name: str, *children: Element | None, text: str | None = None, **attributes: Position | None) -> Element:
    """An element; `class_` is the class, underscores become hyphens, None leaves an attribute or child out."""
    written = {key.rstrip("_").replace("_", "-"): _position_written(value) for key, value in attributes.items()}
    node = Element(name, {key: value for key, value in written.items() if value is not None})
    node.text = text
    node.extend(child for child in children if child is not None)
    return node


def figure(name: str, title: str, description: str, height: float, shapes: Iterable[Element]) -> Markup:
    """A chart with its accessible name and description; height in em, `name` unique on the page."""
    node = element(
        "svg",
        element("title", text=title, id=f"{name}-chart-title"),
        element("desc", text=description, id=f"{name}-chart-desc"),
        *shapes,
        class_=f"chart {name.split('-')[0]}",
        role="img",
        width="100%",
        height=f"{height:g}em",
        aria_labelledby=f"{name}-chart-title {name}-chart-desc",
    )
    return markup(node)


def decoration(class_: str, *shapes: Element, height: float = 0.75) -> Markup:
    """A drawing that repeats what the text beside it says; height in em."""
    return markup(element("svg", *shapes, class_=class_, width="100%", height=f"{height:g}em", aria_hidden="true"))


def stretched(width: float, height: float, *shapes: Element, y: str = "0", tall: str = "100%") -> Element:
    """Shapes in their own units, stretched over the width of the chart and the given part of its height."""
    box = f"0 0 {width:g} {height:g}"
    return element(
        "svg",
        *shapes,
        x="0",
        y=y,
        width="100%",
        height=tall,
        viewBox=box,
        preserveAspectRatio="none",
        overflow="visible",
    )


def path(points: Sequence[tuple[float, float]], class_: str, *, is_closed: bool = False) -> Element:
    """A line or an area through points; its stroke keeps its width when stretched."""
    steps = " ".join(f"{x:.3f},{y:.3f}" for x, y in points)
    drawn = f"M{steps}Z" if is_closed else f"M{steps}"
    return element("path", d=drawn, class_=class_, vector_effect="non-scaling-stroke")


def line(x1: Position, y1: str, x2: Position, y2: str, class_: str) -> Element:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def label(x: Position, y: str, text: str, class_: str = "label", *, dx: str | None = None) -> Element:
    """Lettering; its anchor comes from the class."""
    return element("text", text=text, x=x, y=y, dx=dx, class_=class_)


def markup(node: Element) -> Markup:
    """An element as text, escaped where it must be."""
    return Markup(ElementTree.tostring(node, encoding="unicode"))  # noqa: S704 - the serialiser escapes


def share(day: date, first: date, last: date) -> float:
    """Where a day lies between two, in per cent; in the middle when they are one."""
    span = (last - first).days
    return 50.0 if not span else (day - first).days * 100 / span


def month_starts(first: date, last: date, at_most: int = 6) -> list[date]:
    """First days of months within a period, thinned to a number that can be read."""
    starts = [day for day in _first_days_of_months(first, last) if first <= day <= last]
    step = -(-len(starts) // at_most) or 1
    return starts[::step]


def runs(items: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    """Unbroken runs of points, where None is a gap."""
    for is_there, run in itertools.groupby(items, key=lambda item: item is not None):
        if is_there:
            yield [point for point in run if point is not None]


def _first_days_of_months(first: date, last: date) -> Iterator[date]:
    day = first.replace(day=1)
    while day <= last:
        yield day
        day = (day + timedelta(days=32)).replace(day=1)


def _position_written(value: Position | None) -> str | None:
    return value if value is None or isinstance(value, str) else f"{value:.3f}%"

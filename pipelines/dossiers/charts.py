"""The charts of the pages, as inline SVG: the score over time, rates against tolerances, deliveries.

Each says in its description what a reader of the drawing sees; the figures stand in a table beside it. Positions across
are per cent of the width, heights em. Colours are classes of the style sheet, and never alone in telling things apart.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from markupsafe import Markup

from pipelines.dossiers import svg
from pipelines.dossiers.marks import AT_TOLERANCE, FULL, GLYPHS, between
from pipelines.dossiers.model import DeliveryLine, Interval, PublishedPoint, ShownScore
from pipelines.dossiers.svg import Element, element, label, line
from pipelines.vocabulary.words import VERDICTS
from pipelines.wording.words import Words

SHARE_WITHIN: Final = 40.0
"""Per cent of the width up to the tolerance; beyond it each equal step doubles the rate."""
LEAST_DOUBLINGS: Final = 2
MOST_DOUBLINGS: Final = 5
ROW: Final = 3.0


def score_history(history: Sequence[PublishedPoint], words: Words) -> Markup:
    """Points over time with their band; needs at least one publication."""
    first, last = history[0].on, history[-1].on
    across = [svg.share(point.on, first, last) for point in history]
    values = [point.points for point in history]
    figures = {"low": min(values), "high": max(values), "latest": values[-1]}
    said = words(
        "history.chart_desc", first=first, last=last, **{key: words.points(value) for key, value in figures.items()}
    )
    shapes = [
        *_levels(words),
        svg.stretched(FULL, FULL, *_bands(across, history), *_curve(across, values), tall="14em"),
        element("circle", cx=across[-1], cy=f"{_height(values[-1]):.2f}em", r=".3em", class_="point"),
        label(across[-1], f"{_height(values[-1]):.2f}em", words.points(values[-1]), "label latest", dx=".6em"),
        *_month_labels(first, last, 14.0, lambda day: svg.share(day, first, last), words),
    ]
    return svg.figure("history", words("history.chart"), said, 16, shapes)


def rates(scores: Sequence[ShownScore], least_tolerance: float, words: Words) -> Markup:
    """Each dimension's rate and interval in multiples of its tolerance; needs at least one dimension."""
    multiples = [_in_tolerances(score, least_tolerance) for score in scores]
    doublings = _doublings(high for _, _, high in multiples)
    foot = ROW * len(scores) + 0.4
    shapes: list[Element] = list(_scale(doublings, foot, words))
    for index, (score, (rate, low, high)) in enumerate(zip(scores, multiples, strict=True)):
        shapes += _rate_row(
            score, (_across(rate, doublings), _across(low, doublings), _across(high, doublings)), index * ROW, words
        )
    return svg.figure("rates", words("dimensions.chart"), words("dimensions.chart_desc"), foot + 3.2, shapes)


def deliveries(lines: Sequence[DeliveryLine], words: Words) -> Markup:
    """Lead uses of each day, what is blocked at the foot, incidents below; needs at least one delivery."""
    first, last = lines[0].delivery_date, lines[-1].delivery_date
    days = (last - first).days + 1
    tallest = max(1, *(sum(_verdict_counts_of(delivery)) for delivery in lines))
    sums = {
        name: sum(counts)
        for name, counts in zip(VERDICTS, zip(*map(_verdict_counts_of, lines), strict=True), strict=True)
    }
    said = words(
        "deliveries.chart_desc", first=first, last=last, **sums, deliveries=words("count.deliveries", n=len(lines))
    )
    columns = [
        shape for delivery in lines for shape in _delivery_column(delivery, (delivery.delivery_date - first).days)
    ]
    shapes = [
        line(0, "0", FULL, "0", "grid"),
        label(0, "0", words.number(tallest), "label left", dx="-.6em"),
        line(0, "10em", FULL, "10em", "axis"),
        svg.stretched(days, tallest, *_flipped(columns, tallest), tall="10em"),
        *(_incident(delivery, first, days) for delivery in lines if _incident_of(delivery)),
        *_month_labels(first, last, 11.2, lambda day: _centre(day, first, days), words),
    ]
    return svg.figure("deliveries", words("deliveries.chart"), said, 13.2, shapes)


def _height(points: float) -> float:
    return 14 * (1 - points / FULL)


def _levels(words: Words) -> Iterator[Element]:
    for points in (0, 20, 40, 60, AT_TOLERANCE, FULL):
        y = f"{_height(points):.2f}em"
        yield line(0, y, FULL, y, "tolerance" if points == AT_TOLERANCE else "grid")
        yield label(0, y, words.number(points), "label left", dx="-.6em")


def _bands(across: Sequence[float], history: Sequence[PublishedPoint]) -> Iterator[Element]:
    """The band wherever there is one; a gap where the evidence was not enough."""
    tops = [
        None if point.band is None else (x, FULL - point.band.high) for x, point in zip(across, history, strict=True)
    ]
    feet = [
        None if point.band is None else (x, FULL - point.band.low) for x, point in zip(across, history, strict=True)
    ]
    for top, foot in zip(svg.runs(tops), svg.runs(feet), strict=True):
        if len(top) > 1:
            yield svg.path([*top, *reversed(foot)], "area", is_closed=True)
        else:
            yield svg.path([top[0], foot[0]], "whisker")


def _curve(across: Sequence[float], values: Sequence[float]) -> list[Element]:
    return [svg.path([(x, FULL - value) for x, value in zip(across, values, strict=True)], "curve")]


def _month_labels(
    first: date, last: date, foot: float, position: Callable[[date], float], words: Words
) -> Iterator[Element]:
    """Months below a chart; its first and last day when it spans too few."""
    starts = svg.month_starts(first, last)
    if len(starts) < 2:
        yield from _ends(first, last, f"{foot + 1.4:g}em", words)
        return
    for day in starts:
        x = position(day)
        name = words.month(day) + (f" {day.year}" if day.month == 1 else "")
        yield line(x, f"{foot:g}em", x, f"{foot + 0.4:g}em", "axis")
        yield label(x, f"{foot + 1.4:g}em", name, "label middle")


def _ends(first: date, last: date, y: str, words: Words) -> Iterator[Element]:
    if first == last:
        yield label(FULL / 2, y, words.short_day(first), "label middle")
        return
    yield label(0, y, words.short_day(first), "label start")
    yield label(FULL, y, words.short_day(last), "label left")


def _in_tolerances(score: ShownScore, least: float) -> tuple[float, float, float]:
    """Rate, lower and upper bound in multiples of the tolerance."""
    tolerance = score.tolerance or least
    interval = score.rate_interval or Interval(score.rate, score.rate)
    return score.rate / tolerance, interval.low / tolerance, interval.high / tolerance


def _doublings(highs: Iterable[float]) -> int:
    greatest = max([1.0, *highs])
    return min(MOST_DOUBLINGS, max(LEAST_DOUBLINGS, math.ceil(math.log2(greatest))))


def _across(multiple: float, doublings: int) -> float:
    if multiple <= 1:
        return SHARE_WITHIN * multiple
    return min(FULL, SHARE_WITHIN + (FULL - SHARE_WITHIN) * math.log2(multiple) / doublings)


def _scale(doublings: int, foot: float, words: Words) -> Iterator[Element]:
    for multiple in (0, *(2**step for step in range(doublings + 1))):
        x = _across(multiple, doublings)
        yield line(x, "0", x, f"{foot:g}em", "tolerance" if multiple == 1 else "grid")
        text = words("dimensions.tolerance") if multiple == 1 else f"{multiple}×" if multiple else "0"
        kind = "middle" if 0 < x < FULL else "start" if not x else "left"
        yield label(x, f"{foot + 1.2:g}em", text, f"label {kind}")
    yield label(FULL, f"{foot + 2.8:g}em", words("dimensions.axis"), "label left")


def _rate_row(score: ShownScore, at: tuple[float, float, float], top: float, words: Words) -> list[Element]:
    rate, low, high = at
    middle = top + 2.1
    interval = between(Interval(low, high), middle, score.state) if score.rate_interval else None
    shapes = [
        label(
            0, f"{top + 1.1:g}em", f"{words(f'dimension.{score.dimension}')} {words.percent(score.rate)}", "label name"
        ),
        line(0, f"{middle:g}em", FULL, f"{middle:g}em", "grid"),
        interval,
        element("circle", cx=rate, cy=f"{middle:g}em", r=".36em", class_=f"point {score.state or 'none'}"),
    ]
    return [shape for shape in shapes if shape is not None]


def _verdict_counts_of(delivery: DeliveryLine) -> tuple[int, int, int]:
    return delivery.usable_count, delivery.on_hold_count, delivery.blocked_count


def _delivery_column(delivery: DeliveryLine, day: int) -> Iterator[Element]:
    foot = 0
    for name, count in reversed(list(zip(VERDICTS, _verdict_counts_of(delivery), strict=True))):
        if count:
            yield element("rect", x=f"{day + 0.1:g}", y=str(foot), width=".8", height=str(count), class_=name)
        foot += count


def _flipped(columns: list[Element], tallest: int) -> list[Element]:
    """Columns that grow upwards."""
    return [element("g", *columns, transform=f"matrix(1 0 0 -1 0 {tallest})")]


def _incident_of(delivery: DeliveryLine) -> str | None:
    if delivery.status in ("no_delivery", "refused"):
        return delivery.status
    return "late" if delivery.is_late else None


def _incident(delivery: DeliveryLine, first: date, days: int) -> Element:
    name = _incident_of(delivery) or "none"
    shape = element("path", d=GLYPHS[name], fill_rule="evenodd")
    sign = element("svg", shape, viewBox="0 0 16 16", x="-.35em", y="10.4em", width=".7em", height=".7em", class_=name)
    return element("svg", sign, x=_centre(delivery.delivery_date, first, days), overflow="visible")


def _centre(day: date, first: date, days: int) -> float:
    return ((day - first).days + 0.5) * FULL / days

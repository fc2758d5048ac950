"""Small drawings that stand beside text: signs of state, bars in rows, sparklines. Whole charts belong to `charts`."""

from decimal import Decimal
from typing import Final

from markupsafe import Markup

from pipelines.dossiers import svg
from pipelines.dossiers.model import Interval, RuleFindings, ScoreMove, VendorDossier
from pipelines.dossiers.svg import Element, element, line
from pipelines.wording.words import Words

FULL: Final = 100.0
AT_TOLERANCE: Final = 80.0
"""Points of a dimension at its tolerance."""
GLYPHS: Final = {
    "conformity_shown": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-1 10L3.8 7.9l1.3-1.3L7 8.5l3.9-3.9 1.3 1.3Z",
    "within_not_shown": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 2a5 5 0 1 1 0 10A5 5 0 0 1 8 3Z",
    "above_not_shown": "M8 1 16 15H0ZM8 5 3.3 13h9.4Z",
    "breach_shown": "M8 1 16 15H0ZM7.1 6v4.5h1.8V6Zm0 5.5v1.7h1.8v-1.7Z",
    "none": "M2 7h12v2H2Z",
    "late": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-1 3h2v4l3 2-1 1.6L7 9Z",
    "no_delivery": "M2.5 1 8 6.5 13.5 1 15 2.5 9.5 8l5.5 5.5-1.5 1.5L8 9.5 2.5 15 1 13.5 6.5 8 1 2.5Z",
    "refused": "M1 1h14v14H1Zm3 6v2h8V7Z",
}
"""Shapes in a box of 16 by 16, told apart without colour."""


def glyph(name: str | None) -> Markup:
    """The sign of a state of evidence or of an incident; the text beside it says the same."""
    shape = element("path", d=GLYPHS[name or "none"], fill_rule="evenodd")
    node = element("svg", shape, class_=f"glyph {name or 'none'}", viewBox="0 0 16 16", aria_hidden="true")
    return svg.markup(node)


def band(points: float, interval: Interval | None) -> Markup:
    """A score and its band on the scale of 100, with the tolerance marked."""
    shapes = [
        element("rect", x=0.0, y=".25em", width=FULL, height=".25em", rx=".125em", class_="track"),
        between(interval, 0.375) if interval else None,
        line(AT_TOLERANCE, "0", AT_TOLERANCE, ".75em", "tolerance"),
        element("circle", cx=points, cy=".375em", r=".3em", class_="point"),
    ]
    return svg.decoration("band", *(shape for shape in shapes if shape is not None))


def findings_bar(finding: RuleFindings, most: int) -> Markup:
    """Breaches, facts not proven and unknowns of one rule, on the scale of the rule that has most."""
    counts = (finding.proven_count, finding.not_proven_count, finding.unknown_count)
    ends = [sum(counts[: index + 1]) * FULL / most for index in range(len(counts))]
    parts = zip(("proven", "not_proven", "open"), (0.0, *ends), ends, strict=False)
    bars = [
        element("rect", x=start, y="0", width=end - start, height="100%", class_=name)
        for name, start, end in parts
        if end > start
    ]
    return svg.decoration("bar", *bars)


def contribution_bar(points: Decimal, move: ScoreMove) -> Markup:
    """One contribution left or right of zero, on the scale of the greatest."""
    greatest = max(abs(part.points) for part in move.contributions)
    width = float(abs(points)) / float(greatest) * FULL / 2
    start = FULL / 2 - (width if points < 0 else 0)
    bar = element("rect", x=start, y="0", width=width, height="100%", class_="loss" if points < 0 else "gain")
    return svg.decoration("bar", bar, line(FULL / 2, "0", FULL / 2, "100%", "axis"))


def sparkline(dossier: VendorDossier, words: Words) -> Markup:
    """The total over time, small; needs at least two publications."""
    history = dossier.history
    first, last = history[0], history[-1]
    across = [svg.share(point.on, first.on, last.on) for point in history]
    said = words(
        "portfolio.trend_label",
        first=words.points(first.points),
        since=first.on,
        last=words.points(last.points),
        until=last.on,
    )
    points = [(x, FULL - point.points) for x, point in zip(across, history, strict=True)]
    level = line(0, f"{FULL - AT_TOLERANCE:g}%", FULL, f"{FULL - AT_TOLERANCE:g}%", "tolerance")
    end = element("circle", cx=FULL, cy=f"{FULL - last.points:.1f}%", r=".2em", class_="point")
    shapes = (level, svg.stretched(FULL, FULL, svg.path(points, "curve")), end)
    node = element("svg", *shapes, class_="spark", role="img", width="6em", height="1.8em", aria_label=said)
    return svg.markup(node)


def between(interval: Interval, middle: float, state: str | None = None) -> Element:
    """A thick line around a height (em), from one bound to the other (per cent of the width)."""
    return element(
        "rect",
        x=interval.low,
        width=max(0.4, interval.high - interval.low),
        y=f"{middle - 0.225:g}em",
        height=".45em",
        rx=".225em",
        class_=f"interval {state or ''}".strip(),
    )

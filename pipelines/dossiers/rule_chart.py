"""When each rule is in force, as inline SVG: one bar a rule over the years. The dates stand in the table beside it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from markupsafe import Markup

from pipelines.dossiers import svg
from pipelines.dossiers.marks import FULL
from pipelines.dossiers.svg import Element, element, label, line
from pipelines.rulebook.card import Card
from pipelines.wording.words import Words

YEARS_BACK: Final = 10
_ROW: Final = 2.3
_FOOT: Final = 1.8


def rule_periods(cards: Sequence[Card], today: date, words: Words) -> Markup:
    """Rules with a date, in order of their beginning, from some years ago to the end of next year."""
    first, last = date(today.year - YEARS_BACK, 1, 1), date(today.year + 1, 12, 31)
    dated = sorted(filter(_is_dated, cards), key=lambda card: (card.in_force.from_ or first, card.id))
    foot = _ROW * len(dated)
    shapes = list(_years(first, last, foot))
    for index, card in enumerate(dated):
        shapes += _rule_row(card, index * _ROW, first, last, words)
    now = svg.share(today, first, last)
    shapes.append(line(now, "0", now, f"{foot:g}em", "axis today"))
    said = words("rules.chart_desc", n=len(dated), first=first, last=last)
    return svg.figure("periods", words("rules.chart"), said, foot + _FOOT, shapes)


def _is_dated(card: Card) -> bool:
    return card.in_force.from_ is not None or card.in_force.to is not None


def _years(first: date, last: date, foot: float) -> Iterator[Element]:
    for year in range(first.year, last.year + 1):
        at = svg.share(date(year, 1, 1), first, last)
        yield line(at, "0", at, f"{foot:g}em", "grid")
        if year % 2 == 0:
            yield label(at, f"{foot + 1.2:g}em", str(year), "label year", dx=".2em")


def _rule_row(card: Card, top: float, first: date, last: date, words: Words) -> Iterator[Element]:
    begins = max(card.in_force.from_ or first, first)
    ends = min(card.in_force.to or last, last)
    start, end = (svg.share(day, first, last) for day in (begins, ends))
    yield element(
        "rect", x=start, y=f"{top + 1.5:g}em", width=max(end - start, 0.3), height=".5em", class_=f"bar {card.severity}"
    )
    is_late = start > FULL / 2
    yield label(
        end if is_late else start, f"{top + 0.8:g}em", words.say(card.title), "label left" if is_late else "label"
    )

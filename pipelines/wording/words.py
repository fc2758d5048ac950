"""How pages speak: sentences, numbers, dates and money in French and English. Sentences are data (`translations`).

French spacing is set here, so that no translation carries an invisible character.
"""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any, Final

import yaml

from pipelines.vocabulary.bilingual import Bilingual
from pipelines.vocabulary.words import PARIS

LANGUAGES: Final = ("fr", "en")
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TRANSLATIONS: Final = Path(__file__).with_name("translations")
SYMBOLS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}
NO_BREAK: Final = "\u00a0"
NARROW: Final = "\u202f"
APOSTROPHE: Final = "\u2019"
MINUS: Final = "\u2212"
DAYS_IN_HOURS: Final = timedelta(days=4)
"""Up to here a whole number of hours is said in hours, as contracts do."""
WIDE_BEFORE: Final = re.compile(r" (?=[:»%€])")
WIDE_AFTER: Final = re.compile(r"(?<=«) ")
NARROW_BEFORE: Final = re.compile(r" (?=[;?!])")
CONTRACT: Final = "Contrat ("
CONTRACT_TERM: Final = re.compile(r"[A-Za-z]+(?:\.json)?")
CITATION: Final = re.compile(r"\b(art\.|al\.|n°|L\.|R\.|D\.|C\.|cons\.) (?=\S)")


class Words:
    """The pages' language: call it with a key and the figures of the sentence."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._entries = _entries(language)

    def __call__(self, key: str, **figures: Any) -> str:
        """The sentence of a key; where it has forms, the one for the figure `n`.

        Raises:
            KeyError: no such key, or a figure that the sentence needs is missing.
        """
        entry = self._entries[key] if key in self._entries else self._entries[f"{key}.{self.form(figures['n'])}"]
        return str(entry).format(**{name: self._shown(value) for name, value in figures.items()})

    def has(self, key: str) -> bool:
        """Whether there is a sentence for a key."""
        return key in self._entries

    def form(self, n: int) -> str:
        """Which form of a sentence a number takes: `one` or `other`."""
        is_one = abs(n) < 2 if self.language == "fr" else n == 1
        return "one" if is_one else "other"

    def say(self, sentence: Bilingual) -> str:
        """A sentence of the domain in the pages' language, with its spacing."""
        return self.typeset(sentence.fr if self.language == "fr" else sentence.en)

    def typeset(self, text: str) -> str:
        """Text with true apostrophes and, in French, the spaces around its punctuation."""
        return typeset(text, self.language)

    def cite(self, text: str) -> str:
        """A French legal citation, whatever the pages' language: abbreviations stay with what they number.

        Terms of a contract's file are said in words.
        """
        named = CONTRACT_TERM.sub(_term_named, text) if text.startswith(CONTRACT) else text
        return CITATION.sub(rf"\1{NO_BREAK}", typeset(named, "fr"))

    def number(self, value: float | Decimal, decimals: int = 0) -> str:
        """A number in groups of three, rounded half to even, with a true minus sign."""
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
        text = f"{abs(rounded):,}"
        if self.language == "fr":
            text = text.replace(",", NARROW).replace(".", ",")
        return MINUS + text if rounded < 0 else text

    def points(self, value: float) -> str:
        """Points with one decimal."""
        return self.number(value, 1)

    def change(self, points: Decimal) -> str:
        """A change in points, signed, in hundredths."""
        shown = self.number(points, 2)
        return f"+{shown}" if points > 0 else shown

    def percent(self, rate: float) -> str:
        """A rate in [0, 1] as a percentage: two decimals below 10 %, one above; a small rate is never shown as zero."""
        hundredths = rate * 100
        if 0 < hundredths < 0.005:
            return f"<{NO_BREAK}{self._percentage(0.01, 2)}"
        return self._percentage(hundredths, 2 if hundredths < 9.995 else 1)

    def percents(self, low: float, high: float) -> str:
        """Two rates as one interval of percentages."""
        return f"{self.percent(low).rstrip('%').rstrip(NO_BREAK)}–{self.percent(high)}"

    def siren(self, siren: str) -> str:
        """A company's number in groups of three."""
        return NO_BREAK.join(siren[start : start + 3] for start in range(0, len(siren), 3))

    def money(self, amount: Decimal | float, currency: str) -> str:
        """An amount with two decimals and its currency, on the side where the language puts it."""
        symbol, figures = SYMBOLS.get(currency, currency), self.number(amount, 2)
        if self.language == "fr":
            return f"{figures}{NO_BREAK}{symbol}"
        return f"{symbol}{figures}" if currency in SYMBOLS else f"{symbol}{NO_BREAK}{figures}"

    def day(self, day: date) -> str:
        """A date in full."""
        return NO_BREAK.join((self._number_of(day), self._list("months")[day.month - 1], str(day.year)))

    def short_day(self, day: date) -> str:
        """A date with its month cut short."""
        return NO_BREAK.join((self._number_of(day), self._list("months_short")[day.month - 1], str(day.year)))

    def month(self, day: date) -> str:
        """The short name of a month."""
        return self._list("months_short")[day.month - 1]

    def instant(self, instant: datetime) -> str:
        """An instant on the clock of Paris."""
        local = instant.astimezone(PARIS)
        return f"{self.day(local.date())}, {local:%H:%M}"

    def duration(self, length: timedelta) -> str:
        """Days, or hours below four days as contracts say them."""
        hours = round(length / timedelta(hours=1))
        if length <= DAYS_IN_HOURS and hours:
            return self("duration.hours", n=hours)
        return self("duration.days", n=round(length / timedelta(days=1)))

    def calendar(self, cron: str | None) -> str:
        """The days of a cron expression; the expression itself when it says more than days of the week."""
        fields = cron.split() if cron else ["*"] * 5
        days = _weekdays(fields[4]) if len(fields) == 5 and fields[2:4] == ["*", "*"] else None
        if days is None:
            return str(cron)
        if len(days) == 7:
            return self("every_day")
        names = [self._list("weekdays")[day] for day in days]
        if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
            return self("weekday_range", first=names[0], last=names[-1])
        return self.enumerate(names)

    def enumerate(self, items: Sequence[str]) -> str:
        """Items with commas, and a word before the last."""
        head, last = items[:-1], items[-1:]
        return f" {self('and')} ".join(part for part in (", ".join(head), *last) if part)

    def listed(self, prefix: str, names: Iterable[str]) -> str:
        """Words of one vocabulary in a sentence."""
        return self.enumerate([self(f"{prefix}.{name}") for name in names])

    def dimensions(self, names: Iterable[str]) -> str:
        """Dimensions within a sentence."""
        return self.listed("dimension", names).lower()

    def _number_of(self, day: date) -> str:
        return "1er" if self.language == "fr" and day.day == 1 else str(day.day)

    def _percentage(self, hundredths: float, decimals: int) -> str:
        gap = NO_BREAK if self.language == "fr" else ""
        return f"{self.number(hundredths, decimals)}{gap}%"

    def _list(self, key: str) -> Sequence[str]:
        names: Sequence[str] = self._entries[key]
        return names

    def _shown(self, value: Any) -> str:
        if isinstance(value, date):
            return self.day(value)
        return self.number(value) if isinstance(value, int) else str(value)


@functools.cache
def words(language: str) -> Words:
    """The words of a language.

    Raises:
        ValueError: a language without translation.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language: expected one of {', '.join(LANGUAGES)}")
    return Words(language)


def typeset(text: str, language: str) -> str:
    """Text with true apostrophes; French also with unbreakable spaces before `: » % €`, after `«`, before `; ? !`."""
    curled = text.replace("'", APOSTROPHE)
    if language != "fr":
        return curled
    return NARROW_BEFORE.sub(NARROW, WIDE_AFTER.sub(NO_BREAK, WIDE_BEFORE.sub(NO_BREAK, curled)))


@functools.cache
def translations(language: str) -> Mapping[str, Any]:
    """Every entry of a language by its dotted key, as it was written: not typeset."""
    text = (TRANSLATIONS / f"{language}.yaml").read_text(encoding="utf-8")
    return dict(_flattened(yaml.load(text, _LOADER)))  # noqa: S506  # a safe one


def _term_named(match: re.Match[str]) -> str:
    return str(translations("fr").get(f"contract_term.{match[0]}", match[0]))


def _entries(language: str) -> dict[str, Any]:
    entries = translations(language).items()
    return {key: typeset(value, language) if isinstance(value, str) else value for key, value in entries}


def _flattened(content: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in content.items():
        inner = _flattened(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)]
        pairs.extend(inner)
    return pairs


def _weekdays(field: str) -> list[int] | None:
    """Days of a cron field, Monday = 0; None when it isn't made of numbers, ranges and commas."""
    if field == "*":
        return list(range(7))
    if not re.fullmatch(r"[0-7](-[0-7])?(,[0-7](-[0-7])?)*", field):
        return None
    bounds = [[int(day) for day in part.split("-")] for part in field.split(",")]
    return sorted({(day - 1) % 7 for pair in bounds for day in range(pair[0], pair[-1] + 1)})

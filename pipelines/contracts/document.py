"""A cursor over a contract document that reads typed values and collects what is wrong with them.

What the terms of a contract mean does not belong here, nor where a value stands in its file.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Generic, Literal, TypeVar

from pipelines.vocabulary.suggestions import nearest

T = TypeVar("T")
Severity = Literal["error", "warning"]
_FIRST_YEAR: Final = 1900
"""From here on, every span of a contract can be counted back from a date."""
MOST_DAYS: Final = 3_650
_QUOTE_IT: Final = "put it in quotes"
Steps = tuple[str | int, ...]
"""Steps from the root of a document: keys and indices. A text as a step into a list means the element of that name."""


@dataclass(frozen=True)
class Issue:
    """One thing wrong with a contract document; it never quotes a value."""

    path: Steps
    """Where; steps that are missing from the document point at what should hold them."""
    message: str
    remedy: str
    severity: Severity = "error"
    is_fatal: bool = False
    """True when the contract can't be read because of it."""
    is_about_key: bool = False
    """True when the key at the end of the path is wrong, not its value."""


@dataclass(frozen=True)
class TermKind(Generic[T]):
    """How one sort of value is read: `parse` gives None for what is not of the kind."""

    parse: Callable[[Any], T | None]
    expected: str
    words: Collection[str] = ()
    """The closed vocabulary, if there is one, for hints."""
    is_text: bool = False
    """Whether any text will do, so that what YAML reads as a number or a flag may have been meant as one."""


@dataclass(frozen=True)
class Place:
    """A value of the document (None: not given), where it is, and the list that collects issues."""

    value: Any
    path: Steps = ()
    name: str = "the document"
    issues: list[Issue] = field(default_factory=list)

    def read(self, kind: TermKind[T]) -> T | None:
        """The value if it is given and of the kind."""
        if self.value is None:
            return None
        found = kind.parse(self.value)
        if found is None:
            is_flag = kind.is_text and isinstance(self.value, bool)
            hint = _QUOTE_IT if is_flag else did_you_mean(self.value, kind.words)
            self.refuse(f"{self.name} is not {kind.expected}", hint or "correct the value")
        elif kind.is_text and isinstance(self.value, float):
            self.report(f"{self.name} is read as a number, 1.10 as 1.1", _QUOTE_IT, "warning")
        return found

    def read_or(self, kind: TermKind[T], default: T) -> T:
        """The value, or the default when it is not given or not of the kind."""
        found = self.read(kind)
        return default if found is None else found

    def require(self, kind: TermKind[T], default: T) -> T:
        """The value; when it is not given that is an issue, too, and the default stands in."""
        if self.value is None:
            self.refuse(f"{self.name} is missing", f"give {kind.expected}")
        return self.read_or(kind, default)

    def entries(self) -> dict[str, "Place"]:
        """The given entries of a mapping; none when it is not given or no mapping."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            self.refuse(f"{self.name} is not a mapping", "give keys and values")
            return {}
        return {key: self.entry(key) for key, value in self.value.items() if value is not None}

    def entry(self, key: str) -> "Place":
        """One entry of a mapping, given or not."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return self._below(value, key, f"{self.name}.{key}" if self.path else key)

    def items(self) -> tuple["Place", ...]:
        """The elements of a list; none when it is not given or no list."""
        if self.value is None:
            return ()
        if not isinstance(self.value, list):
            self.refuse(f"{self.name} is not a list", "give a list")
            return ()
        return tuple(self._below(value, index, f"{self.name}[{index}]") for index, value in enumerate(self.value))

    def read_all(self, kind: TermKind[T]) -> tuple[T, ...]:
        """The elements of a list that are of the kind, each once; an empty element is an issue."""
        found: list[T] = []
        for item in self.items():
            if item.value is None:
                item.refuse(f"{item.name} is empty", f"give {kind.expected}, or remove the element")
            value = item.read(kind)
            if value is not None and value not in found:
                found.append(value)
        return tuple(found)

    def renamed(self, name: str) -> "Place":
        """The same place under the name that people know it by."""
        return Place(self.value, self.path, name, self.issues)

    def refuse(self, message: str, remedy: str) -> None:
        """An issue that keeps the contract from being read."""
        self.issues.append(Issue(self.path, message, remedy, is_fatal=True))

    def report(self, message: str, remedy: str, severity: Severity = "error") -> None:
        """An issue that leaves the contract readable."""
        self.issues.append(Issue(self.path, message, remedy, severity))

    def report_unknown_keys(self, known: Collection[str]) -> None:
        """Every key of a mapping that is none of the known ones."""
        for key in self.value if isinstance(self.value, dict) else ():
            if key not in known:
                remedy = did_you_mean(key, known) or f"known: {', '.join(known)}"
                message = f"unknown key {shown(key)} in {self.name}"
                self.issues.append(Issue((*self.path, key), message, remedy, is_about_key=True))

    def _below(self, value: Any, step: str | int, name: str) -> "Place":
        return Place(value, (*self.path, step), name, self.issues)


def shown(key: object) -> str:
    """A key as messages show it: quoted, on one line, never long."""
    return ascii(str(key)[:60])


def did_you_mean(given: object, words: Iterable[str]) -> str | None:
    """A hint naming the nearest known word, for texts that are near one."""
    if not isinstance(given, str):
        return None
    spellings = {re.sub(r"[\W_]", "", word).lower(): word for word in words}
    near = nearest(re.sub(r"[\W_]", "", given[:100]).lower(), spellings, cutoff=0.65)
    return f"did you mean {spellings[near]}?" if near else None


def _text_value(value: Any) -> str | None:
    """Numbers count as texts: YAML reads an unquoted version or SIREN as one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        return None
    return str(value).strip() or None


def _number_value(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e12 else None


def _day_value(value: Any) -> date | None:
    """YAML may have made a date of the text already."""
    if type(value) is date:
        return value if value.year >= _FIRST_YEAR else None
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip()):
        return None
    try:
        day = date.fromisoformat(value.strip())
        return day if day.year >= _FIRST_YEAR else None
    except ValueError:
        return None


def matching(pattern: str, expected: str) -> TermKind[str]:
    """Texts that match a pattern in full."""

    def parse(value: Any) -> str | None:
        text = _text_value(value)
        return text if text is not None and re.fullmatch(pattern, text) else None

    return TermKind(parse, expected, is_text=True)


def one_of(words: Collection[str]) -> TermKind[str]:
    """One word of a closed vocabulary."""
    return TermKind(
        lambda value: value if isinstance(value, str) and value in words else None,
        f"one of {', '.join(words)}",
        words,
    )


def _rate_value(value: Any) -> float | None:
    number = _number_value(value)
    return None if number is None or number > 1 else number


TEXT = TermKind(_text_value, "a text", is_text=True)
NUMBER = TermKind(_number_value, "a number from 0")
RATE = TermKind(_rate_value, "a rate from 0 to 1 (0.01 is 1 %)")
COUNT = TermKind(lambda value: value if type(value) is int and value >= 0 else None, "a whole number from 0")
DAYS = TermKind(
    lambda value: value if type(value) is int and 0 <= value <= MOST_DAYS else None,
    f"a whole number of days from 0 to {MOST_DAYS}",
)
MONTHS = TermKind(
    lambda value: value if type(value) is int and value >= 1 else None, "a whole number of calendar months from 1"
)
FLAG = TermKind(lambda value: value if isinstance(value, bool) else None, "true or false")
SIREN = matching(r"[0-9]{9}", "a SIREN of 9 digits")
DAY = TermKind(_day_value, "a date such as 2026-08-11")
MAPPING: TermKind[dict[str, Any]] = TermKind(
    lambda value: value if isinstance(value, dict) else None, "keys and values"
)

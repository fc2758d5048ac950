"""What a column seems to hold, from a sample of its values: shares and counts by kind. Never a value leaves.

Which canonical field that makes it is in `files`.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import clean
from pipelines.dates.patterns import DatePattern, date_pattern
from pipelines.identifiers.emails import canonical_emails
from pipelines.identifiers.phones import canonical_phones
from pipelines.vocabulary.column_names import plain
from pipelines.vocabulary.column_synonyms import FLAG_SYNONYMS, VENDOR_WORDS
from pipelines.vocabulary.fields import is_siren

MOST_VALUES: Final = 2_000
"""Filled values that are looked at."""
SEPARATORS: Final = ("|", ",", ";", "/", "+", " ")
"""Marks between the elements of a list, in the order in which they are tried."""
_REGEXES: Final[Mapping[str, str]] = {
    "digest": r"^[0-9a-fA-F]{64}$",
    "postal_code": r"^(?:0[1-9]|[1-8]\d|9[0-578])\d{3}$",
    "url": r"^(?:https?://|www\.)\S+$",
    "ip": r"^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})$",
    "user_agent": r"^(?:Mozilla|Opera|Dalvik|okhttp|curl)/",
    "country": r"^[A-Za-z]{2}$",
    "sentence": r"^\S+(?:\s+\S+){5,}",
    "name": r"^[^\d@_/|;,:]{2,40}$",
    "number": r"^[+-]?\d+(?:[.,]\d+)?$",
}
Closed = Mapping[str, str]
"""A vendor's word, plain -> ours."""


def vocabulary(field: str) -> Closed:
    """The words that vendors use for those of a closed vocabulary; flags for a field without one of its own."""
    words = VENDOR_WORDS.get(field, FLAG_SYNONYMS)
    return {plain(spelling): word for word, spellings in words.items() for spelling in (word, *spellings)}


@dataclass(frozen=True)
class Content:
    """A column's sample."""

    row_count: int
    filled_count: int
    texts: pa.Array
    """Trimmed values that are filled, at most `MOST_VALUES`; for readers, never to be shown."""

    @property
    def filled(self) -> float:
        """Share of the rows with a value."""
        return self.filled_count / self.row_count if self.row_count else 0.0

    @cached_property
    def distinct_count(self) -> int:
        """Different values among those looked at."""
        return int(pc.count_distinct(self.texts).as_py())

    @property
    def is_distinct(self) -> bool:
        """True when no value repeats."""
        return self.distinct_count == len(self.texts)

    @cached_property
    def dates(self) -> DatePattern | None:
        """How its dates are written; None when it holds none."""
        return date_pattern(self.texts)

    def share(self, kind: str) -> float:
        """Of the filled values, those of a kind: `_KINDS`, or the name of a closed vocabulary; 0 to 1."""
        if not len(self.texts):
            return 0.0
        if kind not in self._shares:
            self._shares[kind] = self._measure(kind)
        return self._shares[kind]

    def elements(self, separator: str) -> list[str]:
        """Elements of lists, repeated as they are; those of JSON arrays whatever the separator."""
        return [element for text in self.texts.to_pylist() for element in _list_elements(text, separator)]

    def separator(self, field: str) -> str:
        """The mark between elements that makes most of them known words, or most elements of a free field."""
        known = vocabulary(field) if field in VENDOR_WORDS else None
        return max(SEPARATORS[: len(SEPARATORS) - (known is None)], key=lambda mark: self._split(mark, known))

    @cached_property
    def _shares(self) -> dict[str, float]:
        return {}

    def _measure(self, kind: str) -> float:
        if kind in VENDOR_WORDS or kind == "flag":
            known = vocabulary(kind)
            mark = self.separator(kind) if kind in ("channels", "mentions", "claimed_basis") else "\0"
            return _share_of([plain(word.split(":")[-1]) in known for word in self.elements(mark)])
        if kind in _REGEXES:
            return float(pc.mean(pc.match_substring_regex(self.texts, _REGEXES[kind]).cast(pa.int8())).as_py())
        return _KINDS[kind](self)

    def _split(self, mark: str, known: Closed | None) -> tuple[float, float]:
        elements = self.elements(mark)
        right = _share_of([plain(element.split(":")[-1]) in known for element in elements]) if known else 0.0
        return right, float(len(elements)) if known is None else 0.0


def content_of(texts: pa.Array) -> Content:
    """What a column of delivered text holds."""
    cleaned = clean(texts)
    filled = cleaned.drop_null()
    return Content(len(texts), len(filled), filled.slice(0, MOST_VALUES))


def _list_elements(text: str, separator: str) -> list[str]:
    listed = _parsed_json(text) if text.startswith("[") else None
    parts = [part for part in listed if isinstance(part, str)] if isinstance(listed, list) else text.split(separator)
    return [part.strip() for part in parts if part.strip()]


def _share_of(truths: list[bool]) -> float:
    return sum(truths) / len(truths) if truths else 0.0


def _parsed_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _valid(values: pa.Array) -> float:
    return 1 - float(values.null_count) / len(values)


def _sirens(content: Content) -> float:
    elements = content.elements(content.separator("recipient_sirens"))
    return _share_of([_is_siren(re.sub(r"\s", "", element)) for element in elements])


def _is_siren(text: str) -> bool:
    return text.isascii() and text.isdigit() and is_siren(text)


def _objects(content: Content) -> float:
    return _share_of([isinstance(_parsed_json(text), dict | list) for text in content.texts.to_pylist()])


_KINDS: Final[Mapping[str, Callable[[Content], float]]] = {
    "email": lambda content: _valid(canonical_emails(content.texts)),
    "phone": lambda content: _valid(canonical_phones(content.texts, None)),
    "instant": lambda content: content.dates.share if content.dates else 0.0,
    "siren": _sirens,
    "json": _objects,
    "distinct": lambda content: content.distinct_count / len(content.texts),
}

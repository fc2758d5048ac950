"""What a column seems to hold, from a sample of its values: shares and counts by kind. Never a value leaves.

Which canonical field that makes it is in `files`.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import clean, parts_between
from pipelines.dates.patterns import DatePattern, date_pattern
from pipelines.identifiers.emails import canonical_emails
from pipelines.identifiers.phone_kinds import phone_kinds
from pipelines.identifiers.phones import canonical_phones
from pipelines.vocabulary import field_kinds as kinds
from pipelines.vocabulary.field import Field
from pipelines.vocabulary.field_kinds import FieldKind
from pipelines.vocabulary.field_words import FLAG_WORDS, word_key, words_known
from pipelines.vocabulary.fields import is_siren

MOST_VALUES: Final = 2_000
"""Filled values that are looked at."""
PHONE_SEPARATORS: Final = ("|", ",", ";", "/")
"""Marks that may stand between phone numbers, in the order in which they are tried."""
SIGNS: Final = ("|", ",", ";", "/", "+")
SEPARATORS: Final = (*SIGNS, "&", "\n", " et ", " and ", " ")
"""Marks between the elements of a list, in the order in which they are tried; between unknown words only signs are."""
_SHA256: Final = r"^[0-9a-fA-F]{64}$"
_REGEXES: Final[Mapping[FieldKind, str]] = {
    kinds.DIGEST: _SHA256,
    kinds.HASHED: _SHA256,
    kinds.POSTAL_CODE: r"^(?:0[1-9]|[1-8]\d|9[0-578])\d{3}$",
    kinds.PAGE: r"^(?:https?://|www\.)\S+$",
    kinds.IP: r"^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})$",
    kinds.USER_AGENT: r"^(?:Mozilla|Opera|Dalvik|okhttp|curl)/",
    kinds.COUNTRY: r"^[A-Za-z]{2}$",
    kinds.WORDING: r"^\S+(?:\s+\S+){5,}",
    kinds.NAME: r"^[^\d@_/|;,:]{2,40}$",
}
Separators = tuple[str, ...]
Closed = Mapping[str, str]
"""A vendor's word for comparison -> ours."""


def vocabulary(field: Field) -> Closed:
    """The words that vendors use for those of a field's closed vocabulary; none for a free field."""
    return words_known(field.words)


def is_worded_as_flags(field: Field) -> bool:
    """Whether a field's words are those of any flag, too: they give away nothing."""
    return not {word for words in FLAG_WORDS.values() for word in words}.isdisjoint(vocabulary(field))


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

    def share(self, kind: FieldKind) -> float | None:
        """Of the filled values, those that look like one of a kind, 0 to 1; None for kinds that have no look."""
        if kind not in _REGEXES and kind not in _MEASURES:
            return None
        return self._kept_share(kind.name, lambda: self._look(kind))

    def share_of(self, field: Field) -> float | None:
        """Of the filled values, those that a field may hold, 0 to 1; None where they have no look and no vocabulary."""
        if not field.words:
            return self.share(field.kind)
        return self._kept_share("flag" if field.kind == kinds.FLAG else field.name, lambda: self._worded(field))

    def elements(self, separators: Separators) -> list[str]:
        """Elements of lists, repeated as they are; those of JSON arrays whatever the separators."""
        return [element for text in self.texts.to_pylist() for element in _list_elements(text, separators)]

    def separators(self, known: Closed | None) -> Separators:
        """The marks between elements: what makes most of them known words, or most elements where none are known.

        Several where each makes more of them known; of unknown words one: what else stands there may be in a word.
        """
        if known is None:
            return (max(SIGNS, key=lambda mark: len(self.elements((mark,)))),)
        found: Separators = (max(SEPARATORS, key=lambda mark: self._known_share((mark,), known)),)
        while True:
            wider = max(((*found, mark) for mark in SEPARATORS), key=lambda marks: self._known_share(marks, known))
            if self._known_share(wider, known) <= self._known_share(found, known):
                return found
            found = wider

    def other_signs(self, separator: str) -> Separators:
        """Signs that stand between parts of values, as one that separates would, where the separator is another."""
        others = [mark for mark in SIGNS[:3] if mark != separator]
        return tuple(
            mark for mark in others if len(self.elements((separator, mark))) > len(self.elements((separator,)))
        )

    @cached_property
    def phone_separator(self) -> str:
        """The mark between phone numbers; the signs within one are none."""
        return max(PHONE_SEPARATORS, key=lambda mark: _phones_listed(self.elements((mark,))))

    @cached_property
    def mobile_share(self) -> float:
        """Of the phone numbers, those that are mobile, 0 to 1."""
        kinds_found = phone_kinds(canonical_phones(self.texts)).drop_null()
        return _share_of([kind == "mobile" for kind in kinds_found.to_pylist()])

    @cached_property
    def _shares(self) -> dict[str, float]:
        return {}

    def _kept_share(self, name: str, measure: Callable[[], float]) -> float:
        if name not in self._shares:
            self._shares[name] = measure() if len(self.texts) else 0.0
        return self._shares[name]

    def _look(self, kind: FieldKind) -> float:
        if kind in _REGEXES:
            return float(pc.mean(pc.match_substring_regex(self.texts, _REGEXES[kind]).cast(pa.int8())).as_py())
        return _MEASURES[kind](self)

    def _worded(self, field: Field) -> float:
        known = vocabulary(field)
        return self._known_share(self.separators(known) if field.kind.is_listed else ("\0",), known)

    def _known_share(self, separators: Separators, known: Closed) -> float:
        counts = self._word_counts(separators)
        return sum(count for word, count in counts.items() if word in known) / (counts.total() or 1)

    def _word_counts(self, separators: Separators) -> Counter[str]:
        """How often each word stands among the elements, as it is compared; many vocabularies are held against them."""
        if separators not in self._counted_words:
            words = Counter(self.elements(separators))
            counts = self._counted_words[separators] = Counter()
            for word, count in words.items():
                counts[word_key(word.split(":")[-1])] += count
        return self._counted_words[separators]

    @cached_property
    def _counted_words(self) -> dict[Separators, Counter[str]]:
        return {}


def content_of(texts: pa.Array) -> Content:
    """What a column of delivered text holds."""
    cleaned = clean(texts)
    filled = cleaned.drop_null()
    return Content(len(texts), len(filled), filled.slice(0, MOST_VALUES))


def _list_elements(text: str, separators: Separators) -> list[str]:
    listed = _parsed_json(text) if text.startswith("[") else None
    parts = (
        [part for part in listed if isinstance(part, str)]
        if isinstance(listed, list)
        else parts_between(text, separators)
    )
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


def _phones_listed(elements: list[str]) -> float:
    return _valid(canonical_phones(pa.array(elements, pa.string()))) if elements else 0.0


def _sirens(content: Content) -> float:
    elements = content.elements(content.separators(None))
    return _share_of([_is_siren(re.sub(r"\s", "", element)) for element in elements])


def _is_siren(text: str) -> bool:
    return text.isascii() and text.isdigit() and is_siren(text)


def _objects(content: Content) -> float:
    return _share_of([isinstance(_parsed_json(text), dict | list) for text in content.texts.to_pylist()])


_MEASURES: Final[Mapping[FieldKind, Callable[[Content], float]]] = {
    kinds.EMAIL: lambda content: _valid(canonical_emails(content.texts)),
    kinds.PHONE: lambda content: _valid(canonical_phones(content.texts)),
    kinds.PHONES: lambda content: _phones_listed(content.elements((content.phone_separator,))),
    kinds.INSTANT: lambda content: content.dates.share if content.dates else 0.0,
    kinds.SIREN: _sirens,
    kinds.SIRENS: _sirens,
    kinds.JSON: _objects,
}

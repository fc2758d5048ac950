"""How a column is written that seems to be a canonical field: types, patterns, words, and what to ask about them.

Which column is which field is in `files`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pyarrow as pa

from pipelines.contracts.contract import FieldTerms
from pipelines.dates.instants import DEFAULT_ZONE
from pipelines.drafts.contents import Content, vocabulary
from pipelines.intake.values import kind_of
from pipelines.vocabulary.column_names import plain
from pipelines.vocabulary.fields import FIELD_WORDS, INSTANT_FIELDS

LISTS: Final = ("channels", "mentions", "recipients", "recipient_sirens", "claimed_basis")
SURE_TO_READ: Final = 0.97
MOST_WORDS: Final = 12
_WORD: Final = re.compile(r"[^\W\d_][^\W\d_ '’./-]*(?:[ '’./-]?[^\W\d_]+){0,3}\d?|\d")
_LONGEST_WORD: Final = 24
_FLAGS: Final = ("true", "false")

Drafted = tuple[FieldTerms, tuple[str, ...]]


def draft_field(field: str, column: str, content: Content, *, is_starred: bool) -> Drafted:
    """Terms of a field, and questions about them. `is_starred`: rows without it are rejected."""
    plain_terms = FieldTerms(field, column, is_required=is_starred)
    terms, questions = _described(field, plain_terms, content)
    unread = _unread(terms, content)
    if unread > 1 - SURE_TO_READ and not questions:
        questions = (f"{unread:.0%} of the values can't be read so; what are they?",)
    if is_starred and 0 < content.filled < 1:
        questions += (f"{1 - content.filled:.0%} of the rows have none and would be rejected; can the vendor fill it?",)
    return terms, questions


def _described(field: str, terms: FieldTerms, content: Content) -> Drafted:
    if field in INSTANT_FIELDS:
        return _drafted_instant(terms, content)
    if field in LISTS:
        return _drafted_list(terms, content)
    if field in FIELD_WORDS:
        is_flag = tuple(FIELD_WORDS[field]) == _FLAGS
        return _worded(_with(terms, logical_type="boolean" if is_flag else "string"), content.texts.to_pylist())
    return terms, ()


def _drafted_instant(terms: FieldTerms, content: Content) -> Drafted:
    dates = content.dates
    if dates is None:
        question = ("in which pattern are the dates written?",) if content.filled_count else ()
        return _with(terms, logical_type="timestamp"), question
    questions = []
    if dates.is_order_open:
        questions.append("day or month first? Every date of the sample reads both ways")
    if dates.is_date:
        return _with(terms, logical_type="date", format=dates.pattern), tuple(questions)
    if dates.is_local:
        questions.append("which zone? The times have no offset from UTC; Europe/Paris is a guess")
    zone = DEFAULT_ZONE if dates.is_local else None
    return _with(terms, logical_type="timestamp", format=dates.pattern, default_timezone=zone), tuple(questions)


def _drafted_list(terms: FieldTerms, content: Content) -> Drafted:
    mark = content.separator(terms.name) if content.filled_count else terms.list_separator
    listed = _with(terms, logical_type="array", list_separator=mark)
    elements = content.elements(mark)
    if terms.name not in FIELD_WORDS:
        return listed, ()
    if terms.name == "claimed_basis":
        elements = [element.rpartition(":")[2].strip() for element in elements]
        listed = _with(listed, logical_type="string")
    return _worded(listed, elements)


def _worded(terms: FieldTerms, elements: list[str]) -> Drafted:
    """The vendor's words -> ours; words that are not known are asked about, and shown only if they can't be a value."""
    ours = FIELD_WORDS[terms.name]
    known = vocabulary(terms.name)
    counts = Counter(element.casefold() for element in elements)
    spelled = {element.casefold(): element for element in reversed(elements)}
    enum = {spelled[word]: known[plain(word)] for word in counts if plain(word) in known}
    strange = {spelled[word]: count for word, count in counts.items() if plain(word) not in known}
    asked = _asked(strange, sum(counts.values()))
    if all(word in ours or _is_read_without_enum(terms, word) for word in enum):
        return terms, asked
    if not set(enum).isdisjoint(ours):  # the vendor speaks our words, too
        return _with(terms, enum={word: word for word in ours if ":" not in word} | enum), asked
    unseen = [word for word in ours if word in _unseen(terms, enum)] if terms.logical_type != "boolean" else []
    if unseen:
        asked += (f"which words stand for {', '.join(unseen)}? The sample has none",)
    return _with(terms, enum=enum), asked


def _unseen(terms: FieldTerms, enum: Mapping[str, str]) -> set[str]:
    """Our words for which the sample has none of the vendor's."""
    return {word for word in FIELD_WORDS[terms.name] if ":" not in word} - set(enum.values())


def _is_read_without_enum(terms: FieldTerms, word: str) -> bool:
    """Whether a flag's word is read without an enum."""
    return tuple(FIELD_WORDS[terms.name]) == _FLAGS and kind_of(terms.name).read(pa.array([word]), terms)[0].is_valid


def _asked(strange: Mapping[str, int], total: int) -> tuple[str, ...]:
    """What the words mean that nobody knows. They are shown only where most others are known, and only short ones that
    repeat: a column of something else must not be quoted."""
    if not strange:
        return ()
    share = sum(strange.values()) / total
    words = sorted(word for word, count in strange.items() if share < 0.5 and count > 2 and _is_showable(word))
    shown = ", ".join(f"`{word}`" for word in words[:MOST_WORDS])
    hidden = len(strange) - len(words[:MOST_WORDS])
    rest = f"{hidden} {'other ' if shown else ''}{'word' if hidden == 1 else 'words'} not shown here" if hidden else ""
    return (f"what is meant by {' and '.join(part for part in (shown, rest) if part)} ({share:.0%} of the values)?",)


def _is_showable(word: str) -> bool:
    return len(word) <= _LONGEST_WORD and _WORD.fullmatch(word) is not None


def _unread(terms: FieldTerms, content: Content) -> float:
    """Of the filled values, those that the drafted terms can't read."""
    if not len(content.texts):
        return 0.0
    if terms.name in ("email", "phone"):
        return 1 - content.share(terms.name)
    return float(kind_of(terms.name).read(content.texts, terms).null_count) / len(content.texts)


def _with(terms: FieldTerms, **changes: object) -> FieldTerms:
    return replace(terms, **changes)  # type: ignore[arg-type]

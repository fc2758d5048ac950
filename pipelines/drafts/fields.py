"""How a column is written that seems to be a canonical field: types, patterns, words, and what to ask about them.

Which column is which field is in `files`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import pyarrow as pa

from pipelines.contracts.contract import FieldTerms
from pipelines.dates.instants import DEFAULT_ZONE
from pipelines.drafts.contents import Content, vocabulary
from pipelines.identifiers.shown_words import MOST_WORDS, is_plain_word
from pipelines.intake.values import kind_of
from pipelines.vocabulary.field import Field
from pipelines.vocabulary.field_kinds import BASES, FLAG, INSTANT, PHONES
from pipelines.vocabulary.field_words import NULL_MARKERS, word_key

SURE_TO_READ: Final = 0.97

Drafted = tuple[FieldTerms, tuple[str, ...]]


def draft_field(field: Field, column: str, content: Content) -> Drafted:
    """Terms of a field, and questions about them."""
    plain_terms = FieldTerms(field.name, column, is_required=field.is_required)
    terms, questions = _described(field, plain_terms, content)
    unread = _unread(terms, content)
    if unread > 1 - SURE_TO_READ and not questions:
        questions = (f"{unread:.0%} of the values can't be read so; what are they?",)
    if field.is_required and 0 < content.filled < 1:
        questions += (f"{1 - content.filled:.0%} of the rows have none and would be rejected; can the vendor fill it?",)
    return terms, questions


def _described(field: Field, terms: FieldTerms, content: Content) -> Drafted:
    if field.kind == INSTANT:
        return _drafted_instant(terms, content)
    if field.kind.is_listed:
        return _drafted_list(field, terms, content)
    if field.words:
        logical_type = "boolean" if field.kind == FLAG else "string"
        return _worded(field, _with(terms, logical_type=logical_type), content.texts.to_pylist())
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


def _drafted_list(field: Field, terms: FieldTerms, content: Content) -> Drafted:
    marks = _list_separators(field, content) if content.filled_count else terms.list_separators
    listed = _with(terms, logical_type="array", list_separators=marks)
    elements = content.elements(marks)
    if not field.words:
        return listed, _asked_of_signs(content.other_signs(marks[0]))
    if field.kind == BASES:
        elements = [element.rpartition(":")[2].strip() for element in elements]
        listed = _with(listed, logical_type="string")
    described, asked = _worded(field, listed, elements)
    return described, (*_asked_of_marks(marks), *asked)


def _asked_of_marks(marks: Sequence[str]) -> tuple[str, ...]:
    if len(marks) < 2:
        return ()
    return (f"do all of {_listed_marks(marks)} stand between elements? The sample has each; one is better agreed",)


def _asked_of_signs(signs: Sequence[str]) -> tuple[str, ...]:
    if not signs:
        return ()
    verb = "does" if len(signs) == 1 else "do"
    return (
        f"{verb} {_listed_marks(signs)} stand between elements, too, or within them? Then list it beside the other",
    )


def _listed_marks(marks: Sequence[str]) -> str:
    return " and ".join(f"`{mark}`" for mark in marks).replace("\n", "\\n")


def _list_separators(field: Field, content: Content) -> tuple[str, ...]:
    return (content.phone_separator,) if field.kind == PHONES else content.separators(vocabulary(field) or None)


def _worded(field: Field, terms: FieldTerms, elements: list[str]) -> Drafted:
    """The vendor's words -> ours; words that are not known are asked about, and shown only if they can't be a value."""
    ours = field.values
    known = vocabulary(field)
    counts = Counter(element.casefold() for element in elements)
    spelled = {element.casefold(): element for element in reversed(elements)}
    enum = {spelled[word]: known[word_key(word)] for word in counts if word_key(word) in known}
    strange = {
        spelled[word]: count
        for word, count in counts.items()
        if word_key(word) not in known and word not in NULL_MARKERS
    }
    asked = _asked(strange, sum(counts.values()))
    if all(word in ours or _is_read_without_enum(field, word) for word in enum):
        return terms, asked
    if not set(enum).isdisjoint(ours):  # the vendor speaks our words, too
        return _with(terms, enum={word: word for word in field.words} | enum), asked
    unseen = [word for word in field.words if word not in enum.values()] if field.kind != FLAG else []
    if unseen:
        asked += (f"which words stand for {', '.join(unseen)}? The sample has none",)
    return _with(terms, enum=enum), asked


def _is_read_without_enum(field: Field, word: str) -> bool:
    """Whether a flag's word is read without an enum."""
    plain_terms = FieldTerms(field.name, field.name)
    return field.kind == FLAG and kind_of(field.name).read(pa.array([word]), plain_terms)[0].is_valid


def _asked(strange: Mapping[str, int], total: int) -> tuple[str, ...]:
    """What the words mean that nobody knows. They are shown only where most others are known, and only short ones that
    repeat: a column of something else must not be quoted."""
    if not strange:
        return ()
    share = sum(strange.values()) / total
    words = sorted(word for word, count in strange.items() if share < 0.5 and count > 2 and is_plain_word(word))
    shown = ", ".join(f"`{word}`" for word in words[:MOST_WORDS])
    hidden = len(strange) - len(words[:MOST_WORDS])
    rest = f"{hidden} {'other ' if shown else ''}{'word' if hidden == 1 else 'words'} not shown here" if hidden else ""
    return (f"what is meant by {' and '.join(part for part in (shown, rest) if part)} ({share:.0%} of the values)?",)


def _unread(terms: FieldTerms, content: Content) -> float:
    """Of the filled values, those that the drafted terms can't read."""
    if not len(content.texts):
        return 0.0
    return float(kind_of(terms.name).read(content.texts, terms).null_count) / len(content.texts)


def _with(terms: FieldTerms, **changes: object) -> FieldTerms:
    return replace(terms, **changes)  # type: ignore[arg-type]

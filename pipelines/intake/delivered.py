"""Delivered text before it is read: cleaned, and NULL where nothing is said, in whatever way programs write nothing.

How it is read belongs to `values`.
"""

import re
from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import TEXT, clean, lowered, null_where
from pipelines.contracts.contract import FieldTerms
from pipelines.vocabulary import field_kinds as kinds
from pipelines.vocabulary.field_kinds import FieldKind
from pipelines.vocabulary.field_words import ERROR_VALUES, NOTHING_WORDS, NULL_DATES, NULL_MARKERS
from pipelines.vocabulary.fields import FIELD_NAMED

_NOTHING_LISTED: Final = r"^\[\s*\]$"
_ERRORS: Final = pa.array(ERROR_VALUES)
_MARKERS: Final[Mapping[FieldKind, pa.Array]] = {
    kinds.NAME: pa.array([], TEXT),  # Null, Na and Nan are names of people
    kinds.COUNTRY: pa.array(sorted({*NULL_MARKERS} - {"na", "nc"})),  # Namibia, New Caledonia
    kinds.WORDS: pa.array(sorted({*NULL_MARKERS} - NOTHING_WORDS)),  # "none" is an answer
    kinds.INSTANT: pa.array((*NULL_MARKERS, *NULL_DATES)),
}
_ANY_MARKERS: Final = pa.array(NULL_MARKERS)


def delivered_texts(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    """Cleaned text of a field; what programs write for nothing is nothing, and so is a list of names without any."""
    kind = FIELD_NAMED[terms.name].kind
    cleaned = _without_markers(clean(texts), _MARKERS.get(kind, _ANY_MARKERS), terms)
    if not kind.is_listed or kind == kinds.WORDS:
        return cleaned
    marks = "|".join(map(re.escape, terms.list_separators))
    empty = pc.or_(
        pc.match_substring_regex(cleaned, rf"^(?:\s|{marks})*$"),
        pc.match_substring_regex(cleaned, _NOTHING_LISTED),
    )
    return null_where(empty, cleaned)


def without_errors(texts: pa.Array) -> pa.Array:
    """NULL where a spreadsheet shows that it could not work a value out."""
    return null_where(pc.is_in(lowered(texts), _ERRORS), texts)


def _without_markers(texts: pa.Array, markers: pa.Array, terms: FieldTerms) -> pa.Array:
    """NULL where one of the markers stands; a word that the contract explains is no marker."""
    meant = pa.array([word.strip().casefold() for word in terms.enum], TEXT)
    words = lowered(texts)
    is_marker = pc.is_in(words, markers)
    return null_where(pc.and_not(is_marker, pc.is_in(words, meant)) if terms.enum else is_marker, texts)

"""A delivered list, in one text, as its elements. What an element means is in `values`."""

import json
from collections.abc import Mapping, Sequence

from pipelines.arrays.nesting import is_too_deep
from pipelines.arrays.values import parts_between
from pipelines.vocabulary.field_words import NOTHING_WORDS, word_key


def delivered_elements(text: str, separators: Sequence[str]) -> list[str]:
    """Elements of a list as delivered: a JSON array, or text joined by the contract's separators."""
    listed = _json_array(text) if text.startswith("[") else None
    parts = parts_between(text, separators) if listed is None else listed
    return [part.strip() for part in parts if part.strip()]


def says_nothing(parts: list[str], known: Mapping[str, str]) -> bool:
    """Whether such elements say that nothing was chosen; `known` are the contract's own words, which win."""
    return all(word_key(part) in NOTHING_WORDS and word_key(part) not in known for part in parts) and len(parts) < 2


def _json_array(text: str) -> list[str] | None:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if is_too_deep(parsed, text):
        return None
    return [part if isinstance(part, str) else json.dumps(part) for part in parsed if part is not None]

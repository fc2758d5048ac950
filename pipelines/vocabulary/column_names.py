"""How near column names are: to each other, and to the canonical fields. What columns hold is in `drafts.contents`.

Names are compared as words in any order; accents, case, separators, camel case and small words do not count, and words
that mean the same are one (`Téléphone portable`, `mobilePhone` and `tel_mobile` are equal).
"""

import difflib
import re
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from typing import Final
from unicodedata import combining, normalize

from pipelines.vocabulary.column_synonyms import ALIASES, SMALL_WORDS
from pipelines.vocabulary.fields import COLUMN_FIELDS

EQUAL: Final = 1.0
VAGUE: Final = 0.8
"""The name may as well mean something else."""
NEAR: Final = 0.72
"""The least nearness at which one name may stand for another."""
_SLIP: Final = 0.86
"""The least likeness of two spellings of one name."""
_GENERIC: Final = frozenset(("id", "date", "version", "hash", "url", "text", "end", "last", "first"))
"""Words that alone do not make a column a field."""
_MOST_KEPT: Final = 8192
_CAMEL: Final = re.compile(
    r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])"
)
_NUMERO: Final = re.compile(r"\bn\s*[°º]|\bn\b\.", re.IGNORECASE)


@lru_cache(maxsize=_MOST_KEPT)
def plain(text: str) -> str:
    """A text as words: lower case without accents, separated by single spaces."""
    spaced = _CAMEL.sub(" ", _NUMERO.sub("no ", normalize("NFC", text)))
    letters = "".join(mark for mark in normalize("NFKD", spaced) if not combining(mark)).casefold()
    return " ".join(re.findall(r"[^\W_]+", letters))


@lru_cache(maxsize=_MOST_KEPT)
def words_of(name: str) -> frozenset[str]:
    """What a column name says, as a set of words; all its words where it has small ones only."""
    words = [ALIASES.get(word, word) for word in _words_joined(plain(name)).split()]
    return frozenset(word for word in words if word not in SMALL_WORDS) or frozenset(words)


def _words_joined(words: str) -> str:
    return words.replace("opt in", "optin").replace("e mail", "email").replace("pre coche", "precoche")


@lru_cache(maxsize=_MOST_KEPT)
def nearness(one: str, other: str) -> float:
    """How near two column names are, from 0 to 1."""
    words, others = words_of(one), words_of(other)
    if not words or not others:
        return 0.0
    if words == others:
        return EQUAL
    spelled = _slip(one, other)
    is_part = words < others or others < words
    shared = 0.6 + 0.4 * len(words & others) / len(words | others) if is_part else 0.0
    return min(max(spelled, shared), 0.95)


def _slip(one: str, other: str) -> float:
    """How alike two spellings are, words run together; 0 where neither is a slip of the other."""
    matcher = difflib.SequenceMatcher(None, plain(one).replace(" ", ""), plain(other).replace(" ", ""))
    if matcher.real_quick_ratio() < _SLIP or matcher.quick_ratio() < _SLIP:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= _SLIP else 0.0


@lru_cache(maxsize=_MOST_KEPT)
def is_slip(one: str, other: str) -> bool:
    """Whether a name is another one, word by word, but for a slip in writing."""
    return len(plain(one).split()) == len(plain(other).split()) and _slip(one, other) > 0


def near_names(missing: Collection[str], undeclared: Collection[str]) -> dict[str, str]:
    """Missing columns -> the undeclared column that may be the same one, renamed; nearest first, each used once."""
    pairs = sorted(
        (-nearness(gone, new), gone, new) for gone in missing for new in undeclared if nearness(gone, new) >= NEAR
    )
    found: dict[str, str] = {}
    for _, gone, new in pairs:
        if gone not in found and new not in found.values():
            found[gone] = new
    return found


def is_field_name(role: str, name: str) -> bool:
    """Whether a text is, word for word, a name that vendors give to a canonical field of a role."""
    return words_of(name) in _known_phrases(role)


@cache
def _known_phrases(role: str) -> frozenset[frozenset[str]]:
    return frozenset(words_of(name.rstrip("?")) for field in COLUMN_FIELDS[role] for name in field.names)


def field_nearness(role: str, column: str) -> Mapping[str, float]:
    """Canonical fields of a role that a column's name may stand for -> how near it is, from `NEAR` to 1.

    Of a nested name (`contact.email`) the last part counts, with the part before it where that says more.
    """
    parts = column.split(".")
    spellings = {column, parts[-1], " ".join(parts[-2:])}
    fields = COLUMN_FIELDS[role]
    scores = {field.name: max(_to_field(field.names, spelling) for spelling in spellings) for field in fields}
    return {field: score for field, score in scores.items() if score >= NEAR}


@lru_cache(maxsize=_MOST_KEPT)
def _to_field(names: tuple[str, ...], column: str) -> float:
    return max(_to_phrase(column, name.rstrip("?")) * (VAGUE if name.endswith("?") else 1) for name in names)


def _to_phrase(column: str, phrase: str) -> float:
    near = nearness(column, phrase)
    return near if near == EQUAL or not words_of(column) & words_of(phrase) <= _GENERIC else _slip(column, phrase)


@lru_cache(maxsize=4096)
def column_name(text: str) -> str:
    """A column's name as declared and delivered names are compared: NFC, trimmed."""
    return normalize("NFC", text).strip()

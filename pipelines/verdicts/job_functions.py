"""Whether a person's function in a company is one that a contract names: accents, capitals and further words aside."""

import re
import unicodedata
from collections.abc import Iterable


def is_function_named(function: str, targets: Iterable[str]) -> bool:
    """Whether a function holds all words of one of the targets: `Directeur des achats` holds `achats`."""
    words = _plain_words(function)
    return any(named and named <= words for named in map(_plain_words, targets))


def _plain_words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return frozenset(re.findall(r"\w+", "".join(sign for sign in plain if not unicodedata.combining(sign))))

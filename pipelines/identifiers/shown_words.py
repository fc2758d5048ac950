"""Which of a vendor's words may be shown: what nobody knows could be personal data, so only what is a plain word is."""

import re
from typing import Final

from pipelines.identifiers.likeness import looks_like_person

MOST_WORDS: Final = 12
"""Words that are shown of one column."""
_WORD: Final = re.compile(r"[^\W\d_][^\W\d_ '’./-]*(?:[ '’./-]?[^\W\d_]+){0,3}\d?|\d")
_LONGEST_WORD: Final = 24


def is_plain_word(word: str) -> bool:
    """Whether a text is a short word or a few of them, or one digit, and looks like nobody's identifier."""
    is_short = len(word) <= _LONGEST_WORD and _WORD.fullmatch(word) is not None
    return is_short and not looks_like_person(word, "cell")

"""Texts without what hides their signs: encodings, full width, zero width. What is found in them: not here."""

import html
import re
import unicodedata
from typing import Final
from urllib.parse import unquote

INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""What has no width, and is left behind by copying from a page."""
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_DECODINGS: Final = 3


def plain_text(text: str) -> str:
    """A text with percent, HTML and `\\u` codes and full width read as what they stand for, however often encoded."""
    for _ in range(_DECODINGS):
        plain = text if text.isascii() else INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
        plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), plain) if "\\u" in plain else plain
        plain = html.unescape(plain) if "&" in plain else plain
        plain = unquote(plain) if "%" in plain else plain
        if plain == text:
            break
        text = plain
    return text

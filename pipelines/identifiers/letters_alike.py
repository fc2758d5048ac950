"""Letters of other alphabets that look like Latin ones, so that an address with them reads like another person's.

Pairs of one letter each from Unicode's `confusables.txt` (UTS #39), version 17.0.0 of 2025-07-22: Cyrillic, Greek,
Armenian and four Latin ones without a key of their own. https://www.unicode.org/reports/tr39/#Confusable_Detection
A capital I of another alphabet is an I here (there an l, as in fonts without serifs). Letters with accents stay.
"""

from typing import Final

_SMALL: Final = {
    "a": "ɑαа", "c": "с", "d": "ԁ", "e": "еҽ", "f": "ք", "g": "ɡց", "h": "һհ", "i": "ıɩιіւ", "j": "ϳј", "l": "ӏ",
    "n": "ոռ", "o": "οσоօ", "p": "ρϸр", "q": "ԛգզ", "r": "г", "s": "ѕ", "u": "υս", "v": "νѵ", "w": "шѡԝա", "x": "х",
    "y": "γуү",
}  # fmt: skip
_CAPITAL: Final = {
    "a": "ΑА", "b": "ΒВЬ", "c": "С", "e": "ΕЕ", "f": "Ϝ", "g": "Ԍ", "h": "ΗН", "i": "ΙІ", "j": "ͿЈ", "k": "ΚК",
    "l": "Ӏ", "m": "ΜϺМ", "n": "Ν", "o": "ΟОՕ", "p": "ΡР", "s": "ЅՏ", "t": "ΤТ", "u": "Ս", "v": "Ѵ", "w": "Ԝ",
    "x": "ΧХ", "y": "ΥУҮ", "z": "Ζ",
}  # fmt: skip
_LATIN: Final = str.maketrans(
    {letter: latin for table in (_SMALL, _CAPITAL) for latin, letters in table.items() for letter in letters}
)


def in_latin_letters(text: str) -> str:
    """A text with Latin letters, in lower case, for those that look like them."""
    return text if text.isascii() else text.translate(_LATIN)

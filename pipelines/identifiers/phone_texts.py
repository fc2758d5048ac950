"""Phone numbers as vendors write them, without what spreadsheets, forms and fonts put around the digits.

Which number is meant belongs to `phones`, labels and wrappers to `decorations`. What is not sure to be the number as it
was typed in is left as it is, so that it is refused there: a rounded `6.12E+08` is no number.
"""

import re
import unicodedata
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import mapped_once
from pipelines.identifiers.decorations import OF_PHONES, undecorated, undecorated_texts

_DECIMAL: Final = r"^(\+?\d+)[.,]0+$"
"""A number that went through a spreadsheet: 612345678.0."""
_SCIENTIFIC: Final = re.compile(r"(\d)[.,](\d+)[eE]\+?(\d{1,2})", re.ASCII)
_SIMPLE: Final = r"^[\d\s.,\-/()+]*$"
_NARROWEST, _WIDEST = 8, 15
"""Places behind the first digit that a phone number in scientific notation can have."""


class _Plain(dict[int, str]):
    """What each character of a delivered number stands for; asked once for each character there is."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Nd":
            plain = str(unicodedata.decimal(character))
        elif character.isspace():
            plain = " "
        else:
            named = {"Cf": "", "Pd": "-"}.get(category)
            plain = _SIGNS.get(character, character) if named is None else named
        self[code] = plain
        return plain


_SIGNS: Final = {"\u2212": "-", "\uff0b": "+", "\ufe62": "+", "\u2019": "'", "\u2018": "'"}
_PLAIN: Final = _Plain()


def plain_number(text: str) -> str:
    """A number in ASCII digits and spaces, without labels, quotes, zero-width characters and a spreadsheet's `.0`."""
    plain = text if text.isascii() else text.translate(_PLAIN)
    unwrapped = undecorated(plain.strip(), OF_PHONES).strip()
    if "e" in unwrapped or "E" in unwrapped:
        unwrapped = _written_out(unwrapped)
    return re.sub(_DECIMAL, r"\1", " ".join(unwrapped.split()), flags=re.ASCII)


def plain_numbers(texts: pa.Array) -> pa.Array:
    """`plain_number` over a column of text, but for white space, which stays as it is."""
    is_simple = pc.fill_null(pc.match_substring_regex(texts, _SIMPLE), True)
    if not pc.all(is_simple).as_py():
        is_odd = pc.invert(is_simple)
        texts = pc.replace_with_mask(texts, is_odd, _unwrapped(texts.filter(is_odd)))
    return pc.replace_substring_regex(pc.ascii_trim_whitespace(texts), _DECIMAL, r"\1")


def _unwrapped(texts: pa.Array) -> pa.Array:
    is_foreign = pc.invert(pc.string_is_ascii(texts))
    plain = mapped_once(texts.filter(is_foreign), lambda text: text.translate(_PLAIN), pa.string())
    found = pc.replace_with_mask(texts, is_foreign, plain)
    bare = pc.utf8_trim_whitespace(undecorated_texts(pc.utf8_trim_whitespace(found), OF_PHONES))
    is_scientific = pc.match_substring(bare, "e", ignore_case=True)
    written = mapped_once(bare.filter(is_scientific), _written_out, pa.string())
    return pc.replace_with_mask(bare, is_scientific, written)


def _written_out(text: str) -> str:
    """`6.12345678E8` with every digit of it; a number with digits left out stays as it is: it may have been rounded."""
    match = _SCIENTIFIC.fullmatch(text)
    if match is None:
        return text
    first, fraction, places = match[1], match[2], int(match[3])
    is_whole = len(fraction) >= places and not fraction[places:].strip("0")
    return first + fraction[:places] if _NARROWEST <= places <= _WIDEST and is_whole else text

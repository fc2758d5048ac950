"""What is written like a phone number and is none: dates, instants, ranges of dates, GUIDs and digests.

Years are those of 1900 to 2099. Years of two digits, 2020 to 2039, are read only among six pairs, such as
`01-08-26-20-08-26`: five pairs may as well be a number.
"""

import re
from typing import Final

_YEAR: Final = "(?:19|20)[0-9]{2}"
_SHORT_YEAR: Final = "[23][0-9]"
_MONTH: Final = "(?:1[0-2]|0?[1-9])"
_DAY: Final = "(?:3[01]|[12][0-9]|0?[1-9])"
_WIDE_MONTH: Final = "(?:1[0-2]|0[1-9])"
_WIDE_DAY: Final = "(?:3[01]|[12][0-9]|0[1-9])"
_HOUR: Final = "(?:2[0-3]|[01][0-9])"
_SIXTIETH: Final = "[0-5][0-9]"
_JOINT: Final = "[-./_ ]"
_SAME: Final = "(?P=joint)"
"""Between the parts of a date stands the same sign."""

_IN_PARTS: Final = "|".join(
    _SAME.join(parts) for parts in ((_YEAR, _MONTH, _DAY), (_DAY, _MONTH, _YEAR), (_MONTH, _DAY, _YEAR))
)
_CLOCK: Final = rf"[-._/ :T]{_HOUR}(?:[-._/ :h]?{_SIXTIETH}){{1,2}}(?![-._/ :]?[0-9])"
_NO_THREE_PAIRS: Final = rf"(?!(?:{_SAME}[0-9]{{2}}){{3}}(?!{_SAME}?[0-9]))"
"""`2026_06_12_34_56_78` is a year and a phone number."""
_DATE: Final = rf"(?<![0-9])(?=[0-9]{{1,4}}(?P<joint>{_JOINT}))(?:{_IN_PARTS})(?:{_CLOCK}|(?![0-9]){_NO_THREE_PAIRS})"
_COMPACT: Final = (
    rf"(?<![0-9])(?:{_YEAR}{_WIDE_MONTH}{_WIDE_DAY}|{_WIDE_DAY}{_WIDE_MONTH}{_YEAR})"
    rf"(?:[-_ T]?{_HOUR}{_SIXTIETH}(?:{_SIXTIETH})?)?(?![0-9])"
)
_THREE_PAIRS: Final = "|".join(
    _SAME.join(parts) for parts in ((_WIDE_DAY, _WIDE_MONTH, _SHORT_YEAR), (_SHORT_YEAR, _WIDE_MONTH, _WIDE_DAY))
)
_SIX_PAIRS: Final = (
    rf"(?<![0-9])(?=[0-9]{{2}}(?P<joint>{_JOINT}))(?:{_THREE_PAIRS}){_SAME}"
    rf"(?:{_THREE_PAIRS}|{_HOUR}{_SAME}{_SIXTIETH}{_SAME}{_SIXTIETH})(?!{_SAME}?[0-9])"
)
_HEX: Final = "[0-9a-fA-F]"
_CODE: Final = (
    rf"(?<![0-9A-Za-z])(?:{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}|(?=[0-9]*[a-fA-F]){_HEX}{{16,}})(?![0-9A-Za-z])"
)
_PATTERNS: Final = tuple(map(re.compile, (_SIX_PAIRS, _DATE, _COMPACT, _CODE)))
FILLER: Final = "\0"
"""Neither digit nor letter, nor a sign that stands between digits."""


def without_look_alikes(text: str) -> str:
    """A text with a filler for every sign of what only looks like a phone number; as long as it was."""
    for pattern in _PATTERNS:
        text = pattern.sub(lambda match: FILLER * len(match[0]), text)
    return text

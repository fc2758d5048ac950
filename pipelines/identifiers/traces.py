"""Patterns (RE2) of what may hold an identifier: each lets through all that `spellings` cuts, and some more.

They decide for whole columns which texts are looked through one by one; what is cut is not decided here, but for
`CERTAIN`.
"""

from collections.abc import Mapping
from typing import Final

from pipelines.arrays.matches import GAP
from pipelines.identifiers.phones_in_texts import FRENCH_CODES
from pipelines.identifiers.uses import Use

_SPACE: Final = r"[\s\p{Z}]"
_UNUSUAL: Final = (
    r"[\x{ad}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{209f}\x{2460}-\x{24ff}\x{fe50}-\x{ffef}\x{1d400}-\x{1d7ff}]"
)
"""Signs without width, and those that stand for others: of full width, raised, ringed, bold."""
_AT: Final = rf"[(\[{{<]\s?at\s?[)\]}}>]|{_SPACE[:-1]}_-]at{_SPACE[:-1]}_-]"
_MARKS: Final = rf"(?i:@|%[0-9a-f]{{2}}|&#|&[a-z]{{2,8}};|\\u|arobas|{_AT})|{_UNUSUAL}"

_GAPS: Final = f"{GAP}{{0,3}}"
_GAP: Final = f"{GAP}{{1,3}}"
_START: Final = r"(?:^|[^0-9A-Za-z\p{L}]|(?i:tel|tél|gsm|fax|phone|mobile|portable))"
_CODES: Final = "|".join(FRENCH_CODES)
_PLUS: Final = rf"\+{_GAPS}\d(?:{_GAPS}\d){{7}}"
_ZEROS: Final = rf"{_START}00(?:{_GAPS}\d){{10}}"
_FRENCH_ZEROS: Final = rf"{_START}00{_GAPS}(?:{_CODES})(?:{_GAPS}\d){{7}}"
_TWO_GROUPS: Final = "|".join(
    rf"\d{{{one}}}{_GAP}\d{{{least},{most}}}"
    for one, least, most in ((2, 7, 8), (3, 6, 8), (4, 5, 8), (5, 4, 8), (6, 3, 8), (7, 2, 7), (8, 1, 5), (1, 8, 8))
)
NUMBER: Final = (
    rf"\d{{9}}|\d{_GAP}\d{{1,8}}{_GAP}\d|(?:^|\D)(?:{_TWO_GROUPS})(?:$|\D)|\d{{7,8}}[\s\p{{Z}}./()]{{1,3}}\d{{6,8}}"
)
"""Nine digits, in whatever groups; a date and a counter of six digits are more than a number has."""
_LOOSE: Final = r"[\s\p{Z}.()\[\]]"
_MARK: Final = (*"-_/:#~", r"\*", r"\\", r"[\x{2010}-\x{2015}\x{2212}\x{b7}\x{2022}]")
_WIDE: Final = rf"(?:{_LOOSE}|{'|'.join(_MARK)})"
_MARKED: Final = "|".join(rf"(?:{_SPACE}?{mark}{_SPACE}?\d\d){{3}}" for mark in _MARK)
_PAIRS: Final = (
    rf"(?:0[)\]]?{_SPACE}?[1-9]|33{_WIDE}{{1,4}}(?:0{_WIDE}{{0,3}})?[1-9])"
    rf"(?:{_LOOSE}{{0,3}}\d\d(?:{_LOOSE}{{1,3}}\d\d){{3}}|{_WIDE}{{1,4}}\d\d(?:{_MARKED}))"
)
_WHOLE: Final = (
    rf"^[^0-9A-Za-z\p{{L}}]*(?:0[1-9](?:{_GAPS}\d){{8}}|00{_GAPS}[2-9](?:{_GAPS}\d){{9,14}})[^0-9A-Za-z\p{{L}}]*$"
)
_GROUPED: Final = (
    rf"{_START}(?:0[1-9](?:{_LOOSE}?\d){{8}}|0[1-9][-_/]\d{{8}}|(?:{_CODES})0?[1-9]\d{{8}})"
    rf"|[(\[]0(?:[1-9][)\]]|[)\]]{_GAPS}[1-9])(?:{_GAPS}\d){{8}}"
)
SPELLED: Final[Mapping[Use, str]] = {
    "reference": f"{_MARKS}|{_PLUS}|{_FRENCH_ZEROS}|{_PAIRS}|{_WHOLE}",
    "label": f"{_MARKS}|{_PLUS}|{_ZEROS}|{_FRENCH_ZEROS}|{_PAIRS}|{_WHOLE}",
    **dict.fromkeys(("web", "text"), f"{_MARKS}|{_PLUS}|{_ZEROS}|{_FRENCH_ZEROS}|{_PAIRS}|{_GROUPED}"),
}
"""Texts that may hold somebody's address or number."""
CERTAIN: Final = (
    r"^[^%&\\]*[0-9A-Za-z._-]@(?:[0-9A-Za-z-]+\.)+[A-Za-z]{2,24}(?:[ ,;:/?!)>}\]\"'][^%&\\]*)?$|^0[1-9]\d{8}$"
)
"""Texts that hold somebody's address, whatever else, or are somebody's number: nothing is to be decoded."""
_QUAD: Final = r"[K-OQ-e][C-HS-Xi-ny-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][0-9A-Za-z+/_-]"
_QUAD_WITH_AT: Final = (
    r"(?:Q[C-H][ABEFIJMNQRUVYZcdghklopstwx014589][0-9A-Za-z+/_-]|[K-OQ-e][EUk0][A-D][0-9A-Za-z+/_-]|"
    r"[K-OQ-e][C-HS-Xi-ny-z0-3][BFJNRVZdhlptx0159]A)"
)
_QUAD_OF_DIGITS: Final = r"[MNO][DTjz][AEIMQUYcgk][w-z0-5]"
_BASE64: Final = f"{_QUAD}{_QUAD_WITH_AT}|{_QUAD_WITH_AT}{_QUAD}|(?:{_QUAD_OF_DIGITS}){{3}}"
"""Base64 of letters, digits and marks with an @ among them, or of nine digits; a digit `0` stands for any (shapes)."""
_BYTE: Final = r"(?:2[b-e]|3\d|[46][0-9a-f]|5[0-9af]|7[0-9a])"
_HEX: Final = rf"(?i:{_BYTE}40{_BYTE}{{4}}|(?:3\d){{9}})"
"""Hex of the same."""
_DIGESTS: Final = r"[0-9a-fA-F]{32}(?:[^0-9A-Za-z]|[^0-9A-Za-z].*[^0-9A-Za-z])[0-9a-fA-F]{32}"
"""More than one digest: `arrays.matches` reads the first one only."""
CODED: Final = f"{_BASE64}|{_HEX}|{_DIGESTS}"
"""Texts that may hold an address or a number in base64 or hex, or two digests."""
DIGEST: Final = r"^[0-9a-f]{64}$"
TRACES: Final = (
    rf"{_MARKS}|{_PLUS}|{NUMBER}|\d\d{_SPACE}?[:#*~\\]{_SPACE}?\d\d(?:{_MARKED})|{_BASE64}|[0-9a-fA-F]{{16}}"
)
"""Shapes (every digit made `0`) of texts that may hold anything of the above, or a digest."""
WORDY: Final = r"(?i)[g-z][a-z]{2}|[a-z][g-z][a-z]|[a-z]{2}[g-z]|[a-z]{7}|[^\x00-\x7f]"
"""Texts that may hold a name: what has only the letters of hexadecimal digits is no word."""

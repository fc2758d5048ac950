"""Patterns (RE2) of what may hold an identifier: each lets through all that `spellings` cuts, and some more.

They decide for whole columns which texts are looked through one by one; what is cut is not decided here.
"""

from collections.abc import Mapping
from typing import Final

from pipelines.arrays.matches import GAP
from pipelines.identifiers.spellings import FRENCH_CODES
from pipelines.vocabulary.field_kinds import Use

_MARKS: Final = r"(?i:[@＠]|%[0-9a-f]{2}|&#|\\u|arobas|[(\[{]\s?at\s?[)\]}]|\sat\s)|[０-９]"
_PLUS: Final = rf"\+{GAP}{{0,3}}\d(?:{GAP}{{0,3}}\d){{7}}"
NUMBER: Final = rf"\d{{9}}|\d{{1,4}}(?:{GAP}{{1,3}}\d{{1,4}}){{2,}}"
_ZEROS: Final = rf"(?:^|[\W_])00(?:{GAP}{{0,3}}\d){{10}}"
_FRENCH_ZEROS: Final = rf"(?:^|[\W_])00(?:{'|'.join(FRENCH_CODES)})(?:{GAP}{{0,3}}\d){{7}}"
_SPACE: Final = r"[\s\x{00a0}\x{202f}]"
_GAPS: Final = ("", _SPACE, *(rf"{_SPACE}?{mark}{_SPACE}?" for mark in (r"\.", "-", "/", "_")))
_PAIRS: Final = "|".join(rf"(?:{gap}\d\d){{4}}" for gap in _GAPS)
_NATIONAL: Final = rf"(?:^|[^\w+])0[1-9](?:{_PAIRS})"
SPELLED: Final[Mapping[Use, str]] = {
    "reference": f"{_MARKS}|{_PLUS}|{_FRENCH_ZEROS}",
    **dict.fromkeys(("label", "web", "text"), f"{_MARKS}|{_PLUS}|{_ZEROS}|{_NATIONAL}"),
}
"""Texts that may hold somebody's address or number."""
PLAIN: Final = r"^[^%&\\]*[0-9A-Za-z._-]@[0-9A-Za-z-]+\.[0-9A-Za-z][^%&\\]*$"
"""Texts that hold somebody's address, whatever else: nothing is to be decoded."""
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
TRACES: Final = f"{_MARKS}|{_PLUS}|{NUMBER}|{_BASE64}|[0-9a-fA-F]{{16}}"
"""Shapes (every digit made `0`) of texts that may hold anything of the above, or a digest."""
WORDY: Final = r"(?i)[g-z][a-z]{2}|[a-z][g-z][a-z]|[a-z]{2}[g-z]|[a-z]{7}|[^\x00-\x7f]"
"""Texts that may hold a name: what has only the letters of hexadecimal digits is no word."""

"""E-mail addresses, anybody's, inside a text, however their at and their dots are written: cut out of it, or found.

What is encoded is not read here (`plain_texts`); the canonical form of an address belongs to `emails`.
"""

import re
from collections.abc import Iterator
from typing import Final

from pipelines.identifiers.look_alikes import FILLER, without_look_alikes
from pipelines.identifiers.uses import NAMED, Use
from pipelines.vocabulary.file_formats import FILE_ENDINGS, PACKINGS

EMAIL: Final = "[email]"
"""What stands where an address stood."""

_LOCAL: Final = r"[^\s@<>()\[\]{}\"',;:/?&=|\\]{1,64}"
_AT: Final = r"(?:@|[\s_-]{0,3}[(\[{<]\s?(?:at|@|arobase|arobas)\s?[)\]}>][\s_-]{0,3}|\s{1,3}(?:arobase|arobas)\s{1,3})"
_SPOKEN_AT: Final = r"\s{1,3}at\s{1,3}|\s{1,3}@\s{0,3}|@\s{1,3}"
_UNDERSCORED_AT: Final = r"[_-]{1,3}(?:at|arobase|arobas)[_-]{1,3}"
_SPOKEN_DOT: Final = (
    r"\s{0,3}[(\[{<]\s?(?:dot|point)\s?[)\]}>]\s{0,3}|\s{1,3}(?:dot|point)\s{1,3}|[_-]{1,3}(?:dot|point)[_-]{1,3}"
)
_DOT: Final = rf"(?:\.|{_SPOKEN_DOT})"
_LABEL: Final = r"[^\W_]{1,63}+(?:[_-]{1,3}(?!(?:dot|point)[_-])[^\W_]{1,63}+){0,9}+"
_TOP: Final = r"(?:xn--[\w-]{2,59}|[^\W\d_][^\W_]{1,23})(?![^\W_]|\.[^\W\d_])"
"""The last part of a domain begins with a letter: `library@1.2.3` is a version."""
_DOMAIN: Final = rf"{_LABEL}{_DOT}(?:(?!{_TOP}){_LABEL}{_DOT}){{0,8}}{_TOP}"
_MAY_BE_THERE: Final = re.compile(r"@|at[)\]}>\s_-]|arobas", re.IGNORECASE)
_WRITTEN: Final = re.compile(rf"(?P<local>{_LOCAL}){_AT}{_DOMAIN}", re.IGNORECASE)
_SPOKEN: Final = re.compile(
    rf"(?P<local>[\w.+-]{{1,64}}?)(?P<at>{_SPOKEN_AT}|{_UNDERSCORED_AT}){_DOMAIN}", re.IGNORECASE
)
_ADDRESS: Final = re.compile(
    rf"(?P<local>(?:[^\W_]{{1,30}}['’])?{_LOCAL})(?P<at>{_AT})(?P<domain>{_DOMAIN})", re.IGNORECASE
)
"""As `_WRITTEN`, with an apostrophe in the name: `d'hauteroche@x.fr` is nobody's `hauteroche@x.fr`."""
_SPOKEN_ADDRESS: Final = re.compile(
    rf"(?P<local>[\w.+-]{{1,64}}?)(?P<at>{_SPOKEN_AT}|{_UNDERSCORED_AT})(?P<domain>{_DOMAIN})", re.IGNORECASE
)
_AT_IN_WORDS: Final = re.compile(r"[\s_-](?:at|arobase?)[\s_-]|\s@|@\s", re.IGNORECASE)
_DOT_IN_WORDS: Final = re.compile(_SPOKEN_DOT, re.IGNORECASE)
_DOTTED: Final = re.compile(_DOT, re.IGNORECASE)
_UNDERSCORED: Final = re.compile("[_-]")
_NO_WORD: Final = re.compile(r"[\d._-]")
_USER_INFO: Final = re.compile(r"(?<=//)[^/?#@\s]+@")
_UNFINISHED: Final = re.compile(r"(?P<local>[^\s/@]{1,64})@[^\W_][^\s/@._]*")
_ENDING: Final = re.compile(rf"(?:\.(?:{'|'.join((*FILE_ENDINGS, *PACKINGS))}))+$", re.IGNORECASE)
_LETTER: Final = re.compile(r"[^\W\d_]")
_TWO_WORDS: Final = re.compile(r"[^\W\d_]{2,}[._][^\W\d_]{2,}", re.IGNORECASE)


def without_emails(plain: str, use: Use) -> str:
    """A plain text with `[email]` instead of every address."""
    if not _MAY_BE_THERE.search(plain):
        return plain
    if use in NAMED:
        for pattern in (_WRITTEN, _SPOKEN, _UNFINISHED):
            plain = pattern.sub(_masked_in_name, plain)
        return plain
    plain = _USER_INFO.sub(f"{EMAIL}@", plain) if use == "web" else plain
    return _SPOKEN.sub(_masked_if_spoken, _WRITTEN.sub(EMAIL, plain))


def emails_in(plain: str) -> Iterator[str]:
    """The addresses of a plain text, with an at sign and dots however they are written; valid or not."""
    if not may_hold_emails(plain):
        return
    spoken = _SPOKEN_ADDRESS.finditer(plain) if _AT_IN_WORDS.search(plain) else ()
    for match in (*_ADDRESS.finditer(plain), *spoken):
        yield f"{match['local']}@{_DOT_IN_WORDS.sub('.', match['domain'])}"


def may_hold_emails(text: str) -> bool:
    """Whether a text has anything like an at sign."""
    return _MAY_BE_THERE.search(text) is not None


def is_of_two_words(plain: str) -> bool:
    """Whether a plain text holds an address with two words before the at: a person's has them, a role's hardly."""
    return any(_TWO_WORDS.fullmatch(match["local"]) for match in _WRITTEN.finditer(plain))


def _masked_if_spoken(match: re.Match[str]) -> str:
    """`jean.roy at x.fr` and `jean at x dot fr` are addresses, `meet at x.fr` and `stock_2_at_x.fr` are none."""
    is_apart = _NO_WORD.search(match["local"]) and not _UNDERSCORED.search(match["at"])
    return EMAIL if is_apart or _DOT_IN_WORDS.search(match[0]) else match[0]


def _masked_in_name(match: re.Match[str]) -> str:
    """What is no part of the address stays: the ending of a file behind it, the dates of a delivery before it."""
    ending = _ENDING.search(match[0])
    address = match[0][: ending.start()] if ending else match[0]
    if match.re is _SPOKEN and not _DOTTED.search(address, match.end("at") - match.start()):
        return match[0]
    return f"{_dates_before(match['local'])}{EMAIL}{ending[0] if ending else ''}"


def _dates_before(local: str) -> str:
    """The part of a name up to its last date, if there are letters behind it."""
    end = without_look_alikes(local).rfind(FILLER) + 1
    head = local[: end + len(local[end:]) - len(local[end:].lstrip("-_. "))]
    return head if _LETTER.search(local[end:]) else ""

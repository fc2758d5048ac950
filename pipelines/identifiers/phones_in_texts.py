"""Phone numbers, anybody's, inside a text, with any signs between their digits: cut out of it, or found.

French numbers, with and without their country code, are told by how they are written: what is in no service, or was
made up, is written in the same way. Foreign ones have to be valid. The canonical form of a number belongs to `phones`,
what only looks like one to `look_alikes`.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import phonenumbers

from pipelines.identifiers.look_alikes import FILLER, without_look_alikes
from pipelines.identifiers.uses import LENIENT, NAMED, Use
from pipelines.vocabulary.fields import is_siren

PHONE: Final = "[phone]"
"""What stands where a number stood."""
FRENCH_CODES: Final = ("33", "262", "590", "594", "596", "508")
"""Country codes of France and its territories."""
GAP: Final = r"[\s.\-_/()\[\]\u2010-\u2015\u2212\u00b7\u2022]"
"""What may stand between the digits of a number, in plain text."""

_FEWEST: Final = 8
_GAPS: Final = rf"{GAP}{{0,3}}"
_CODE: Final = "(?:33|262|590|594|596)"
_ALONE: Final = r"(?:(?<![^\W_])|(?<=tel)|(?<=tél)|(?<=gsm)|(?<=fax)|(?<=phone)|(?<=mobile)|(?<=portable))"
"""No letter or digit before, but for a word for a phone."""
_ENDS: Final = r"(?![^\W_])"
_IN_GROUPS: Final = r"(?=[0-9]+[\s./()])"
"""In a reference, two zeros before the digits of a foreign number are the leading zeros of a counter, unless spaced."""
_LOOSE: Final = r"[\s.()\[\]]"
"""Signs that may change from gap to gap."""
_MARK: Final = r"[\-_/:#*~\\\u2010-\u2015\u2212\u00b7\u2022]"
"""Signs that are the same in all gaps but the first: `01-08-26_09-30` is a date and a time."""


def _patterns(use: Use) -> Iterator[str]:
    """How numbers are written in a text for some use; named groups tell what else is asked of one."""
    starts = "(?<![0-9])" if use in NAMED else _ALONE
    yield rf"(?:\+|{starts}00){_GAPS}{_CODE}{_GAPS}(?:0{_GAPS})?[1-9](?:{_GAPS}[0-9]){{8}}(?![0-9])"
    yield rf"(?P<foreign>\+{_GAPS}[1-9](?:{_GAPS}[0-9]){{7,14}})"
    zeros = r"00[\s./()]{0,3}[2-9](?:[\s./()]{0,3}[0-9]){9,14}"
    yield rf"(?P<zeros>{_whole(_IN_GROUPS + zeros) if use == 'reference' else f'{starts}{zeros}{_ENDS}'})"
    yield from _pairs(starts, use)
    if use in LENIENT:
        yield _whole(r"0[1-9](?:[\s.\-/()]{0,3}[0-9]){8}")
    else:
        yield from _grouped(starts)
        yield from _compact(starts, use)


def _whole(number: str) -> str:
    return rf"\A[^\w{FILLER}]*{number}[^\w{FILLER}]*\Z"


def _pairs(starts: str, use: Use) -> Iterator[str]:
    """`06 12 34 56 78`, with any signs."""
    heads = [r"[(\[]?0[1-9]", r"[(\[]0[)\]]\s?[1-9]"]
    if use not in LENIENT:
        heads.append(r"[(\[]?33[)\]]?[\s.\-_/]{1,3}(?:[(\[]?0[)\]]?[\s.\-_/]{0,2})?[1-9]")
    head = f"{starts}(?:{'|'.join(heads)})"
    yield rf"{head}{_LOOSE}{{0,3}}[0-9]{{2}}(?:{_LOOSE}{{1,3}}[0-9]{{2}}){{3}}(?![0-9])"
    first = rf"(?:[)\]]\s?{_MARK}?\s?|\s?{_MARK}\s?|{_LOOSE}{{1,3}})"
    same = r"\s?(?P=mark)\s?[0-9]{2}"
    yield rf"(?<![0-9]:){head}{first}[0-9]{{2}}\s?(?P<mark>{_MARK})\s?[0-9]{{2}}{same}{same}(?![0-9]|:[0-9])"


def _grouped(starts: str) -> Iterator[str]:
    """`0612 345 678`, `(06)12345678`, `06-12345678`: in other groups than pairs."""
    yield (
        rf"{starts}(?<![0-9][ .])(?=0[1-9](?:[\s.]?[0-9]){{8}}(?![\s.]?[0-9]))"
        r"0[1-9][0-9]{0,2}(?P<gap>[\s.])[0-9]{2,8}(?:(?P=gap)[0-9]{2,4}){0,3}(?![\s.]?[0-9])"
    )
    yield rf"[(\[](?:0[1-9][)\]]|0[)\]]{_GAPS}[1-9])(?:{_GAPS}[0-9]){{8}}(?![0-9])"
    yield rf"{starts}0[1-9][-_/.][0-9]{{8}}{_ENDS}"


def _compact(starts: str, use: Use) -> Iterator[str]:
    """`0612345678`."""
    before, after = (starts, "(?![0-9])") if use in NAMED else (rf"{starts}(?<![0-9][.,])", _ENDS)
    yield rf"{before}0[1-9][0-9]{{8}}{after}"
    yield rf"{before}{_CODE}0?[1-9][0-9]{{8}}{after}"
    if use in NAMED:
        yield rf"(?P<nine>{before}[67][0-9]{{8}}{after})"


@cache
def _written_for(use: Use) -> re.Pattern[str]:
    """Compiled once it is asked for: each takes as long as a small library to load, and a command has few uses."""
    return re.compile("|".join(_patterns(use)), re.IGNORECASE)


def without_phones(plain: str, use: Use) -> str:
    """A plain text with `[phone]` instead of every number."""
    if sum(map(plain.count, "0123456789")) < _FEWEST:
        return plain
    kept, place = [], 0
    for start, end in _number_places(without_look_alikes(plain), use):
        kept += [plain[place:start], PHONE]
        place = end
    return "".join([*kept, plain[place:]])


def phones_in(plain: str, use: Use) -> Iterator[str]:
    """The numbers of a plain text, as they are written; valid or not."""
    if sum(map(plain.count, "0123456789")) >= _FEWEST:
        for start, end in _number_places(without_look_alikes(plain), use):
            yield plain[start:end]


def _number_places(seen: str, use: Use) -> Iterator[tuple[int, int]]:
    """Where numbers start and end."""
    pattern, place = _written_for(use), 0
    while match := pattern.search(seen, place):
        end = _end_of_number(match, use)
        if end:
            yield match.start(), end
        place = end or match.start() + 1


def _end_of_number(match: re.Match[str], use: Use) -> int:
    """Where what was found ends, 0 where it is no number after all."""
    if match.lastgroup == "nine" and is_siren(match[0]):
        return 0
    if match.lastgroup == "zeros" or (match.lastgroup == "foreign" and use not in NAMED):
        return _end_of_valid(match)
    return match.end()


def _end_of_valid(match: re.Match[str]) -> int:
    """The end of the longest valid number that begins with the match: another one, or a date, may follow."""
    seen, last = match.string, match.end()
    ends = [place for place in range(last, match.start(), -1) if not seen[place : place + 1].isdigit()]
    ends = [place for place in ends if seen[place - 1].isdigit()]
    return next((place for place in ends if _is_valid(seen[match.start() : place])), 0)


def _is_valid(written: str) -> bool:
    digits = re.sub("[^0-9]", "", written)
    try:
        number = phonenumbers.parse(f"+{digits.removeprefix('00') if written[:1] != '+' else digits}")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)

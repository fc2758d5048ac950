"""Whether two names are one company's: accents, capitals, signs, spaces and legal forms aside.

A company's name (*dénomination sociale*) is written with its legal form before or after it, in full or as initials: C.
com., art. L. 224-1 and R. 123-238. The form is no part of the name, but two companies may differ in it alone. Forms:
Insee, *catégories juridiques*, https://www.insee.fr/fr/information/2028129, and some of the neighbours'.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Likeness(IntEnum):
    """How alike two names are. The least is that neither can be the other's."""

    DIFFERENT = 0
    NEAR = 1
    """One holds the other (a brand alone, a branch), or only the legal forms differ: nobody can tell from the names."""
    SAME = 2


_FORMS: Final = {
    "sa": "societe anonyme",
    "sas": "societe par actions simplifiee",
    "sasu": "societe par actions simplifiee unipersonnelle",
    "sarl": "societe a responsabilite limitee",
    "eurl": "entreprise unipersonnelle a responsabilite limitee",
    "sci": "societe civile immobiliere",
    "sc": "societe civile",
    "snc": "societe en nom collectif",
    "scs": "societe en commandite simple",
    "sca": "societe en commandite par actions",
    "scop": "societe cooperative de production",
    "se": "societe europeenne",
    "selarl": "societe d exercice liberal a responsabilite limitee",
    "selas": "societe d exercice liberal par actions simplifiee",
    "gie": "groupement d interet economique",
    "eirl": "entrepreneur individuel a responsabilite limitee",
    "ei": "entrepreneur individuel",
    "gmbh": "gesellschaft mit beschrankter haftung",
    "ag": "aktiengesellschaft",
    "ltd": "limited",
    "plc": "public limited company",
    "bv": "besloten vennootschap",
    "nv": "naamloze vennootschap",
    "spa": "societa per azioni",
    "srl": "societa a responsabilita limitata",
    "sl": "sociedad limitada",
    "inc": "incorporated",
    "llc": "limited liability company",
}
_OF_ONE_PARTNER: Final = {"sasu": "sas", "eurl": "sarl"}
"""Forms that are another one with a single partner: a company may write either."""
_SPELLINGS: Final = sorted(
    ((tuple(words.split()), form) for form, full in _FORMS.items() for words in (form, full)),
    key=lambda spelling: -len(spelling[0]),
)
"""The longest first: some forms begin like others."""
_INITIALS: Final = re.compile(r"\b[a-z](?:[.\s]+[a-z]\b)+\.?")
"""`S.A.`, `s a r l`."""
_LEAST: Final = 3
"""Letters that a name must have in common with another as written in one piece, to be held by it."""


@dataclass(frozen=True)
class _PlainName:
    words: tuple[str, ...]
    form: str | None

    @property
    def whole(self) -> str:
        return "".join(self.words)


def likeness(one: str, other: str) -> Likeness:
    """How alike two names of companies are; symmetric. A name without letters or digits is like no other."""
    first, second = _name_in_words(one), _name_in_words(other)
    if not first.words or not second.words:
        return Likeness.DIFFERENT
    if first.whole == second.whole:
        differ = first.form and second.form and first.form != second.form
        return Likeness.NEAR if differ else Likeness.SAME
    short, long = sorted((first, second), key=lambda name: len(name.whole))
    return Likeness.NEAR if _holds_name(long, short) else Likeness.DIFFERENT


def _holds_name(long: _PlainName, short: _PlainName) -> bool:
    """Whether a name stands whole within a longer one: as words one after another, or at its start or end."""
    count = len(short.words)
    starts = range(len(long.words) - count + 1)
    if any(long.words[start : start + count] == short.words for start in starts):
        return True
    is_long_enough = len(short.whole) >= _LEAST
    return is_long_enough and (long.whole.startswith(short.whole) or long.whole.endswith(short.whole))


def _name_in_words(name: str) -> _PlainName:
    plain = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign)).replace("&", " et ").replace("_", " ")
    joined = _INITIALS.sub(lambda initials: re.sub(r"[.\s]", "", initials[0]) + " ", letters)
    return _without_form(tuple(re.findall(r"\w+", joined)))


def _without_form(words: tuple[str, ...]) -> _PlainName:
    """The form is cut where it stands before or after the name; a name that is nothing else stays whole."""
    for spelling, form in _SPELLINGS:
        count = len(spelling)
        if len(words) > count and words[-count:] == spelling:
            return _PlainName(words[:-count], _OF_ONE_PARTNER.get(form, form))
        if len(words) > count and words[:count] == spelling:
            return _PlainName(words[count:], _OF_ONE_PARTNER.get(form, form))
    return _PlainName(words, None)

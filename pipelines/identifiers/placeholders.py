"""Fillers: what is typed in, or put in by a machine, so that a field is not empty. A filler can be read, and is kept.

A false alarm costs a vendor points, so only what no person is known by counts: 0612345678 is somebody's number, and
Reza and Azer are people's names though their letters are neighbours on a keyboard. Numbers that the plan keeps from
persons count as well.
"""

from itertools import accumulate
from string import ascii_lowercase
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.identifiers.emails import email_parts
from pipelines.identifiers.phone_plans import FICTION, METROPOLITAN

_ROWS: Final = ("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_BACKWARDS: Final = ("poiuyt", "mlkjhg", "lkjhgf", "nbvcxw", "mnbvcxz")
_SHORTEST_RUN: Final = 4
_NAMES_OF_PEOPLE: Final = frozenset({"azer"})
RUNS: Final = (
    frozenset(run for row in (*_ROWS, *_BACKWARDS) for run in accumulate(row) if len(run) >= _SHORTEST_RUN)
    - _NAMES_OF_PEOPLE
)
"""Runs of at least four keys from the end of a keyboard's row, French or English."""

_NOBODY: Final = ("test", "toto", "nom", "prenom", "inconnu", "na", "null", "none")
LOCAL_PARTS: Final = RUNS.union(
    _NOBODY, ("tests", "essai", "tata", "titi", "abc", "email", "mail", "noreply", "no-reply")
)
NAMES: Final = RUNS.union(_NOBODY, ("prénom", "n/a"))

_REPEATED_LOCAL: Final = r"^(?:a{3,}|x{3,})$"
_LONGEST_TWIN: Final = 3
_LABEL: Final = r"^(?:.*\.)?(?P<label>[^.]+)\.[^.]+$"
_REPEATED_NAME: Final = f"^(?:{'|'.join(f'{letter}{{2,}}' for letter in ascii_lowercase)})$"
_REPEATED_PHONE: Final = rf"^\+(?:33|262|590|594|596)[1-9](?:{'|'.join(f'{digit}{{8}}' for digit in range(10))})$"
_COUNTED_PHONE: Final = "+33123456789"
_PLATFORMS: Final = (
    *("33162", "33163", "33270", "33271", "33377", "33378", "33424", "33425", "33568", "33569"),
    *("33948", "33949", "5909475", "5949476", "5969477", "2629478", "2629479"),
)
"""Blocks from which automatic systems call (Arcep, décision n° 2018-0881 modifiée, annexe 1, 2.3.7): nobody's own."""
_RESERVED: Final = rf"^\+(?:{'|'.join((*(f'{METROPOLITAN}{block}' for block in FICTION), *_PLATFORMS))})"


def is_placeholder_email(canonicals: pa.Array) -> pa.Array:
    """Whether canonical addresses are fillers: test@…, aaa@…, a@a.fr. NULL where there is none.

    The domain alone says nothing: example.com is somebody's test, and example.fr somebody's company.
    """
    local, domains = email_parts(canonicals)
    is_filler = pc.is_in(local, pa.array(sorted(LOCAL_PARTS)))
    found = pc.or_(is_filler, pc.match_substring_regex(local, _REPEATED_LOCAL))
    is_short = pc.fill_null(pc.less_equal(pc.utf8_length(local), _LONGEST_TWIN), False)
    labels = pc.struct_field(pc.extract_regex(domains.filter(is_short), _LABEL), "label")
    is_twin = pc.equal(local.filter(is_short), labels)
    return pc.replace_with_mask(found, is_short, pc.or_(found.filter(is_short), is_twin))


def is_placeholder_phone(e164: pa.Array) -> pa.Array:
    """Whether numbers are fillers: 06 and eight equal digits, 01 23 45 67 89, or of a block that is no person's.

    NULL where there is none.
    """
    made_up = pc.or_(pc.match_substring_regex(e164, _REPEATED_PHONE), pc.equal(e164, _COUNTED_PHONE))
    return pc.or_(made_up, pc.match_substring_regex(e164, _RESERVED))


def is_placeholder_name(names: pa.Array) -> pa.Array:
    """Whether names are fillers: one letter again and again, keys in a row, or a word such as `test`, in any case."""
    lowered = pc.utf8_lower(names)
    is_word = pc.is_in(lowered, pa.array(sorted(NAMES)))
    found = pc.or_(is_word, pc.match_substring_regex(lowered, _REPEATED_NAME))
    return pc.if_else(pc.is_valid(names), found, pa.scalar(None, pa.bool_()))

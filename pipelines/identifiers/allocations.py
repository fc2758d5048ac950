"""Which numbers of the French plan lie in a block that Arcep has allocated to an operator: nobody has any other.

The list is Arcep's (Ressources en numérotation téléphonique, data.gouv.fr, Licence Ouverte), as `fr-phonenumbers` ships
it. It is older than the newest blocks, so that a number outside of it may be somebody's after all: what is said of one
names `LISTED_ON`, and blocks nothing. Not asked about are numbers overseas and abroad, of which the metadata of
`phonenumbers` knows those in service, and those in 08.
"""

import csv
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

LISTED_ON: Final = date(2026, 10, 11)
"""When the list was published with `fr-phonenumbers` 0.1: it says nothing of its own date, and is not younger."""
_LIST: Final = files("fr_phonenumbers") / "data" / "num_ranges.csv"
_DIGITS: Final = 9
_ASKED: Final = r"^\+33[1-79]\d{8}$"
_CODE: Final = len("+33")
Numbers = npt.NDArray[np.int64]


def is_unallocated(e164: pa.Array) -> pa.Array:
    """Whether numbers lie in no allocated block; false for those that are not asked about. NULL where there is none."""
    is_asked = pc.match_substring_regex(e164, _ASKED)
    asked = e164.filter(pc.fill_null(is_asked, False))
    numbers = pc.utf8_slice_codeunits(asked, _CODE).cast(pa.int64()).to_numpy(zero_copy_only=False)
    first, last = _blocks()
    places = np.searchsorted(first, numbers, side="right") - 1
    is_outside = (places < 0) | (numbers > last[places])
    return pc.replace_with_mask(is_asked, pc.fill_null(is_asked, False), pa.array(is_outside, pa.bool_()))


@cache
def _blocks() -> tuple[Numbers, Numbers]:
    """First and last numbers of the allocated blocks of nine digits, in order."""
    with _LIST.open(encoding="utf-8") as lines:
        ends = sorted(
            (int(row["num_debut"]), int(row["num_fin"]))
            for row in csv.DictReader(lines)
            if len(row["num_debut"]) == _DIGITS
        )
    first, last = np.array(ends, np.int64).T
    return first, last

"""The numbering plans: which numbers exist behind a country code, and which of the French plan's are overseas.

Everything comes from the metadata of `phonenumbers`, as regular expressions for whole columns, but for the blocks that
the French plan gives overseas, which that metadata knows only as far as numbers are in service
(`findings/phonenumbers_gives_one_overseas_line_two_valid_numbers.sh`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

METROPOLITAN: Final = "33"
OVERSEAS: Final[dict[str, tuple[str, ...]]] = {
    "590": ("GP", "BL", "MF"),
    "262": ("RE", "YT"),
    "596": ("MQ",),
    "508": ("PM",),
    "594": ("GF",),
}
"""Country codes of the overseas departments in the French plan, in the order in which they are tried."""

BLOCKS: Final[dict[str, tuple[str, ...]]] = {
    "590": ("590", "591", "5987", "690", "691", "7090", "9395", "9475", "9760", "9761", "9768"),
    "262": (
        *("262", "263", "268", "269", "639", "692", "693", "7092"),
        *("9398", "9399", "9478", "9479", "9762", "9763", "9769"),
    ),
    "596": ("596", "597", "5989", "696", "697", "7091", "9397", "9477", "9766", "9767"),
    "508": ("508", "708"),
    "594": ("594", "5988", "694", "9396", "9476", "9764", "9765"),
}
"""First digits, behind the trunk `0`, of the blocks that the plan gives overseas (Arcep, plan national de numérotation,
décision n° 2018-0881 modifiée; of 0976 décision n° 2005-1085).

As Arcep's list of the blocks that operators have shows them in October 2026 (`allocations`), and the metadata of
`phonenumbers` 9.0.43: no number of theirs is elsewhere. In 0591, 0597 and 0268 7 nobody has a number; they are counted
to the territory of the block beside them. Of 07093, which two territories share, the metadata knows the owners."""

UNSHARED: Final = ("5985", "5986", "9470")
"""First digits of overseas blocks in which nobody has a number, and of which no list says whose one would be."""

FICTION: Final = ("19900", "26191", "35301", "46571", "53649", "63998")
"""First digits of the blocks that the plan keeps for films and other works (the same decision, annexe 1, 2.5.12): they
are written as numbers are, and nobody's. 06 39 98 lies amid Mayotte's block, and the metadata does not know it."""
IS_FICTION: Final = rf"^(?:{'|'.join(FICTION)})\d*$"

OWN_PLANS: Final = {"975": "PM", "986": "WF", "987": "PF", "988": "NC"}
"""Territories whose numbers are shorter, by the first digits of the postal code."""

_LOCAL_KINDS: Final = ("fixed_line", "mobile", "voip")
_KINDS: Final = (
    *_LOCAL_KINDS,
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)


@dataclass(frozen=True)
class Plan:
    """The numbers behind one country code, as regular expressions without anchors."""

    exists: str
    """What `phonenumbers.is_valid_number` accepts for certain; of some regions it may accept more."""
    trunk: str
    """What is dialled before a number inside the country, and dropped after the country code; may be empty."""


@cache
def plan_of(code: str) -> Plan | None:
    """The plan behind a country code; None if it can't be told by patterns alone, or if there is no such code."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code), ())
    told = (
        ()
        if "001" in regions
        else tuple(takewhile(lambda region: _plan_metadata(region).leading_digits is None, regions))
    )
    if not told:
        return None
    trunk = _plan_metadata(told[0]).national_prefix_for_parsing or ""
    return Plan(union(told), trunk)


@cache
def exists_in(regions: tuple[str, ...]) -> str:
    """Pattern of the numbers that exist in some regions: what `phonenumbers.is_valid_number` accepts."""
    return f"^(?:{union(regions)})$"


@cache
def owned_by(code: str) -> str:
    """Pattern of the nine digits that an overseas country code owns by its blocks; 08… is dialled from everywhere."""
    return rf"^(?:{'|'.join(BLOCKS[code])})\d*$"


@cache
def in_service(code: str) -> str:
    """Pattern of the nine digits that the metadata knows in service behind an overseas country code."""
    return f"^(?:{union(OVERSEAS[code], _LOCAL_KINDS)})$"


def overseas_patterns() -> Iterator[tuple[str, str]]:
    """Country codes and patterns of nine digits, in the order in which they are tried: first the blocks.

    Last come the blocks that are in no territory's service, under a code behind which they don't exist either.
    """
    for pattern in (owned_by, in_service):
        for code in OVERSEAS:
            yield code, pattern(code)
    yield next(iter(OVERSEAS)), rf"^(?:{'|'.join(UNSHARED)})\d*$"


def overseas_code(national: str) -> str | None:
    """The overseas country code that nine digits of the French plan belong to; None for metropolitan ones."""
    if national.startswith("8") or re.match(IS_FICTION, national):
        return None
    return next((code for code, pattern in overseas_patterns() if re.match(pattern, national)), None)


@cache
def union(regions: tuple[str, ...], kinds: tuple[str, ...] = _KINDS) -> str:
    """Pattern, without anchors, of the numbers of some kinds in some regions."""
    found = []
    for region in regions:
        patterns = (getattr(_plan_metadata(region), kind) for kind in kinds)
        found += [p.national_number_pattern for p in patterns if p and p.national_number_pattern]
    return "|".join(f"(?:{pattern})" for pattern in dict.fromkeys(found))


def _plan_metadata(region: str) -> PhoneMetadata:
    found = PhoneMetadata.metadata_for_region(region)
    if found is None:
        raise LookupError(f"phonenumbers has no metadata for region {region}")
    return found

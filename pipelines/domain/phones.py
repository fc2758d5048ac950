"""Phone numbers in E.164, with the French overseas territories resolved. No hashing and no lead belongs here.

France and its overseas departments share one numbering plan of nine digits behind a trunk `0`, but not one country
code: 0692... is +262, 0690... is +590. Which number belongs where, and which numbers exist, comes from the metadata of
`phonenumbers`; the blocks that the plan gives overseas never become +33, even where no such number is in service.

Regular spellings take a vectorised path, everything else goes through `phonenumbers`; both give the same answer.
"""

import re
from functools import cache
from typing import Final

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat

METROPOLITAN: Final = "33"
OVERSEAS: Final[dict[str, tuple[str, ...]]] = {
    "590": ("GP", "BL", "MF"),
    "262": ("RE", "YT"),
    "596": ("MQ",),
    "508": ("PM",),
    "594": ("GF",),  # last: its pattern of internet numbers (0976) takes in its neighbours'
}
"""Country codes of the overseas departments in the French plan, in the order in which they are tried."""

BLOCKS: Final[dict[str, tuple[str, ...]]] = {
    "590": ("590", "690", "691"),
    "262": ("262", "263", "692", "693", "269", "639"),
    "596": ("596", "696", "697"),
    "508": ("508",),
    "594": ("594", "694"),
}
"""First digits, behind the trunk `0`, of the blocks that the plan gives overseas (ARCEP, plan de numérotation)."""

TERRITORY_BY_POSTAL_CODE: Final = {"975": "PM", "986": "WF", "987": "PF", "988": "NC"}
"""Territories with a numbering plan of their own, by the first digits of the postal code."""

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
_SEPARATORS: Final = r"[\s.\-/()\x{00a0}\x{202f}\x{2009}]+"
_REGULAR: Final = r"^(?:(?:\+|00)?33)?0?(?P<national>[1-9]\d{8})$"
_DECIMAL: Final = r"^(\+?\d+)\.0+$"  # a number that went through a spreadsheet: 612345678.0
_DIGITS: Final = 9
_LONGEST: Final = 40


def canonical_phone(text: str, postal_code: str | None = None) -> str | None:
    """A phone number in E.164, e.g. `+33612345678`; None if it is not a valid number.

    Without a country code it is read in the territory of the postal code, where that has its own plan, else as French.
    """
    plain = re.sub(_DECIMAL, r"\1", " ".join(text.split()), flags=re.ASCII)
    if len(plain) > _LONGEST or any(character.isalpha() for character in plain):
        return None
    territory = TERRITORY_BY_POSTAL_CODE.get((postal_code or "").strip()[:3])
    local = _e164(plain, territory) if territory else None
    return local or _e164(plain, "FR")


def canonical_phones(texts: pa.Array, postal_codes: pa.Array | None = None) -> pa.Array:
    """`canonical_phone` over a column of text: a string array of E.164 numbers, NULL where there is no valid one."""
    compact = pc.replace_substring_regex(texts, _SEPARATORS, "")
    national = pc.struct_field(pc.extract_regex(compact, _REGULAR), "national")
    is_regular = pc.and_not(pc.is_valid(national), pc.fill_null(pc.match_substring_regex(texts, _DECIMAL), False))
    territories = pa.nulls(len(texts), pa.string()) if postal_codes is None else _territory_prefixes(postal_codes)
    is_short = pc.fill_null(pc.less_equal(pc.utf8_length(texts), _LONGEST), False)
    is_regular = pc.and_(pc.and_(is_regular, is_short), pc.is_null(territories))
    regular = _e164_of_nationals(pc.if_else(is_regular, national, pa.scalar(None, pa.string())))
    is_irregular = pc.and_not(pc.is_valid(texts), is_regular)
    rest = _one_by_one(texts.filter(is_irregular), territories.filter(is_irregular))
    return pc.replace_with_mask(regular, is_irregular, rest)


def _territory_prefixes(postal_codes: pa.Array) -> pa.Array:
    prefixes = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(postal_codes), 0, 3)
    is_own_plan = pc.is_in(prefixes, pa.array(list(TERRITORY_BY_POSTAL_CODE)))
    return pc.if_else(is_own_plan, prefixes, pa.scalar(None, pa.string()))


def _one_by_one(texts: pa.Array, postal_codes: pa.Array) -> pa.Array:
    known: dict[tuple[str, str | None], str | None] = {}
    pairs = list(zip(texts.to_pylist(), postal_codes.to_pylist(), strict=True))
    for pair in pairs:
        if pair not in known:
            known[pair] = canonical_phone(*pair)
    return pa.array([known[pair] for pair in pairs], pa.string())


def _e164(plain: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension:
        return None
    national = str(number.national_number)
    if number.country_code == int(METROPOLITAN) and not number.italian_leading_zero and len(national) == _DIGITS:
        number = _resolved(national)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if phonenumbers.is_valid_number(number) else None


def _resolved(national: str) -> PhoneNumber:
    owners = (code for code in OVERSEAS if not national.startswith("8") and re.match(_belongs(code), national))
    code = next(owners, METROPOLITAN)
    return PhoneNumber(country_code=int(code), national_number=int(_subscriber(code, national)))


def _subscriber(code: str, national: str) -> str:
    """Saint-Pierre and Miquelon repeats its country code inside the French plan: 0508 41 23 45 is +508 41 23 45."""
    return national[3:] if code == "508" and national.startswith("508") else national


def _e164_of_nationals(nationals: pa.Array) -> pa.Array:
    """E.164 of numbers in the French plan, given as nine digits."""
    anywhere = "|".join(map(_belongs, OVERSEAS))
    is_overseas = pc.and_not(pc.match_substring_regex(nationals, anywhere), pc.starts_with(nationals, "8"))
    numbers = _where_it_exists(METROPOLITAN, nationals)
    return pc.replace_with_mask(
        numbers,
        pc.fill_null(is_overseas, False),
        _overseas(nationals.filter(is_overseas, null_selection_behavior="drop")),
    )


def _overseas(nationals: pa.Array) -> pa.Array:
    numbers, rest = pa.nulls(len(nationals), pa.string()), nationals
    for code in OVERSEAS:
        is_owned = pc.match_substring_regex(rest, _belongs(code))
        owned = pc.if_else(is_owned, rest, pa.scalar(None, pa.string()))
        subscribers = pc.replace_substring_regex(owned, "^508", "") if code == "508" else owned
        numbers = pc.coalesce(numbers, _where_it_exists(code, subscribers))
        rest = pc.if_else(is_owned, pa.scalar(None, pa.string()), rest)
    return numbers


def _where_it_exists(code: str, subscribers: pa.Array) -> pa.Array:
    numbers = pc.binary_join_element_wise(f"+{code}", subscribers, "")
    return pc.if_else(pc.match_substring_regex(subscribers, _exists(code)), numbers, pa.scalar(None, pa.string()))


@cache
def _belongs(code: str) -> str:
    """Pattern of the nine digits that an overseas country code owns. Not for 08...: dialled alike from everywhere."""
    blocks = "|".join(BLOCKS[code])
    return f"^(?:(?:{blocks})\\d{{6}}|{_union(OVERSEAS[code], _LOCAL_KINDS)})$"


@cache
def _exists(code: str) -> str:
    """Pattern of the numbers that exist behind a country code: what `phonenumbers.is_valid_number` accepts."""
    return f"^(?:{_union(OVERSEAS.get(code, ('FR',)), _KINDS)})$"


def _union(regions: tuple[str, ...], kinds: tuple[str, ...]) -> str:
    found = []
    for region in regions:
        metadata = PhoneMetadata.metadata_for_region(region)
        patterns = (getattr(metadata, kind) for kind in kinds)
        found += [p.national_number_pattern for p in patterns if p and p.national_number_pattern]
    return "|".join(f"(?:{pattern})" for pattern in found)

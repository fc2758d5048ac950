"""Phone numbers in E.164, with the French overseas territories resolved. No hashing and no lead belongs here.

France and its overseas departments share one numbering plan of nine digits behind a trunk `0`, but not one country
code: 0692... is +262, 0690... is +590. Which number belongs where, and which numbers exist, is in `phone_plans`; the
blocks that the plan gives overseas never become +33, even where no such number is in service.

Regular spellings take a vectorised path, everything else goes through `phonenumbers`; both give the same answer. Two
numbers in a cell, an extension, a rounded number: none of them is guessed at.
"""

import re
from typing import Final

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumber, PhoneNumberFormat

from pipelines.arrays.matches import without_signs
from pipelines.identifiers.phone_plans import (
    IS_FICTION,
    METROPOLITAN,
    OVERSEAS,
    OWN_PLANS,
    exists_in,
    overseas_code,
    overseas_patterns,
    plan_of,
)
from pipelines.identifiers.phone_texts import plain_number, plain_numbers

_SEPARATORS: Final = " \t\n\f\r.-/()"
_WITHOUT_SEPARATORS: Final = str.maketrans("", "", _SEPARATORS)
_REGULAR: Final = r"^(?:(?:\+|00)?33)?0?[1-9]\d{8}$"
_WORLDWIDE: Final = r"^(?:\+|00)"
_WITH_TRUNK: Final = r"^0[1-9]\d{8}$"
_SHORT: Final = r"^[1-9]\d{5}(?:\d{2})?$"
_WITHOUT_PLUS: Final = r"^(262|590|594|596)(0?[1-9]\d{8})$"
"""Country code and number as a spreadsheet leaves them; too long for a French number, so nothing else can be meant."""
_LOCAL: Final = r"^0?[1-9]\d*$"
_MAY_BE_ABROAD: Final = rf"^(?:{METROPOLITAN}|262|590|594|596)"
_CODES: Final = "|".join(str(code) for code in COUNTRY_CODE_TO_REGION_CODE if str(code) != METROPOLITAN)
_ABROAD: Final = rf"^(?:\+|00)(?P<code>{_CODES})(?P<subscriber>\d{{4,15}})$"
_REPEATING: Final = "508"
_DIGITS: Final = 9
_LONGEST: Final = 40
_PLAIN_SIGNS: Final = r"^[ -~]*$"
_FEW: Final = 100
"""Numbers that take less time one by one than the patterns of all countries take to be compiled."""
_NOTHING: Final = pa.nulls(1, pa.string())[0]


def canonical_phone(text: str, postal_code: str | None = None) -> str | None:
    """A phone number in E.164, e.g. `+33612345678`; None if it is not a valid number.

    Without a country code it is read in the territory of the postal code, where that has its own plan, else as French.
    """
    plain = plain_number(text)
    if len(plain) > _LONGEST or any(character.isalpha() for character in plain):
        return None
    territory = OWN_PLANS.get((postal_code or "").strip()[:3])
    local = _e164(plain, territory) if territory else None
    compact = plain.translate(_WITHOUT_SEPARATORS)
    french = f"+{compact}" if re.match(_WITHOUT_PLUS, compact, re.ASCII) else plain
    return local or _e164(french, "FR")


def canonical_phones(texts: pa.Array, postal_codes: pa.Array | None = None) -> pa.Array:
    """`canonical_phone` over a column of text: a string array of E.164 numbers, NULL where there is no valid one."""
    compact = without_signs(plain_numbers(texts), _SEPARATORS)
    is_long = pc.fill_null(pc.greater(pc.utf8_length(texts), _LONGEST), False)
    compact = pc.if_else(is_long, _NOTHING, compact)
    territories = pa.nulls(len(texts), pa.string()) if postal_codes is None else _territories(postal_codes)
    nationals = pc.if_else(pc.match_substring_regex(compact, _REGULAR), _last_nine(compact), _NOTHING)
    if territories.null_count < len(texts):
        nationals = pc.if_else(_is_french_anyhow(compact, territories), nationals, _NOTHING)
    numbers = _e164_of_nationals(nationals)
    is_rest = pc.and_not(pc.is_valid(texts), pc.is_valid(nationals))
    rest = _rest(texts.filter(is_rest), compact.filter(is_rest), territories.filter(is_rest))
    return pc.replace_with_mask(numbers, is_rest, rest)


def _last_nine(compact: pa.Array) -> pa.Array:
    """The national number, where there is one: to cut it off takes half the time of having a pattern take it out."""
    return pc.utf8_slice_codeunits(compact, -_DIGITS)


def _territories(postal_codes: pa.Array) -> pa.Array:
    """First digits of postal codes in territories with a plan of their own, NULL elsewhere."""
    prefixes = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(postal_codes), 0, 3)
    return pc.if_else(pc.is_in(prefixes, pa.array(list(OWN_PLANS))), prefixes, _NOTHING)


def _is_french_anyhow(compact: pa.Array, territories: pa.Array) -> pa.Array:
    """Whether a regular French spelling means the same in the row's territory; `0…` does where no `0` is dialled."""
    is_worldwide = pc.match_substring_regex(compact, _WORLDWIDE)
    is_trunk = pc.match_substring_regex(compact, _WITH_TRUNK)
    is_trunk = pc.and_(is_trunk, pc.fill_null(pc.not_equal(territories, "975"), False))
    return pc.fill_null(pc.or_(pc.is_null(territories), pc.or_(is_worldwide, is_trunk)), False)


def _rest(texts: pa.Array, compact: pa.Array, territories: pa.Array) -> pa.Array:
    """What is no regular French spelling: numbers abroad, short ones of territories, and one by one what is left."""
    if len(texts) <= _FEW:
        return _phones_one_by_one(texts, territories)
    numbers = _abroad(compact)
    for prefix in territories.unique().drop_null().to_pylist():
        is_here = pc.fill_null(pc.equal(territories, prefix), False)
        local = _short_numbers(pc.if_else(is_here, compact, _NOTHING), OWN_PLANS[prefix])
        numbers = pc.coalesce(numbers, local)
    is_told = pc.or_(_hold_letters(texts, compact), _are_no_length(compact, territories))
    is_left = pc.and_not(pc.is_null(numbers), is_told)
    return pc.replace_with_mask(
        numbers, is_left, _phones_one_by_one(texts.filter(is_left), territories.filter(is_left))
    )


def _hold_letters(texts: pa.Array, compact: pa.Array) -> pa.Array:
    """Whether letters are left of a text in plain signs, which is no number then."""
    is_plain = pc.match_substring_regex(texts, _PLAIN_SIGNS)
    return pc.fill_null(pc.and_(is_plain, pc.match_substring_regex(compact, "[A-Za-z]")), False)


def _are_no_length(compact: pa.Array, territories: pa.Array) -> pa.Array:
    """Whether texts are digits without a country code, and not nine behind a trunk `0`: no French number then."""
    is_local = pc.and_not(pc.match_substring_regex(compact, _LOCAL), pc.match_substring_regex(compact, _MAY_BE_ABROAD))
    is_local = pc.and_not(is_local, pc.match_substring_regex(compact, _REGULAR))
    return pc.fill_null(pc.and_(is_local, pc.is_null(territories)), False)


def _abroad(compact: pa.Array) -> pa.Array:
    """E.164 of the numbers with a country code that a pattern says exist; NULL for all others."""
    found = pc.extract_regex(pc.replace_substring_regex(compact, _WITHOUT_PLUS, r"+\1\2"), _ABROAD)
    codes, subscribers = pc.struct_field(found, "code"), pc.struct_field(found, "subscriber")
    numbers = pa.nulls(len(compact), pa.string())
    for code in codes.unique().drop_null().to_pylist():
        is_here = pc.fill_null(pc.equal(codes, code), False)
        numbers = pc.replace_with_mask(numbers, is_here, _behind(code, subscribers.filter(is_here)))
    return numbers


def _behind(code: str, subscribers: pa.Array) -> pa.Array:
    """E.164 of the numbers behind a country code, a trunk `0` dropped; NULL where the patterns don't decide."""
    plan = plan_of(code)
    if plan is None:
        return pa.nulls(len(subscribers), pa.string())
    trunk = pc.replace_substring_regex(subscribers, "^0", "") if plan.trunk == "0" else subscribers
    is_told = pc.match_substring_regex(trunk, f"^(?:{plan.exists})$")
    if plan.trunk not in ("", "0"):
        is_told = pc.and_not(is_told, pc.match_substring_regex(trunk, f"^(?:{plan.trunk})"))
    return pc.if_else(is_told, pc.binary_join_element_wise(f"+{code}", trunk, ""), _NOTHING)


def _short_numbers(compact: pa.Array, region: str) -> pa.Array:
    """E.164 of the short numbers that exist in a territory; NULL for all others."""
    code = phonenumbers.country_code_for_region(region)
    is_local = pc.and_(
        pc.match_substring_regex(compact, _SHORT), pc.match_substring_regex(compact, exists_in((region,)))
    )
    return pc.if_else(is_local, pc.binary_join_element_wise(f"+{code}", compact, ""), _NOTHING)


def _phones_one_by_one(texts: pa.Array, postal_codes: pa.Array) -> pa.Array:
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
    is_french = number.country_code == int(METROPOLITAN)
    if is_french and len(national) == _DIGITS and re.match(IS_FICTION, national):
        return f"+{METROPOLITAN}{national}"
    if is_french and not number.italian_leading_zero and len(national) == _DIGITS:
        code = overseas_code(national) or METROPOLITAN
        number = PhoneNumber(country_code=int(code), national_number=int(_subscriber(code, national)))
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if phonenumbers.is_valid_number(number) else None


def _subscriber(code: str, national: str) -> str:
    """Saint-Pierre and Miquelon repeats its country code inside the French plan: 0508 41 23 45 is +508 41 23 45."""
    return national.removeprefix(_REPEATING) if code == _REPEATING else national


def _e164_of_nationals(nationals: pa.Array) -> pa.Array:
    """E.164 of numbers in the French plan, given as nine digits."""
    anywhere = "|".join(pattern for _, pattern in overseas_patterns())
    is_overseas = pc.and_not(pc.match_substring_regex(nationals, anywhere), pc.starts_with(nationals, "8"))
    numbers = pc.replace_with_mask(
        _where_it_exists(METROPOLITAN, nationals),
        pc.fill_null(is_overseas, False),
        _overseas(nationals.filter(is_overseas, null_selection_behavior="drop")),
    )
    is_fiction = pc.match_substring_regex(nationals, IS_FICTION)
    return pc.if_else(is_fiction, pc.binary_join_element_wise(f"+{METROPOLITAN}", nationals, ""), numbers)


def _overseas(nationals: pa.Array) -> pa.Array:
    if len(nationals) <= _FEW:
        return pa.array([_e164(f"+{METROPOLITAN}{national}", "FR") for national in nationals.to_pylist()], pa.string())
    numbers, rest = pa.nulls(len(nationals), pa.string()), nationals
    for code, pattern in overseas_patterns():
        is_owned = pc.match_substring_regex(rest, pattern)
        owned = pc.if_else(is_owned, rest, _NOTHING)
        subscribers = pc.replace_substring_regex(owned, f"^{_REPEATING}", "") if code == _REPEATING else owned
        numbers = pc.coalesce(numbers, _where_it_exists(code, subscribers))
        rest = pc.if_else(is_owned, _NOTHING, rest)
    return numbers


def _where_it_exists(code: str, subscribers: pa.Array) -> pa.Array:
    numbers = pc.binary_join_element_wise(f"+{code}", subscribers, "")
    is_there = pc.match_substring_regex(subscribers, exists_in(OVERSEAS.get(code, ("FR",))))
    return pc.if_else(is_there, numbers, _NOTHING)

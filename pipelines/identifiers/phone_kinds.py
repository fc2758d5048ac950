"""What a phone number is by its numbering plan: its kind, and its country or territory. Whether it exists: `phones`.

Kinds: `mobile`, `geographic`, `non_geographic` (09…, and 080…: free or at the price of a call) and `premium` (081…,
082…, 089… and what else of 08… costs more: Arcep, plan national de numérotation, 2.4). Abroad they are those of the
metadata of `phonenumbers`; NULL where it can't tell fixed from mobile, as in North America.
"""

from collections.abc import Callable
from typing import Final

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumber, PhoneNumberType

from pipelines.arrays.values import mapped_once

_PREFIX: Final = 7
"""Characters of an E.164 number that tell most French ones: `+336123`, `+262269`."""
_FRENCH: Final = {"+33": "FR", "+590": "GP", "+594": "GF", "+596": "MQ", "+262": "RE"}
_MAYOTTE: Final = ("+262269", "+262639")
_SHARED: Final = ("+2627", "+2629", "+262268")
_ABROAD: Final = {
    PhoneNumberType.FIXED_LINE: "geographic",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.PAGER: "mobile",
    PhoneNumberType.TOLL_FREE: "non_geographic",
    PhoneNumberType.VOIP: "non_geographic",
    PhoneNumberType.UAN: "non_geographic",
    PhoneNumberType.PERSONAL_NUMBER: "non_geographic",
    PhoneNumberType.VOICEMAIL: "non_geographic",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "premium",
}

Reader = Callable[[str], str | None]


def phone_kinds(e164: pa.Array) -> pa.Array:
    """Kinds of a column of valid E.164 numbers; NULL where there is no number, or none can be told."""
    return _by_prefix(e164, _french_kind, _kind_abroad)


def phone_regions(e164: pa.Array) -> pa.Array:
    """ISO 3166 alpha-2 countries and territories of a column of valid E.164 numbers; NULL where there is none.

    Guadeloupe shares its numbers with Saint-Barthélemy and Saint-Martin: GP stands for all three.
    """
    return _by_prefix(e164, _french_region, _region_abroad)


def _by_prefix(e164: pa.Array, french: Reader, abroad: Reader) -> pa.Array:
    """Read from the first digits, which few values share; the whole number is looked at where they don't tell."""
    found = mapped_once(pc.utf8_slice_codeunits(e164, 0, _PREFIX), french, pa.string())
    is_open = pc.and_not(pc.is_valid(e164), pc.is_valid(found))
    return pc.replace_with_mask(found, is_open, mapped_once(e164.filter(is_open), abroad, pa.string()))


def _french_kind(prefix: str) -> str | None:
    code = _french_code(prefix)
    if code is None:
        return None
    first, second = prefix[len(code)], prefix[len(code) + 1]
    if first == "8":
        return "non_geographic" if second == "0" else "premium"
    return {"6": "mobile", "7": "mobile", "9": "non_geographic"}.get(first, "geographic")


def _french_region(prefix: str) -> str | None:
    if prefix.startswith(_SHARED):
        return None
    code = _french_code(prefix)
    return None if code is None else "YT" if prefix.startswith(_MAYOTTE) else _FRENCH[code]


def _french_code(prefix: str) -> str | None:
    return next((code for code in _FRENCH if prefix.startswith(code)), None)


def _kind_abroad(number: str) -> str | None:
    return _ABROAD.get(phonenumbers.number_type(_as_library_number(number)))


def _region_abroad(number: str) -> str | None:
    region = phonenumbers.region_code_for_number(_as_library_number(number))
    return None if region == "001" else region


def _as_library_number(e164: str) -> PhoneNumber:
    """An E.164 number as the library holds it, without reading it as one that somebody typed in."""
    code = next(code for code in (e164[1:2], e164[1:3], e164[1:4]) if int(code) in COUNTRY_CODE_TO_REGION_CODE)
    subscriber = e164[1 + len(code) :]
    zeros = len(subscriber) - len(subscriber.lstrip("0"))
    return PhoneNumber(
        country_code=int(code),
        national_number=int(subscriber),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros or None,
    )

"""A row's own person inside one text: names, number and address in any cut, encoded or hashed, cut out of it.

So are, by `emails_in_texts` and `phones_in_texts`, anybody's address and number. Which fields are looked through, and
how that is done for millions of rows, belongs to `hidden`.
"""

import base64
import binascii
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pipelines.arrays.nesting import is_too_deep
from pipelines.identifiers.email_kinds import ROLES
from pipelines.identifiers.emails_in_texts import EMAIL, without_emails
from pipelines.identifiers.phones_in_texts import FRENCH_CODES, GAP, PHONE, without_phones
from pipelines.identifiers.plain_texts import plain_text
from pipelines.identifiers.uses import Use

NAME: Final = "[name]"

_GAPS: Final = rf"{GAP}{{0,3}}"
_GAP: Final = re.compile(GAP)
_SUBSCRIBER: Final = 9

_WORD: Final = re.compile(r"[^\W\d_]+")
_LEAST_NAME: Final = 3
_LEAST_LOCAL: Final = 5
_PARTICLES: Final = frozenset(("des", "del", "der", "van", "von", "les", "dos", "das", "mme", "mlle"))
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{16,}(?![0-9A-Za-z])")
_DIGESTS: Final = {32: hashlib.md5, 40: hashlib.sha1, 64: hashlib.sha256}
_GREATEST_NUMBER: Final = 10**16


def folded(text: str) -> str:
    """Without accents and case."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def name_words(name: str) -> frozenset[str]:
    """The folded words of a name that are long enough to tell a person from a particle."""
    return frozenset(word for word in _WORD.findall(folded(name)) if len(word) >= _LEAST_NAME) - _PARTICLES


def local_words(email: str) -> frozenset[str]:
    """The folded local part of an address, if it tells a person from a function; without that, nothing."""
    local = folded(email.partition("@")[0]).partition("+")[0]
    letters = sum(map(str.isalpha, local))
    return (
        frozenset((local,))
        if letters >= _LEAST_NAME and len(local) >= _LEAST_LOCAL and local not in ROLES
        else frozenset()
    )


@dataclass(frozen=True)
class Person:
    """What a row says of its own person: canonical e-mail and phones, names as delivered; None where it is silent."""

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    other_phones: Sequence[str] | None = None

    @cached_property
    def phones(self) -> tuple[str, ...]:
        """All its numbers in E.164."""
        return tuple(filter(None, (self.phone, *(self.other_phones or ()))))

    @cached_property
    def numbers(self) -> tuple[tuple[str, ...], ...]:
        """Digits by which each number is known: the subscriber's, then with each usual prefix."""
        return tuple(map(_digits_of, self.phones))

    @cached_property
    def first_words(self) -> frozenset[str]:
        """Folded words of the first name."""
        return name_words(self.first_name or "")

    @cached_property
    def last_words(self) -> frozenset[str]:
        """Folded words of the last name."""
        return name_words(self.last_name or "")

    @cached_property
    def whole_names(self) -> tuple[tuple[str, str], ...]:
        """A word of the first and a word of the last name, in either order."""
        pairs = [(one, two) for one in sorted(self.first_words) for two in sorted(self.last_words)]
        return (*pairs, *((two, one) for one, two in pairs))

    @cached_property
    def local_words(self) -> frozenset[str]:
        """See `local_words`."""
        return local_words(self.email or "")


def _digits_of(phone: str) -> tuple[str, ...]:
    digits = phone.removeprefix("+")
    code = next((code for code in FRENCH_CODES if digits.startswith(code)), "")
    subscriber = digits[len(code) :] if code else digits[-9:]
    return (subscriber, f"0{subscriber}", digits, f"33{subscriber}") if len(subscriber) >= 9 else (digits, digits)


NOBODY: Final = Person()


def without_identifiers_in(text: str, person: Person, use: Use) -> str:
    """The text with e-mails, phone numbers and the person's names replaced by `[email]`, `[phone]` and `[name]`.

    What is encoded (percent, HTML, `\\u`, full width) is read as what it stands for; where nothing is found, the text
    comes back as it was. Answers in JSON are looked through value by value and stay JSON.
    """
    if use == "text" and text[:1] in "{[":
        found = _cut_in_json(text, person)
        if found is not None:
            return found
    return _cut(text, person, use)


def _cut(text: str, person: Person, use: Use) -> str:
    plain = plain_text(text)
    cut = plain
    for step in (_without_addresses, _without_encoded, _without_own_phone, _without_numbers, _without_names):
        cut = step(cut, person, use)
    return text if cut == plain else cut


def _cut_in_json(text: str, person: Person) -> str | None:
    """None where it is not JSON, or nests too deep to be walked through: then it is a text like any other."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if is_too_deep(value, text):
        return None
    cut = _each_text(value, lambda part: _cut(part, person, "text"))
    return text if cut == value else json.dumps(cut, ensure_ascii=False)


def _each_text(value: Any, function: Callable[[str], str]) -> Any:
    """A JSON value with its texts, keys and the digits of its numbers changed."""
    if isinstance(value, dict):
        return {function(key): _each_text(part, function) for key, part in value.items()}
    if isinstance(value, list):
        return [_each_text(part, function) for part in value]
    if isinstance(value, str):
        return function(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _GREATEST_NUMBER:
        digits = f"{value:.0f}"
        cut = function(digits)
        return value if cut == digits else cut
    return value


def _without_addresses(text: str, person: Person, use: Use) -> str:
    cut = without_emails(text, use)
    if use == "label":
        return cut
    for local in person.local_words:
        cut = re.sub(rf"(?<![^\W_]){re.escape(local)}(?![^\W_])", EMAIL, cut, flags=re.IGNORECASE)
    return cut


def _without_encoded(text: str, person: Person, use: Use) -> str:
    """Without the person's e-mail or phone in base64 or hex, or a digest of either."""
    if person.email is None and not person.phones:
        return text
    cut = _HEX.sub(lambda match: EMAIL if _is_hex_of(match[0], person) else match[0], text)
    return _BASE64.sub(lambda match: EMAIL if _is_base64_of(match[0], person) else match[0], cut)


def _is_hex_of(token: str, person: Person) -> bool:
    return _is_digest_of(token, person) or _holds(_bytes_of_hex(token), person)


def _is_base64_of(token: str, person: Person) -> bool:
    return _holds(_bytes_of_base64(token), person)


def _bytes_of_hex(token: str) -> bytes:
    return bytes.fromhex(token) if len(token) % 2 == 0 else b""


def _bytes_of_base64(token: str) -> bytes:
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_" if {"-", "_"} & {*token} else None)
    except binascii.Error:
        return b""


def _holds(content: bytes, person: Person) -> bool:
    text = content.decode("utf-8", "replace").casefold()
    return bool(person.email and person.email in text) or any(
        number in text for numbers in person.numbers for number in numbers[1:]
    )


def holds_encoded(text: str, person: Person) -> bool:
    """Whether a text holds the person's e-mail or phone in base64 or hex, or a digest of either."""
    return _without_encoded(text, person, "reference") != text


def _is_digest_of(token: str, person: Person) -> bool:
    """Whether a token is the MD5, SHA-1 or SHA-256 of the person's e-mail or of a number in its usual forms."""
    make = _DIGESTS.get(len(token))
    if make is None:
        return False
    all_digits = [phone.removeprefix("+") for phone in person.phones]
    forms = (person.email, *person.phones, *all_digits, *(f"0{digits[-_SUBSCRIBER:]}" for digits in all_digits))
    return any(form and make(form.encode(), usedforsecurity=False).hexdigest() == token.lower() for form in forms)


def _without_own_phone(text: str, person: Person, use: Use) -> str:
    for numbers in person.numbers:
        text = _without_number(text, numbers)
    return text


def _without_number(text: str, numbers: tuple[str, ...]) -> str:
    subscriber, *prefixed = numbers
    if subscriber not in _GAP.sub("", text):
        return text
    for number in sorted(prefixed, key=len, reverse=True):
        text = text.replace(f"+{number}", PHONE).replace(f"00{number}", PHONE).replace(number, PHONE)
    prefix = rf"(?:[(\[]?(?:(?:\+|00){_GAPS})?(?:{'|'.join(FRENCH_CODES)}){_GAPS})?(?:[(\[]?0{_GAPS})?"
    return re.sub(rf"(?<!\d){prefix}{_GAPS.join(subscriber)}(?!\d)", PHONE, text)


def _without_numbers(text: str, person: Person, use: Use) -> str:
    return without_phones(text, use)


def _without_names(text: str, person: Person, use: Use) -> str:
    first, last = person.first_words, person.last_words
    if not first | last:
        return text
    plain = folded(text)
    if use in ("reference", "web") and any(one + two in plain for one, two in person.whole_names):
        return re.sub("|".join(re.escape(one + two) for one, two in person.whole_names), NAME, plain)
    words = {folded(word) for word in _WORD.findall(text)}
    is_whole_name = bool(words & first and words & last)
    if use == "text" or is_whole_name:
        return _WORD.sub(lambda match: NAME if folded(match[0]) in first | last else match[0], text)
    return text

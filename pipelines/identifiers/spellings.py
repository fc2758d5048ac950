"""How e-mail addresses, phone numbers and a row's own names are spelled inside one text, and cut out of it.

Which fields are looked through, and how that is done for millions of rows, belongs to `hidden`.
"""

import base64
import binascii
import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote

from pipelines.identifiers.email_kinds import ROLES
from pipelines.identifiers.phones import canonical_phone
from pipelines.vocabulary.field_kinds import Use

EMAIL: Final = "[email]"
PHONE: Final = "[phone]"
NAME: Final = "[name]"

_LOCAL: Final = r"[^\s@<>()\[\]{}\"',;:/?&=|\\]{1,64}"
_AT: Final = r"(?:@|\s{0,3}[(\[{]\s?(?:at|@|arobase|arobas)\s?[)\]}]\s{0,3}|\s{1,3}(?:arobase|arobas)\s{1,3})"
_SPOKEN_DOT: Final = r"\s{0,3}[(\[{]\s?(?:dot|point)\s?[)\]}]\s{0,3}|\s{1,3}(?:dot|point)\s{1,3}"
_DOMAIN: Final = rf"[\w-]{{1,63}}(?:(?:\.|{_SPOKEN_DOT})[\w-]{{1,63}})+"
_EMAIL: Final = re.compile(rf"{_LOCAL}{_AT}{_DOMAIN}", re.IGNORECASE)
_SPOKEN_EMAIL: Final = re.compile(rf"(?P<local>[\w.+-]{{1,64}})\s{{1,3}}at\s{{1,3}}{_DOMAIN}", re.IGNORECASE)
_NO_WORD: Final = re.compile(r"[\d._-]")
_USER_INFO: Final = re.compile(r"(?<=//)[^/?#@\s]+@")

_GAP: Final = r"[\s.\-_/()]{0,3}"
_INTERNATIONAL: Final = re.compile(
    rf"\+{_GAP}[1-9](?:{_GAP}\d){{7,14}}(?!\d)|(?<![^\W_])00(?=(?:[\s./()]{{0,3}}\d){{10}})[\s./()]{{0,3}}[2-9]"
    r"(?:[\s./()]{0,3}\d){9,14}(?![^\W_])"
)
"""What begins with `00` may be a counter, or a part of a UUID: it has to stand alone and have twelve digits."""
_NATIONAL: Final = re.compile(r"(?<![\w+])0[1-9](?P<gap>\s?[.\-/_]\s?|\s|)\d{2}(?:(?P=gap)\d{2}){3}(?!\w)")
_SPACED: Final = re.compile(r"(?<![\w+.])0[1-9](?P<gap>[ .])\d{2}(?:(?P=gap)\d{2}){3}(?![\w.])")
FRENCH_CODES: Final = ("33", "262", "590", "594", "596", "508")
"""Country codes of France and its territories."""
_SUBSCRIBER: Final = 9
_COUNTER: Final = re.compile(rf"00(?!{'|'.join(FRENCH_CODES)})")
"""In a reference, `00` before other countries' codes is taken for leading zeros."""
_PACKING: Final = {ord(character): None for character in " .-_/()+\u00a0\u202f"}

_WORD: Final = re.compile(r"[^\W\d_]+")
_LEAST_NAME: Final = 3
_LEAST_LOCAL: Final = 5
_PARTICLES: Final = frozenset(("des", "del", "der", "van", "von", "les", "dos", "das", "mme", "mlle"))
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{16,}(?![0-9A-Za-z])")
_DIGESTS: Final = {32: hashlib.md5, 40: hashlib.sha1, 64: hashlib.sha256}
_DECODINGS: Final = 3
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
    """What a row says of its own person: canonical e-mail and phone, names as delivered; None where it says nothing."""

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Digits by which the number is known: the subscriber's, then with each usual prefix."""
        if self.phone is None:
            return ()
        digits = self.phone.removeprefix("+")
        code = next((code for code in FRENCH_CODES if digits.startswith(code)), "")
        subscriber = digits[len(code) :] if code else digits[-9:]
        return (subscriber, f"0{subscriber}", digits, f"33{subscriber}") if len(subscriber) >= 9 else (digits, digits)

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
    plain = _decoded_text(text)
    cut = plain
    for step in (_without_emails, _without_encoded, _without_own_phone, _without_phones, _without_names):
        cut = step(cut, person, use)
    return text if cut == plain else cut


def _cut_in_json(text: str, person: Person) -> str | None:
    """None where it is not JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
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


def _decoded_text(text: str) -> str:
    for _ in range(_DECODINGS):
        plain = unicodedata.normalize("NFKC", text)
        plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), plain) if "\\u" in plain else plain
        plain = html.unescape(plain) if "&" in plain else plain
        plain = unquote(plain) if "%" in plain else plain
        if plain == text:
            break
        text = plain
    return text


def _without_emails(text: str, person: Person, use: Use) -> str:
    cut = _USER_INFO.sub(f"{EMAIL}@", text) if use == "web" else text
    cut = _SPOKEN_EMAIL.sub(_email_if_spoken, _EMAIL.sub(EMAIL, cut))
    if use == "label":
        return cut
    for local in person.local_words:
        cut = re.sub(rf"(?<![^\W_]){re.escape(local)}(?![^\W_])", EMAIL, cut, flags=re.IGNORECASE)
    return cut


def _email_if_spoken(match: re.Match[str]) -> str:
    """`jean.roy at x.fr` and `jean at x dot fr` are addresses, `meet at x.fr` is none."""
    is_spoken = _NO_WORD.search(match["local"]) or re.search(_SPOKEN_DOT, match[0], re.IGNORECASE)
    return EMAIL if is_spoken else match[0]


def _without_encoded(text: str, person: Person, use: Use) -> str:
    """Without the person's e-mail or phone in base64 or hex, or a digest of either."""
    if person.email is None and person.phone is None:
        return text
    cut = _HEX.sub(lambda match: EMAIL if _is_hex_of(match[0], person) else match[0], text)
    return _BASE64.sub(lambda match: EMAIL if _is_base64_of(match[0], person) else match[0], cut)


def _is_hex_of(token: str, person: Person) -> bool:
    return _is_digest_of(token, person.email, person.phone) or _holds(_bytes_of_hex(token), person)


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
    return bool(person.email and person.email in text) or any(number in text for number in person.numbers[1:])


def holds_encoded(text: str, person: Person) -> bool:
    """Whether a text holds the person's e-mail or phone in base64 or hex, or a digest of either."""
    return _without_encoded(text, person, "reference") != text


def _is_digest_of(token: str, email: str | None, phone: str | None) -> bool:
    """Whether a token is the MD5, SHA-1 or SHA-256 of an e-mail or of a number in its usual forms."""
    make = _DIGESTS.get(len(token))
    if make is None:
        return False
    digits = phone and phone.removeprefix("+")
    forms = (email, phone, digits, digits and f"0{digits[-_SUBSCRIBER:]}")
    return any(form and make(form.encode(), usedforsecurity=False).hexdigest() == token.lower() for form in forms)


def _without_own_phone(text: str, person: Person, use: Use) -> str:
    if not person.numbers:
        return text
    subscriber, *prefixed = person.numbers
    packed = text.translate(_PACKING)
    if subscriber not in packed:
        return text
    is_known = any(number in packed for number in prefixed)
    gapped = _GAP.join(subscriber)
    bounded = rf"(?<!\d){gapped}(?!\d)"
    prefix = rf"(?:\(?(?:(?:\+|00){_GAP})?(?:{'|'.join(FRENCH_CODES)}){_GAP})?(?:\(?0{_GAP})?"
    return re.sub(rf"{prefix}{gapped}" if is_known else bounded, PHONE, text)


def _without_phones(text: str, person: Person, use: Use) -> str:
    if use == "reference":
        return _INTERNATIONAL.sub(lambda match: match[0] if _COUNTER.match(match[0]) else _phone_if_valid(match), text)
    cut = _INTERNATIONAL.sub(_phone_if_valid, text)
    return (_NATIONAL if use == "text" else _SPACED).sub(_phone_if_valid, cut)


def _phone_if_valid(match: re.Match[str]) -> str:
    return PHONE if canonical_phone(match[0].replace("_", " ")) else match[0]


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

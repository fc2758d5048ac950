"""E-mail addresses in their canonical form, and the alias under which tags and Gmail's dots do not count."""

import re
import unicodedata
from typing import Final

import email_validator
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import mapped_once
from pipelines.identifiers.decorations import OF_EMAILS, undecorated, undecorated_texts
from pipelines.identifiers.plain_texts import INVISIBLE, plain_text

_ATOM: Final = r"[a-z0-9_+\-]+"


_LABEL: Final = r"[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?"


_REGULAR: Final = rf"^{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[a-z]{{2,}}$"


_REGULAR_TEXT: Final = re.compile(_REGULAR[:-1] + r"\Z")


_ASCII_ATOM: Final = r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+"


_POSSIBLE: Final = rf"^{_ASCII_ATOM}(?:\.{_ASCII_ATOM})*@(?:[A-Za-z0-9\-]+\.)+[A-Za-z0-9\-]+$"
"""What an address in ASCII has to be at least: signs that RFC 5322, 3.2.3 allows without quotes, and a dotted name."""


_POSSIBLE_TEXT: Final = re.compile(_POSSIBLE[:-1] + r"\Z")


_CODED: Final = r"[%&\\]"
"""What a percent, HTML or `\\u` code begins with."""


_TWO_IN_PIECES: Final = r"(?s)@.*[\s<>()\[\]{},;|\"].*@"
"""Two at signs with something of `_BETWEEN` between them."""


_SPECIAL: Final = "--"


_LONGEST_REGULAR: Final = 63  # so short that no part of the address can be too long


_LONGEST_TEXT: Final = 2000
"""Characters of a text in which an address is looked for once more."""
_LONGEST_LOCAL: Final = 64
"""Octets: RFC 5321 4.5.3.1.1 (<https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.1>)."""


_SHORTEST_TLD: Final = 2
"""Letters: no top-level domain has one (<https://data.iana.org/TLD/tlds-alpha-by-domain.txt>)."""


_TAG: Final = r"^([^+@]+)\+[^@]*@"


_GMAIL_ENDINGS: Final = ("@gmail.com", "@googlemail.com")


_SAYS_AT: Final = r"[@%&\\]|[^\x00-\x7f]"
"""What no address can do without: its sign, or a code or a letter that may stand for it."""
_BETWEEN: Final = re.compile(r"[\s<>()\[\]{},;|\"]+")
"""What stands between an address and the same once more: `X <X>`, `X, X`, a link to X."""


def canonical_email(text: str) -> str | None:
    """Trimmed, NFC, lower case, domain in punycode; None if the syntax is bad (`email-validator`, no look-up).

    Zero-width characters, which copying from a page leaves behind, don't count; nor does what stands around one address
    (`decorations`), nor its being written twice. Two addresses, or a quoted local part, are bad: not guessed at.
    """
    bare = INVISIBLE.sub("", text).strip()
    return literal_email(undecorated(bare, OF_EMAILS)) or _encoded_or_repeated(bare)


def literal_email(text: str) -> str | None:
    """As `canonical_email`, but of a text that has to be the address as it stands: `=a@x.fr` keeps its sign."""
    if "@" not in text:
        return None  # what the validator says, too, and takes its time for
    lowered = text.strip().lower()
    if text.isascii() and len(lowered) <= _LONGEST_REGULAR and _REGULAR_TEXT.match(lowered) and _SPECIAL not in lowered:
        return lowered
    if lowered.isascii() and not _POSSIBLE_TEXT.match(lowered):
        return None  # what the validator would say, and take its time for
    try:
        address = email_validator.validate_email(INVISIBLE.sub("", text).strip(), check_deliverability=False)
    except email_validator.EmailNotValidError:
        return None
    if (
        len(address.local_part.encode()) > _LONGEST_LOCAL
        or len(address.ascii_domain.rpartition(".")[2]) < _SHORTEST_TLD
    ):
        return None
    local = unicodedata.normalize("NFC", unicodedata.normalize("NFC", address.local_part).lower())
    return f"{local}@{address.ascii_domain.lower()}"


def _encoded_or_repeated(bare: str) -> str | None:
    """The address of a text in another encoding, or in which the same one stands several times."""
    if len(bare) > _LONGEST_TEXT:
        return None
    plain = plain_text(bare)
    if plain != bare and (found := literal_email(undecorated(plain, OF_EMAILS))):
        return found
    pieces = [piece for piece in _BETWEEN.split(plain) if "@" in piece]
    found_in_pieces = {literal_email(undecorated(piece, OF_EMAILS)) for piece in pieces} if len(pieces) > 1 else {None}
    return found_in_pieces.pop() if len(found_in_pieces) == 1 else None


def canonical_emails(texts: pa.Array) -> pa.Array:
    """`canonical_email` over a column of text; NULL where there is no valid address."""
    lowered = pc.ascii_lower(pc.utf8_trim_whitespace(texts))
    is_irregular = pc.fill_null(pc.invert(_is_regular(lowered)), False)
    if not pc.any(is_irregular).as_py():
        return lowered
    rest = texts.filter(is_irregular)
    bare = pc.ascii_lower(pc.utf8_trim_whitespace(undecorated_texts(pc.utf8_trim_whitespace(rest), OF_EMAILS)))
    is_odd = pc.invert(_is_regular(bare))
    odd = rest.filter(is_odd)
    may_be_one = pc.and_not(pc.match_substring_regex(odd, _SAYS_AT), _is_hopeless(odd, bare.filter(is_odd)))
    odd = pc.if_else(may_be_one, odd, pa.scalar(None, pa.string()))
    found = pc.replace_with_mask(bare, is_odd, mapped_once(odd, canonical_email, pa.string()))
    return pc.replace_with_mask(lowered, is_irregular, found)


def _is_hopeless(texts: pa.Array, bare: pa.Array) -> pa.Array:
    """Whether texts, and what is left of them without decorations, can't be addresses, nor hold one twice."""
    is_plain = pc.and_not(pc.string_is_ascii(texts), pc.match_substring_regex(texts, _CODED))
    is_single = pc.invert(pc.match_substring_regex(texts, _TWO_IN_PIECES))
    is_short = pc.less_equal(pc.utf8_length(texts), _LONGEST_TEXT)
    is_impossible = pc.invert(pc.match_substring_regex(bare, _POSSIBLE))
    return pc.and_(pc.and_(is_plain, is_single), pc.and_(is_short, is_impossible))


def _is_regular(lowered: pa.Array) -> pa.Array:
    """Whether texts in lower case are their own canonical form for sure; NULL stays."""
    is_regular = pc.and_not(pc.match_substring_regex(lowered, _REGULAR), pc.match_substring_regex(lowered, _SPECIAL))
    return pc.and_(is_regular, pc.less_equal(pc.binary_length(lowered), _LONGEST_REGULAR))


def email_parts(canonicals: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Local parts and domains of a column of canonical addresses."""
    parts = pc.split_pattern(canonicals, "@", max_splits=1)
    return pc.list_element(parts, 0), pc.list_element(parts, 1)


def at_gmail(canonicals: pa.Array) -> pa.Array:
    """Which canonical addresses are of Google's mail; NULL stays."""
    first, second = (pc.ends_with(canonicals, ending) for ending in _GMAIL_ENDINGS)
    return pc.or_(first, second)


def email_alias(canonical: str) -> str:
    """The address without `+tag` and, at Gmail, without dots; equal for addresses that reach the same mailbox."""
    return str(email_aliases(pa.array([canonical]))[0].as_py())


def email_aliases(canonicals: pa.Array) -> pa.Array:
    """`email_alias` over a column of canonical addresses."""
    untagged = pc.replace_substring_regex(canonicals, _TAG, r"\1@")
    is_gmail = pc.fill_null(at_gmail(untagged), False)
    local, _ = email_parts(untagged.filter(is_gmail))
    gmail = pc.binary_join_element_wise(pc.replace_substring(local, ".", ""), "@gmail.com", "")
    return pc.replace_with_mask(untagged, is_gmail, gmail)

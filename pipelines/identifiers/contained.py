"""Plain e-mails and phones inside a delivered one that is bad or decorated, and whom else its letters may mean.

What has one meaning is read by `emails` and `phones`. All that is left open is listed here, to be compared with the
opposition registry: a person who objected is not called because somebody wrote a word around the number. Ordinary texts
are not searched; each distinct other text is searched once.
"""

import re
from collections.abc import Iterator
from typing import Final

import idna
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import NO_TEXT, TEXT, TEXT_LIST, list_columns, mapped_once
from pipelines.identifiers.decorations import OF_EMAILS, OF_PHONES, Steps, undecorated_texts
from pipelines.identifiers.emails import canonical_email, literal_email
from pipelines.identifiers.emails_in_texts import emails_in, may_hold_emails
from pipelines.identifiers.letters_alike import in_latin_letters
from pipelines.identifiers.other_forms import Contained, Identifiers
from pipelines.identifiers.phones import canonical_phone
from pipelines.identifiers.phones_in_texts import phones_in
from pipelines.identifiers.plain_texts import plain_text

MOST: Final = 8
"""Identifiers of a kind that are taken from one text; a cell with more is no identifier but a page."""
_LONGEST: Final = 1000
"""Characters of a text that are searched."""
_PLAIN_EMAIL: Final = r"^[A-Za-z0-9][A-Za-z0-9._+\-]*@[A-Za-z0-9.\-]+$"
_PLAIN_PHONE: Final = r"^[\d\s.,\-/()+]*$"
_LITERAL: Final = r"^[a-z0-9!#$%&'*+/=?^_`{|}~.\-]+@[a-z0-9.\-]+$"
"""An address by RFC 5322, section 3.2.3, as it stands."""
_PUNYCODE: Final = "xn--"
_ODD: Final = r"(?i)xn--|^u003[ce]"
"""What makes an address odd that is plain by its signs: letters in punycode, a bracket that lost its backslash."""
_HEAD: Final = re.compile(r"^(?:u003[ce]|[^\w]|_)+", re.IGNORECASE)
"""Signs before a local part that need not be of it: of a list, of emphasis, such a bracket."""
_SPACES_AT_SIGNS: Final = re.compile(r"\s*([@.])\s*")
_REPEATED_SIGNS: Final = re.compile(r"([@.])\1+")
_FEWEST_DIGITS: Final = 6
_MAY_HOLD_EMAILS: Final = r"(?i)[^\x00-\x7f%&\\]|[%&\\]|(?:@|at[)\]}>\s_-]|arobas)(?:.|\n)*(?:[.,]|dot|point)"
"""What no text with an address can do without: an at and a dot after it, or signs that may stand for them."""
_MAY_HOLD_PHONES: Final = r"[^\x00-\x7f]|[%&\\]|(?:[0-9OoIl](?:.|\n)*?){6}"
"""As many digits, or what is read as some."""
_NO_DIGIT: Final = re.compile(r"[^0-9+]")
_DIGITS_LIKE: Final = str.maketrans("OoIl", "0011")


def contained_in(emails: Identifiers, *phones: Identifiers) -> Contained:
    """Identifiers within the e-mails and phones of some leads, whichever of the fields they stand in."""
    texts = [
        _searched(emails, OF_EMAILS, _PLAIN_EMAIL),
        *(_searched(each, OF_PHONES, _PLAIN_PHONE) for each in phones),
    ]
    with_emails = (_where(each, _MAY_HOLD_EMAILS) for each in texts)
    with_phones = (_where(each, _MAY_HOLD_PHONES) for each in texts)
    return Contained(
        [
            *_as_version_1(emails),
            *(column for each in with_emails for column in list_columns(mapped_once(each, _listed_emails, TEXT_LIST))),
        ],
        [column for each in with_phones for column in list_columns(mapped_once(each, _listed_phones, TEXT_LIST))],
    )


def _where(texts: pa.Array, pattern: str) -> pa.Array:
    """Texts in which a pattern is found; NULL for all others, as nearly all are."""
    present = pc.drop_null(texts)
    found = pc.if_else(pc.match_substring_regex(present, pattern), present, NO_TEXT)
    return pc.replace_with_mask(texts, pc.is_valid(texts), found)


def _searched(identifiers: Identifiers, steps: Steps, plain: str) -> pa.Array:
    """The texts that are no ordinary spelling of their canonical form, also undecorated; NULL for all others."""
    texts = _without_plain(identifiers.delivered, identifiers.canonicals, plain)
    if texts.null_count == len(texts):
        return texts
    is_left = pc.is_valid(texts)
    left, canonicals = texts.filter(is_left), identifiers.canonicals.filter(is_left)
    bare = pc.utf8_trim_whitespace(undecorated_texts(pc.utf8_trim_whitespace(left), steps))
    odd = pc.if_else(pc.is_valid(_without_plain(bare, canonicals, plain)), left, NO_TEXT)
    return pc.replace_with_mask(texts, is_left, odd)


def _without_plain(texts: pa.Array, canonicals: pa.Array, plain: str) -> pa.Array:
    is_plain = pc.and_not(pc.match_substring_regex(texts, plain), pc.match_substring_regex(texts, _ODD))
    return pc.if_else(pc.and_(is_plain, pc.is_valid(canonicals)), NO_TEXT, texts)


def _as_version_1(emails: Identifiers) -> list[pa.Array]:
    """What version 1 of the canonical forms took decorated addresses for, such as `=a@x.fr`."""
    lowered = pc.ascii_lower(emails.delivered)
    is_other = pc.and_(pc.match_substring_regex(lowered, _LITERAL), pc.not_equal(lowered, emails.canonicals))
    return [pc.if_else(is_other, lowered, NO_TEXT)] if pc.any(is_other).as_py() else []


def contained_emails(text: str) -> Iterator[str]:
    """Canonical addresses that a text may mean or holds."""
    if not may_hold_emails(text) and "%40" not in text and "&#" not in text:
        return
    literal = literal_email(text)  # what versions before took the text for
    written = literal and _in_letters(literal)
    for reading in dict.fromkeys(filter(None, (text[:_LONGEST], plain_text(text[:_LONGEST]), literal, written))):
        for variant in dict.fromkeys((reading, in_latin_letters(reading))):
            yield from _emails_of(variant)


def contained_phones(text: str) -> Iterator[str]:
    """Numbers in E.164 that a text may mean or holds."""
    plain = plain_text(text[:_LONGEST])
    is_all_digits = not any(character.isalpha() and character not in "OoIl" for character in plain)
    for variant in dict.fromkeys((plain, plain.translate(_DIGITS_LIKE) if is_all_digits else plain)):
        if sum(map(str.isdigit, variant)) >= _FEWEST_DIGITS:
            for written in dict.fromkeys(_NO_DIGIT.sub("", number) for number in phones_in(variant, "cell")):
                if found := canonical_phone(written):
                    yield found
            if variant != plain and (found := canonical_phone(variant)):
                yield found


def latin_emails(texts: pa.Array, canonicals: pa.Array) -> pa.Array:
    """Canonical addresses with Latin letters for those that look like them; of texts that need none, the canonical."""
    is_foreign = pc.or_(pc.invert(pc.string_is_ascii(texts)), pc.match_substring(canonicals, _PUNYCODE))
    foreign = pc.if_else(is_foreign, texts, NO_TEXT)
    return pc.coalesce(mapped_once(foreign, _latin_email, TEXT), canonicals)


def _latin_email(text: str) -> str | None:
    found = canonical_email(in_latin_letters(text))
    written = found and _in_letters(found)
    return canonical_email(in_latin_letters(written)) if written else found


def _listed_emails(text: str) -> list[str] | None:
    return list(dict.fromkeys(contained_emails(text)))[:MOST] or None


def _listed_phones(text: str) -> list[str] | None:
    return list(dict.fromkeys(contained_phones(text)))[:MOST] or None


def _emails_of(reading: str) -> Iterator[str]:
    mended = _REPEATED_SIGNS.sub(r"\1", _SPACES_AT_SIGNS.sub(r"\1", reading))
    texts = [reading, mended]
    if reading.count("@") == 1:
        texts += [mended.replace(",", "."), "".join(reading.split())]
    texts = list(dict.fromkeys(texts))
    for written in dict.fromkeys((reading, *(address for text in texts for address in emails_in(text)))):
        for each in dict.fromkeys((written, _HEAD.sub("", written))):
            if found := literal_email(each):
                yield found


def _in_letters(canonical: str) -> str | None:
    """An address with its domain in letters; None where it is in ASCII anyhow."""
    local, _, domain = canonical.rpartition("@")
    try:
        return f"{local}@{idna.decode(domain)}" if _PUNYCODE in domain else None
    except idna.IDNAError:
        return None

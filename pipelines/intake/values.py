"""Delivered text to typed values, by the kind of the field: words, flags, lists, instants, references.

Every reader takes cleaned text and gives NULL where the text is bad. What is read beside another field of the row is in
`fields`; of which kind a field is, in `vocabulary.fields`.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import (
    NO_TEXT,
    TEXT,
    TEXT_LIST,
    Distinct,
    clean,
    mapped_once,
    null_where,
    with_elements,
    without_controls,
)
from pipelines.contracts.contract import FieldTerms
from pipelines.dates.instants import DEFAULT_ZONE, instants
from pipelines.identifiers.digests import sha256_digests
from pipelines.identifiers.emails import canonical_emails
from pipelines.identifiers.hidden import Persons, impersonal
from pipelines.identifiers.phones import canonical_phones
from pipelines.intake.list_elements import delivered_elements, says_nothing
from pipelines.vocabulary import field_kinds as kinds
from pipelines.vocabulary import words
from pipelines.vocabulary.field_kinds import FieldKind
from pipelines.vocabulary.field_words import (
    CHANNEL_WORDS,
    FLAG_WORDS,
    word_key,
    words_known,
)
from pipelines.vocabulary.fields import FIELD_NAMED, FIELD_WORDS, is_siren
from pipelines.vocabulary.reasons import Reason

_FLAGS: Final = {word: ours == "true" for word, ours in words_known(FLAG_WORDS).items()}
_COUNTRIES: Final = {"FRANCE": "FR", "FRA": "FR"}
_BASES: Final = {word_key(basis): basis for basis in words.BASES}
_CHANNELS: Final = words_known(CHANNEL_WORDS)
_ROUNDED: Final = r"^[+-]?\d+(?:[.,]\d+[eE]\+?|[eE]\+)\d{1,3}$"
"""`1,23457E+15`, `1.2e15`; `12E5` may be a reference."""
Reader = Callable[[pa.Array, FieldTerms], pa.Array]


@dataclass(frozen=True)
class FieldReader:
    """How the fields of one kind are read, and what is expected of them."""

    read: Reader
    expected: Callable[[FieldTerms], Reason]


def kind_of(field: str) -> FieldReader:
    """How a canonical field is read; as free text where its kind asks for nothing more."""
    return _KINDS.get(FIELD_NAMED[field].kind, _FREE)


def consent_text_digests(texts: pa.Array) -> pa.Array:
    """SHA-256 of consent texts: NFC, trimmed, runs of white space collapsed to one space."""
    distinct = Distinct.of(texts)
    cleaned = clean(distinct.values)
    return distinct.spread(
        mapped_once(cleaned, lambda text: hashlib.sha256(" ".join(text.split()).encode()).hexdigest(), TEXT)
    )


def _read_text(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    return mapped_once(texts, _lookup(terms.enum).get, TEXT) if terms.enum else texts


def _lookup(values: Mapping[str, str]) -> dict[str, str]:
    """By words for comparison; of two that compare alike and mean different things neither is known."""
    meant: dict[str, set[str]] = {}
    for word, value in values.items():
        meant.setdefault(word_key(word), set()).add(value)
    return {word: found.pop() for word, found in meant.items() if len(found) == 1}


def _vocabulary(terms: FieldTerms) -> dict[str, str]:
    """Vendor's word -> our word, for a field with a closed vocabulary: the contract's words, where it has any.

    Beside them no other word is known: in a column of opt-outs `oui` is a refusal.
    """
    if not terms.enum:
        return words_known(FIELD_NAMED[terms.name].words)
    ours = FIELD_WORDS[terms.name]
    return {word: value for word, value in _lookup(terms.enum).items() if value in ours}


def _read_word(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    known = _vocabulary(terms)
    return mapped_once(texts, lambda text: known.get(word_key(text)), TEXT)


def _read_flag(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    known = {word: _FLAGS.get(word_key(value)) for word, value in _lookup(terms.enum).items()} or _FLAGS
    return mapped_once(texts, lambda text: known.get(word_key(text)), pa.bool_())


def unread_elements(text: str, terms: FieldTerms) -> list[str]:
    """The elements of a list, or the text as a whole, that can't be read, each once; of a bad text."""
    kind = FIELD_NAMED[terms.name].kind
    elements = delivered_elements(text, terms.list_separators) if kind.is_listed else [text]
    values = kind_of(terms.name).read(pa.array(elements, TEXT), terms)
    return list(dict.fromkeys(pa.array(elements, TEXT).filter(pc.is_null(values)).to_pylist()))


def _read_words(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    """Lists over a closed vocabulary, in the vocabulary's order; one bad element spoils its list.

    A list without elements, or a word such as `aucun`, says that nothing was chosen.
    """
    known, ours = _vocabulary(terms), FIELD_WORDS[terms.name]

    def read(text: str) -> list[str] | None:
        parts = delivered_elements(text, terms.list_separators)
        found = set() if says_nothing(parts, known) else {known.get(word_key(part)) for part in parts}
        return None if None in found else [word for word in ours if word in found]

    return mapped_once(texts, read, TEXT_LIST)


def _read_names(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    known = _lookup(terms.enum)

    def read(text: str) -> list[str] | None:
        names = [
            known.get(word_key(part)) if known else part for part in delivered_elements(text, terms.list_separators)
        ]
        return list(dict.fromkeys(name for name in names if name)) if None not in names else None

    return mapped_once(texts, read, TEXT_LIST)


def _read_sirens(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    def read(text: str) -> list[str] | None:
        sirens = ["".join(part.split()) for part in delivered_elements(text, terms.list_separators)]
        return list(dict.fromkeys(sirens)) if all(map(_is_nine_digits, sirens)) else None

    return mapped_once(texts, read, TEXT_LIST)


def phone_lists(texts: pa.Array, terms: FieldTerms, postal_codes: pa.Array | None = None) -> tuple[pa.Array, pa.Array]:
    """The numbers of each list that can be read, NULL for none; and whether a part of it can't be read."""
    lists = mapped_once(texts, lambda text: delivered_elements(text, terms.list_separators), TEXT_LIST)
    codes = None if postal_codes is None else postal_codes.take(pc.list_parent_indices(lists))
    found = with_elements(lists, canonical_phones(lists.flatten(), codes))
    is_partly_bad = pc.less(pc.list_value_length(found), pc.list_value_length(lists))
    return pc.if_else(pc.equal(pc.list_value_length(found), 0), pa.scalar(None, TEXT_LIST), found), is_partly_bad


def _read_siren(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    def read(text: str) -> str | None:
        siren = "".join(text.split())
        return siren if _is_nine_digits(siren) and is_siren(siren) else None

    return mapped_once(texts, read, TEXT)


def _is_nine_digits(text: str) -> bool:
    return len(text) == 9 and text.isascii() and text.isdigit()


def _read_basis(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    """One basis, or `channel:basis` parts, sorted and joined by `|`; at most one basis a channel."""
    known = _vocabulary(terms)

    def read(text: str) -> str | None:
        bases = {_basis(part, known) for part in delivered_elements(text, terms.list_separators)}
        named = [basis for basis in bases if basis]
        channels = {basis.partition(":")[0] for basis in named if ":" in basis}
        is_one_each = len(bases) == 1 or len(channels) == len(bases)
        return "|".join(sorted(named)) if named and None not in bases and is_one_each else None

    return mapped_once(texts, read, TEXT)


def _basis(part: str, known: Mapping[str, str]) -> str | None:
    channel, colon, basis = part.partition(":")
    whole = known.get(word_key(part))
    if whole or not colon:
        return whole
    named, found = _CHANNELS.get(word_key(channel)), known.get(word_key(basis)) or _BASES.get(word_key(basis))
    return f"{named}:{found}" if named and found in words.BASES else None


def _read_instant(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    return instants(texts, pattern=terms.format, zone=terms.default_timezone or DEFAULT_ZONE)


def _read_label(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    """A name of a form, a version, a collector; one with characters that are none of a text is bad."""
    return without_controls(_read_text(texts, terms))


def _read_reference(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    """A vendor's reference; one that holds an e-mail address or a phone number, or was rounded, is bad."""
    return without_controls(unrounded(impersonal(texts, Persons({}))))


def are_rounded(texts: pa.Array) -> pa.Array:
    """Which texts are numbers with an exponent, as spreadsheets show long ones: what they stood for is lost."""
    return pc.fill_null(pc.match_substring_regex(texts, _ROUNDED), False)


def unrounded(texts: pa.Array) -> pa.Array:
    """Texts, NULL where they are rounded numbers: many references have become one."""
    return null_where(are_rounded(texts), texts)


def _read_digest(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    return sha256_digests(texts)


def _read_country(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    upper = pc.utf8_upper(_read_text(texts, terms))
    for name, code in _COUNTRIES.items():
        upper = pc.if_else(pc.equal(upper, name), code, upper)
    return pc.if_else(pc.match_substring_regex(upper, "^[A-Z]{2}$"), upper, NO_TEXT)


def _read_url(texts: pa.Array, terms: FieldTerms) -> pa.Array:
    """The address without query and fragment: they can carry identifiers."""
    return clean(pc.replace_substring_regex(texts, r"(?s)[?#].*$", ""))


def _known_words(terms: FieldTerms) -> tuple[str, ...]:
    return tuple(terms.enum) or tuple(word for word in FIELD_WORDS[terms.name] if ":" not in word)


def _words_expected(terms: FieldTerms) -> Reason:
    return Reason("value_word", words=_known_words(terms))


def _words_listed(terms: FieldTerms) -> Reason:
    return Reason("value_words", words=_known_words(terms), separator=_separators_shown(terms))


def _separators_shown(terms: FieldTerms) -> str:
    """For sentences that put it in backticks: of several, each."""
    return "` `".join(terms.list_separators)


def _instant_expected(terms: FieldTerms) -> Reason:
    return Reason("value_instant", pattern=terms.format) if terms.format else Reason("value_instant_iso")


def _words_of(terms: FieldTerms, otherwise: Reason) -> Reason:
    return Reason("value_word", words=tuple(terms.enum)) if terms.enum else otherwise


_FREE: Final = FieldReader(_read_text, lambda terms: _words_of(terms, Reason("value")))
_WORD: Final = FieldReader(_read_word, _words_expected)
_FLAG: Final = FieldReader(_read_flag, lambda terms: _words_of(terms, Reason("value_flag")))
_WORDS: Final = FieldReader(_read_words, _words_listed)
_INSTANT: Final = FieldReader(_read_instant, _instant_expected)
_LABEL: Final = FieldReader(_read_label, _FREE.expected)
_ID: Final = FieldReader(_read_reference, lambda terms: Reason("value_reference"))

_KINDS: Final[Mapping[FieldKind, FieldReader]] = {
    kinds.INSTANT: _INSTANT,
    kinds.FLAG: _FLAG,
    kinds.WORD: _WORD,
    kinds.WORDS: _WORDS,
    kinds.LABEL: _LABEL,
    kinds.REFERENCE: _ID,
    kinds.BASES: FieldReader(_read_basis, _words_listed),
    kinds.COMPANIES: FieldReader(_read_names, lambda terms: Reason("value_names", separator=_separators_shown(terms))),
    kinds.SIRENS: FieldReader(_read_sirens, lambda terms: Reason("value_sirens", separator=_separators_shown(terms))),
    kinds.SIREN: FieldReader(_read_siren, lambda terms: Reason("value_siren")),
    kinds.COUNTRY: FieldReader(_read_country, lambda terms: Reason("value_country")),
    kinds.PAGE: FieldReader(_read_url, lambda terms: Reason("value_address")),
    kinds.HASHED: FieldReader(_read_digest, lambda terms: Reason("value")),
    kinds.DIGEST: FieldReader(_read_digest, lambda terms: Reason("value")),
    kinds.EMAIL: FieldReader(lambda texts, terms: canonical_emails(texts), _FREE.expected),
    kinds.PHONES: FieldReader(lambda texts, terms: phone_lists(texts, terms)[0], _FREE.expected),
    kinds.PHONE: FieldReader(lambda texts, terms: canonical_phones(texts), _FREE.expected),
}

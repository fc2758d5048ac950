"""Other forms under which others may have hashed a lead's e-mail or phone.

Canonical forms are in `emails` and `phones`.

A registry that comes as SHA-256 digests rests on its maker's canonical form. Where that is not ours no lead would ever
meet it, silently; so each lead is keyed under every form that is likely enough to be worth some 1.3 µs a lead: what
spreadsheets, forms and advertising platforms make of an address or a number (`published_spellings`). Upper case, a
first capital, the Gmail address with its dots or its tag alone and under its other domain, the domain in letters,
decomposed accents, the MD5 of the address; the national number, without its zero, in pairs, without its plus sign,
with `00`, with its zero behind the country code, an overseas number behind +33; with the end of a line; and each as the
vendor wrote it. What version 1 of our own canonical forms (`NORMALISATION_VERSION`) took a text for is in `contained`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import idna
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import NO_TEXT, TEXT, TEXT_LIST, list_columns, mapped_once
from pipelines.identifiers.emails import at_gmail, email_aliases, email_parts
from pipelines.identifiers.keyed_hashes import KEY_BYTES, IdentityHasher
from pipelines.identifiers.phone_plans import METROPOLITAN, OVERSEAS

_FRENCH_PLAN: Final = rf"^\+(?P<code>{METROPOLITAN}|{'|'.join(OVERSEAS)})(?P<subscriber>\d+)$"
_MIQUELON: Final = "508"
_NATIONAL_DIGITS: Final = 9
_PAIRS: Final = ((0, 1), (1, 3), (3, 5), (5, 7), (7, 9))
_ANY_TAG: Final = r"\+.*$"
_GMAIL, _GOOGLEMAIL = "gmail.com", "googlemail.com"
_PUNYCODE: Final = "@xn--|[.]xn--"
_KEY_DIGITS: Final = 2 * KEY_BYTES
_RANKED_DIGITS: Final = 16
_LAST: Final = np.iinfo(np.uint64).max


@dataclass(frozen=True)
class Identifiers:
    """One kind of identifier of some leads, a row each; NULL where none was delivered."""

    canonicals: pa.Array
    delivered: pa.Array
    """The texts that the canonical forms were read from, trimmed."""
    others: Sequence[pa.Array] = ()
    """Further canonical forms of the same leads, in columns."""


@dataclass(frozen=True)
class Contained:
    """Canonical identifiers within delivered texts, in columns: the first of each row, the second, and so on."""

    emails: Sequence[pa.Array] = ()
    phones: Sequence[pa.Array] = ()


def other_form_keys(
    emails: Identifiers, phones: Identifiers, hasher: IdentityHasher, contained: Contained | None = None
) -> pa.Array:
    """Identity keys of each lead's plausible and past other forms, a sorted list a row; NULL where unasked.

    The keys of the canonical forms and of the e-mail's alias are not among them. `contained`: what else the texts hold.
    """
    count, within = len(emails.canonicals), contained or Contained()
    if not hasher.is_keying_other_forms:
        return pa.nulls(count, TEXT_LIST)
    forms = [*email_forms(emails.canonicals, emails.delivered), *phone_forms(phones.canonicals, phones.delivered)]
    forms += [form for column in phones.others for form in phone_forms(column, column)]
    forms += [form for column in within.emails for form in email_forms(column, column)]
    forms += [form for column in within.phones for form in phone_forms(column, column)]
    return _sorted_lists([hasher.keys(form) for form in forms], count)


def contained_keys(emails: Identifiers, phones: Identifiers, hasher: IdentityHasher, contained: Contained) -> pa.Array:
    """Identity keys of what the texts hold beside the lead's own identifiers, a sorted list a row; NULL for nothing."""
    forms = _distinct(contained.phones, [phones.canonicals, *phones.others])
    if contained.emails:
        own = [emails.canonicals, email_aliases(emails.canonicals)]
        forms += _distinct([*contained.emails, *map(email_aliases, contained.emails)], own)
    return _keys_or_nothing(forms, len(emails.canonicals), hasher)


def listed_keys(lists: pa.Array, hasher: IdentityHasher) -> pa.Array:
    """Identity keys of lists of canonical identifiers, a sorted list a row; NULL for none."""
    return _keys_or_nothing(list_columns(lists), len(lists), hasher)


def email_forms(canonicals: pa.Array, delivered: pa.Array) -> list[pa.Array]:
    """Other forms of canonical addresses, a column a form; NULL where a form is none or equals another.

    `delivered`: the texts that they were read from, trimmed.
    """
    candidates = [
        pc.utf8_upper(canonicals),
        pc.utf8_capitalize(canonicals),
        *_gmail_forms(canonicals),
        *_international(canonicals),
        *_with_line_ends(canonicals),
        _md5_digests(canonicals),
        pc.if_else(pc.is_valid(canonicals), delivered, NO_TEXT),
    ]
    return _distinct(candidates, [canonicals, email_aliases(canonicals)])


def phone_forms(canonicals: pa.Array, delivered: pa.Array) -> list[pa.Array]:
    """Other forms of numbers in E.164, a column a form; NULL where a form is none or equals another.

    `delivered`: the texts that they were read from, trimmed.
    """
    parts = pc.extract_regex(canonicals, _FRENCH_PLAN)
    code, national = pc.struct_field(parts, "code"), _nationals(parts)
    digits = pc.utf8_slice_codeunits(canonicals, 1)
    pairs = [pc.utf8_slice_codeunits(national, start, stop) for start, stop in _PAIRS]
    overseas = pc.if_else(pc.equal(code, METROPOLITAN), NO_TEXT, national)
    candidates = [
        _prefixed("0", national),
        digits,
        _prefixed("00", digits),
        national,
        _prefixed("0", pc.binary_join_element_wise(*pairs, " ")),
        *(_prefixed(prefix + METROPOLITAN, overseas) for prefix in ("+", "", "00")),
        pc.binary_join_element_wise(code, "0", national, ""),
        *(form for text in (canonicals, _prefixed("0", national)) for form in _with_line_ends(text)),
        pc.if_else(pc.is_valid(canonicals), delivered, NO_TEXT),
    ]
    return _distinct(candidates, [canonicals])


def _gmail_forms(canonicals: pa.Array) -> list[pa.Array]:
    """Gmail's addresses without tag, without dots, without both at googlemail.com, and at the other domain."""
    is_gmail = at_gmail(canonicals)
    if not pc.any(is_gmail).as_py():
        return []
    gmail = pc.if_else(is_gmail, canonicals, NO_TEXT)
    local, domain = email_parts(gmail)
    other = pc.if_else(pc.equal(domain, _GMAIL), _GOOGLEMAIL, _GMAIL)
    undotted, untagged = pc.replace_substring(local, ".", ""), pc.replace_substring_regex(local, _ANY_TAG, "")
    return [
        pc.binary_join_element_wise(untagged, domain, "@"),
        pc.binary_join_element_wise(undotted, domain, "@"),
        pc.binary_join_element_wise(pc.replace_substring_regex(undotted, _ANY_TAG, ""), _GOOGLEMAIL, "@"),
        pc.binary_join_element_wise(local, other, "@"),
    ]


def _md5_digests(canonicals: pa.Array) -> pa.Array:
    """In hex; some hash them once more."""
    digests = [
        text and hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() for text in canonicals.to_pylist()
    ]
    return pa.array(digests, TEXT)


def _with_line_ends(texts: pa.Array) -> list[pa.Array]:
    return [pc.binary_join_element_wise(texts, end, "") for end in ("\n", "\r\n")]


def _nationals(parts: pa.Array) -> pa.Array:
    """The nine digits of numbers in the French plan; NULL for others."""
    code, subscriber = pc.struct_field(parts, "code"), pc.struct_field(parts, "subscriber")
    repeated = pc.and_(pc.equal(code, _MIQUELON), pc.less(pc.utf8_length(subscriber), _NATIONAL_DIGITS))
    national = pc.if_else(repeated, _prefixed(_MIQUELON, subscriber), subscriber)
    return pc.if_else(pc.equal(pc.utf8_length(national), _NATIONAL_DIGITS), national, NO_TEXT)


def _international(canonicals: pa.Array) -> list[pa.Array]:
    """Addresses with letters beyond ASCII: the domain as people write it, and both parts decomposed."""
    is_foreign = pc.or_(pc.match_substring_regex(canonicals, _PUNYCODE), pc.invert(pc.string_is_ascii(canonicals)))
    if not pc.any(is_foreign).as_py():
        return []
    foreign = pc.if_else(is_foreign, canonicals, NO_TEXT)
    written = mapped_once(foreign, _with_written_domain, TEXT)
    return [written, pc.utf8_normalize(foreign, form="NFD"), pc.utf8_normalize(written, form="NFD")]


def _with_written_domain(canonical: str) -> str | None:
    local, _, domain = canonical.rpartition("@")
    try:
        return f"{local}@{idna.decode(domain)}"
    except idna.IDNAError:
        return None


def _prefixed(prefix: str, texts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(prefix, texts, "")


def _distinct(candidates: Sequence[pa.Array], known: Sequence[pa.Array]) -> list[pa.Array]:
    """The candidates, each NULL where it equals a known form or an earlier candidate: hashing is what costs."""
    if len(known[0]) == 1:
        return _distinct_of_one(candidates, known)
    forms: list[pa.Array] = []
    for candidate in candidates:
        fresh = candidate
        for other in (*known, *forms):
            fresh = pc.if_else(pc.fill_null(pc.equal(fresh, other), False), NO_TEXT, fresh)
        forms.append(fresh)
    return [form for form in forms if form.null_count < len(form)]


def _distinct_of_one(candidates: Sequence[pa.Array], known: Sequence[pa.Array]) -> list[pa.Array]:
    """The same of one row, as whoever waits for an answer asks: a comparison of columns takes long for one value."""
    seen, forms = {column[0].as_py() for column in known} | {None}, []
    for candidate in candidates:
        text = candidate[0].as_py()
        if text not in seen:
            forms.append(candidate)
        seen.add(text)
    return forms


def _sorted_lists(columns: Sequence[pa.Array], count: int) -> pa.Array:
    """Keys by column, as one sorted list a row, each key once."""
    if not columns:
        return pa.array([[]] * count, TEXT_LIST)
    ranks = np.column_stack([leading_bits(keys) for keys in columns])
    places = np.argsort(ranks, axis=1)
    ordered = np.take_along_axis(ranks, places, axis=1)
    is_kept = ordered != _LAST
    is_kept[:, 1:] &= ordered[:, 1:] != ordered[:, :-1]
    sizes = is_kept.sum(axis=1)
    chosen = (places * count + np.arange(count)[:, np.newaxis])[is_kept]
    offsets = np.concatenate([[0], sizes.cumsum()]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.concat_arrays(columns).take(pa.array(chosen)))


def _keys_or_nothing(forms: Sequence[pa.Array], count: int, hasher: IdentityHasher) -> pa.Array:
    lists = _sorted_lists([hasher.keys(form) for form in forms], count)
    return pc.if_else(pc.equal(pc.list_value_length(lists), 0), pa.scalar(None, TEXT_LIST), lists)


def leading_bits(keys: pa.Array) -> npt.NDArray[np.uint64]:
    """The leading 64 bits of each key as a number, so that numbers sort as keys do; the greatest one for NULL."""
    ranks = np.full(len(keys), _LAST, np.uint64)
    present = pa.concat_arrays([pc.drop_null(keys)]).cast(pa.binary()).cast(pa.binary(_KEY_DIGITS))
    digits = np.frombuffer(present.buffers()[1], np.uint8).reshape(-1, _KEY_DIGITS)[:, :_RANKED_DIGITS]
    values = (digits & 0xF) + 9 * (digits >> 6)  # ASCII: `0` is 0x30, `a` is 0x61
    ranks[np.asarray(pc.is_valid(keys))] = ((values[:, ::2] << 4) | values[:, 1::2]).view(">u8").ravel()
    return ranks

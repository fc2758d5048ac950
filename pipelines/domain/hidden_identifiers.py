"""Identifiers of persons in fields that are for something else: found and cut. Fields for identifiers are not here.

A text is looked through one by one only where it may hold something: what decides that are the distinct shapes of a
column (every digit made `0`) and, for names, the words that stand in it at all. How identifiers are spelled belongs to
`identifier_spellings`.

What becomes of them: a `lead_id` or `consent_id` that names its person is bad, since a reference that is changed refers
to nothing. Everything else is cut, and stays. An address or a number that was cut is a fault that the vendor can mend,
so the lead's field is among its `invalid_fields`; a name is not: it may as well be a word (Pierre, Rose). Only names of
the row itself can be found; proofs have none.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.domain.field_values import NO_TEXT, TEXT, TEXT_LIST
from pipelines.domain.identifier_spellings import (
    EMAIL,
    PHONE,
    Person,
    Use,
    folded,
    holds_encoded,
    name_words,
    without_identifiers_in,
)
from pipelines.domain.identities import mapped_once
from pipelines.domain.refusals import Truth

if TYPE_CHECKING:
    from pipelines.domain.mapping import Fields

REFERENCES: Final = ("lead_id", "consent_id")
EXACT: Final = ("company_siren", "postal_code", "proof_sha256", "snapshot_sha256")
"""Fields of which nothing is left when something is cut out."""
USES: Final[Mapping[str, Use]] = {
    **dict.fromkeys(("answers", "goods_services", "job_function", "product"), "text"),
    **dict.fromkeys(("snapshot_uri", "source_url"), "web"),
    **dict.fromkeys(("chain", "collector_id", "form_id", "form_version", "partner_list_version"), "label"),
    **dict.fromkeys(("privacy_notice_version", "recipients", "recipient_sirens", *EXACT), "label"),
}
"""The fields that are looked through, beside references, and what they are for."""
PERSONAL: Final = ("email", "phone", "first_name", "last_name")

_GAP: Final = r"[\s.\-_/()\x{00a0}\x{202f}]"
_MARKS: Final = rf"(?i:[@＠%]|&#|\\u|arobas|[(\[{{]\s?at\s?[)\]}}]|\sat\s)|\+{_GAP}{{0,3}}\d|[０-９]"
_DIGITS: Final = rf"0{{9}}|0{{1,4}}(?:{_GAP}{{1,3}}0{{1,4}}){{2,}}"
_CODE: Final = r"[0-9A-Za-z+/_\-]"
_ENCODED: Final = rf"{_CODE}*[A-Z]{_CODE}*[a-z]{_CODE}{{10,}}|[0-9a-fA-F]{{24,}}"
_DIGEST: Final = r"^[0-9a-f]{64}$"
_SPELLED: Final[Mapping[Use, str]] = {
    "reference": rf"{_MARKS}|(?:^|\D)00{_GAP}{{0,3}}[1-9]",
    **dict.fromkeys(
        ("label", "web", "text"), rf"{_MARKS}|(?:^|\D)00{_GAP}{{0,3}}[1-9]|(?:^|\W)0[1-9](?:{_GAP}{{0,3}}\d\d){{4}}"
    ),
}
"""Texts that may hold somebody's address or number."""
_WORDY: Final = r"(?i)[g-z][a-z]{2}|[a-z][g-z][a-z]|[a-z]{2}[g-z]|[a-z]{7}|[^\x00-\x7f]"
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_MANY: Final = 2000
_SHORT: Final = 3
_SAMPLE: Final = 2000
_SUBSCRIBER: Final = 9
_NO_DIGITS: Final = np.arange(256, dtype=np.uint8)
_NO_DIGITS[ord("1") : ord("9") + 1] = ord("0")

Places = npt.NDArray[np.int64]


class Persons:
    """Whom some rows are about: what each says of its own person, in columns."""

    def __init__(self, columns: Mapping[str, pa.Array]) -> None:
        """`columns`: those of `PERSONAL` that there are; e-mail and phone in canonical form."""
        self._columns = dict(columns)
        self._names = [columns[name].dictionary_encode() for name in ("first_name", "last_name") if name in columns]

    def at(self, rows: Places) -> list[Person]:
        """The persons of some rows."""
        if not self._columns:
            return [Person()] * len(rows)
        columns = [column.take(pa.array(rows)).to_pylist() for column in self._columns.values()]
        return [Person(**dict(zip(self._columns, values, strict=True))) for values in zip(*columns, strict=True)]

    def values(self, name: str, rows: Places) -> pa.Array:
        """What some rows say under a name of `PERSONAL`."""
        if name not in self._columns:
            return pa.nulls(len(rows), TEXT)
        return self._columns[name].take(pa.array(rows))

    def are_among(self, words: frozenset[str]) -> Truth | None:
        """Rows whose names, or e-mail before the @, share a word with some folded words; None: no row."""
        found: Truth | None = None
        for known in self._known(words):
            if pc.any(known).as_py():
                found = _truth(known) if found is None else found | _truth(known)
        return found

    def _known(self, words: frozenset[str]) -> Iterable[pa.Array]:
        """By column. A word that contains a name counts for it where there are few: first and last name, joined."""
        place: frozenset[str] | str = " ".join(sorted(words)) if len(words) <= _MANY else words

        def is_known(text: str | None) -> bool:
            return any(word in place for word in name_words(text or ""))

        for names in self._names:
            known = pa.array(map(is_known, names.dictionary.to_pylist()), pa.bool_())
            if pc.any(known).as_py():
                yield known.take(names.indices)
        long = sorted(word for word in words if len(word) > _SHORT)
        if "email" in self._columns and long:
            emails = self._columns["email"]
            if len(long) <= _MANY:
                yield pc.match_substring_regex(emails, f"(?:{'|'.join(long)})[^@]*@")
            else:
                yield mapped_once(emails, lambda email: is_known(email.partition("@")[0]), pa.bool_())


def without_identifiers(columns: Mapping[str, pa.Array], fields: "Fields") -> dict[str, pa.Array]:
    """The columns of some rows, with identifiers cut out of their texts and, of leads, `invalid_fields` brought on."""
    texts = {name: _Texts(columns[name], use) for name, use in USES.items() if name in columns}
    filled = {name: text for name, text in texts.items() if text.count}
    named = fields.persons.are_among(frozenset[str]().union(*(text.words for text in filled.values())))
    changed = dict(columns)
    for name, text in filled.items():
        suspects = text.suspects(fields.persons, named)
        if not len(suspects):
            continue
        cut = text.cut(suspects, fields.persons)
        flawed = np.array([EMAIL in new or PHONE in new for _, new in cut])
        changed[name] = text.replaced(suspects, [None if name in EXACT and new != old else new for old, new in cut])
        if "invalid_fields" in changed and flawed.any():
            rows = np.unique(text.rows[suspects[flawed]])
            changed["invalid_fields"] = _with_field(changed["invalid_fields"], rows, name)
    return changed


def impersonal(references: pa.Array, persons: Persons) -> pa.Array:
    """References; NULL where one holds an address, a number or its own person's name, in whatever spelling."""
    texts = _Texts(references, "reference")
    if not texts.count:
        return references
    suspects = texts.suspects(persons, persons.are_among(texts.words))
    is_bad = np.array([new != old for old, new in texts.cut(suspects, persons)], np.bool_)
    if not is_bad.any():
        return references
    mask = np.zeros(len(references), np.bool_)
    mask[suspects[is_bad]] = True
    return pc.if_else(pa.array(mask), NO_TEXT, references)


class _Texts:
    """The texts of one column, be it of texts or of lists of texts."""

    def __init__(self, column: pa.Array, use: Use) -> None:
        self._column, self._use = column, use
        self._is_listed = pa.types.is_list(column.type)
        self.texts: pa.Array = column.flatten() if self._is_listed else column
        self.count = len(self.texts) - self.texts.null_count
        if self.count:
            self._shapes = _shapes(self.texts)
            self._is_wordy = _matching(self._shapes.dictionary, _WORDY)

    @property
    def rows(self) -> Places:
        """The row of each text."""
        if self._is_listed:
            rows: Places = pc.list_parent_indices(self._column).to_numpy().astype(np.int64)
            return rows
        return np.arange(len(self.texts))

    @property
    def words(self) -> frozenset[str]:
        """The folded words of all texts."""
        wordy = self._shapes.dictionary.filter(pa.array(self._is_wordy)).to_pylist()
        return frozenset(folded(word) for text in wordy for word in _WORD.findall(text))

    def suspects(self, persons: Persons, named: Truth | None) -> Places:
        """Places of the texts that may hold an identifier; `named`: rows whose person may be named somewhere."""
        found = np.zeros(len(self.texts), np.bool_)
        if named is not None and self._is_wordy.any():
            found |= self._where(self._is_wordy) & named[self.rows]
        marked = _matching(self._shapes.dictionary, f"{_MARKS}|{_DIGITS}|{_ENCODED}")
        marked &= ~_matching(self._shapes.dictionary, _DIGEST) if self._use == "label" else True
        if marked.any():
            places = np.flatnonzero(self._where(marked))
            found[places] |= self._spelled(places, persons)
        suspects: Places = np.flatnonzero(found)
        return suspects

    def _where(self, is_shape: Truth) -> Truth:
        return _truth(pc.fill_null(pa.array(is_shape).take(self._shapes.indices), False))

    def _spelled(self, places: Places, persons: Persons) -> Truth:
        """Which texts at some places hold an address or a number, anybody's or encoded, or their own person's."""
        distinct = self.texts.take(pa.array(places)).dictionary_encode()
        candidates = distinct.dictionary
        is_general, is_encoded = _matching(candidates, _SPELLED[self._use]), _matching(candidates, _ENCODED)
        for place in np.flatnonzero(is_general).tolist():
            text = candidates[place].as_py()
            is_general[place] = without_identifiers_in(text, Person(), self._use) != text
        indices, rows = distinct.indices.to_numpy(), self.rows[places]
        found = is_general[indices] | _hold(distinct, persons.values("phone", rows))
        coded = np.flatnonzero(is_encoded[indices])
        emails, phones = (persons.values(name, rows[coded]).to_pylist() for name in ("email", "phone"))
        texts = candidates.take(pa.array(indices[coded])).to_pylist()
        found[coded] |= np.fromiter(map(holds_encoded, texts, emails, phones), np.bool_, len(coded))
        return np.asarray(found, np.bool_)

    def cut(self, places: Places, persons: Persons) -> list[tuple[str, str]]:
        """The texts at some places, as they are and without identifiers."""
        texts = self.texts.take(pa.array(places)).to_pylist()
        people = persons.at(self.rows[places])
        return [(text, without_identifiers_in(text, who, self._use)) for text, who in zip(texts, people, strict=True)]

    def replaced(self, places: Places, texts: list[str | None]) -> pa.Array:
        """The column with other texts at some places."""
        mask = np.zeros(len(self.texts), np.bool_)
        mask[places] = True
        values = pc.replace_with_mask(self.texts, pa.array(mask), pa.array(texts, TEXT))
        if not self._is_listed:
            return values
        sizes = pc.fill_null(pc.list_value_length(self._column), 0).to_numpy()
        offsets = pa.array(np.concatenate([[0], sizes.cumsum()]).astype(np.int32))
        return pa.ListArray.from_arrays(offsets, values, mask=pc.is_null(self._column))


def _shapes(texts: pa.Array) -> pa.DictionaryArray:
    """The texts with every digit made `0`, dictionary-encoded: few distinct ones remain of most columns."""
    kinds = pc.count_distinct(texts.slice(0, _SAMPLE)).as_py()
    if kinds < _SAMPLE / 10:
        encoded = texts.dictionary_encode()
        return pa.DictionaryArray.from_arrays(encoded.indices, _without_digits(encoded.dictionary))
    shapes = _without_digits(texts)
    if pc.count_distinct(shapes.slice(0, _SAMPLE)).as_py() < _SAMPLE / 2:
        return shapes.dictionary_encode()
    places = pa.array(np.arange(len(texts), dtype=np.int32))
    return pa.DictionaryArray.from_arrays(pc.if_else(pc.is_valid(texts), places, None), pc.fill_null(shapes, ""))


def _without_digits(texts: pa.Array) -> pa.Array:
    """Every digit is `0`."""
    validity, offsets, content = texts.buffers()
    shaped = _NO_DIGITS[np.frombuffer(content, np.uint8)] if content else np.zeros(0, np.uint8)
    return pa.StringArray.from_buffers(len(texts), offsets, pa.py_buffer(shaped), validity, -1, texts.offset)


def _matching(texts: pa.Array, pattern: str) -> Truth:
    return _truth(pc.fill_null(pc.match_substring_regex(texts, pattern), False))


def _hold(texts: pa.DictionaryArray, phones: pa.Array) -> Truth:
    """Which texts hold the last nine digits of the number beside them, whatever stands between."""
    subscribers = pc.utf8_slice_codeunits(phones, -_SUBSCRIBER).to_pylist()
    packed = pc.replace_substring_regex(texts.dictionary, rf"{_GAP}+", "").take(texts.indices).to_pylist()
    held = (one is not None and one in text for one, text in zip(subscribers, packed, strict=True))
    return np.fromiter(held, np.bool_, len(packed))


def _with_field(lists: pa.Array, rows: Places, name: str) -> pa.Array:
    """Lists of names, with one name more in some rows, sorted."""
    changed = lists.to_pylist()
    for row in rows.tolist():
        changed[row] = sorted({*changed[row], name})
    return pa.array(changed, TEXT_LIST)


def _truth(array: pa.Array) -> Truth:
    truth: Truth = pc.fill_null(array, False).to_numpy(zero_copy_only=False)
    return truth

"""Identifiers of persons in fields that are for something else: found and cut.

Which fields are searched, and as what, is said by their kind (`vocabulary.field_kinds`): all that are kept as text.

A text is looked through one by one only where it may hold something. What decides that are the distinct shapes of a
column (every digit made `0`) and the words that stand in it at all; of columns that have too many of them, tests of
whole columns (`arrays.matches`). How identifiers are spelled belongs to `spellings`.

What becomes of them: a `lead_id` or `consent_id` that names its person is bad, since a reference that is changed refers
to nothing. Everything else is cut, and stays. An address or a number that was cut is a fault that the vendor can mend,
so the lead's field is among its `invalid_fields`; a name is not: it may as well be a word (Pierre, Rose). Only names of
the row itself can be found; proofs have none.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.matches import digests_of, folded_texts, held, matching, packed, shapes, spaced_words
from pipelines.arrays.values import NO_TEXT, TEXT, TEXT_LIST, Truth, list_columns, mapped_once
from pipelines.identifiers.emails_in_texts import EMAIL
from pipelines.identifiers.phones_in_texts import PHONE
from pipelines.identifiers.spellings import NOBODY, Person, folded, holds_encoded, name_words, without_identifiers_in
from pipelines.identifiers.traces import CERTAIN, CODED, DIGEST, NUMBER, SPELLED, TRACES, WORDY
from pipelines.identifiers.uses import Use
from pipelines.vocabulary.fields import FIELD_NAMED

SEARCHED: Final[Mapping[str, Use]] = {
    name: field.use for name, field in FIELD_NAMED.items() if field.use and not field.is_reference
}
"""The fields that are searched, beside references, and as what."""
_WHOLE: Final = frozenset(name for name, field in FIELD_NAMED.items() if field.kind.is_whole)

_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_MANY: Final = 2000
_FEW_SHAPES: Final = 20_000
_LOCAL_HEAD: Final = 5
_SHORT: Final = 3
_SAMPLE: Final = 2000
_SUBSCRIBER: Final = 9
Places = npt.NDArray[np.int64]


class Persons:
    """Whom some rows are about: what each says of its own person, in columns."""

    def __init__(self, columns: Mapping[str, pa.Array]) -> None:
        """`columns`: those of `fields.PERSONAL` that there are; e-mail and phones in canonical form."""
        self._columns = dict(columns)
        self._lists: dict[tuple[str, str], pa.Array] = {}
        self._names = [columns[name].dictionary_encode() for name in ("first_name", "last_name") if name in columns]

    def at(self, rows: Places) -> list[Person]:
        """The persons of some rows."""
        if not self._columns:
            return [NOBODY] * len(rows)
        columns = [column.take(pa.array(rows)).to_pylist() for column in self._columns.values()]
        return [Person(**dict(zip(self._columns, values, strict=True))) for values in zip(*columns, strict=True)]

    def local_heads(self, rows: Places) -> pa.Array:
        """The first letters of the e-mails of some rows, folded: no shorter local part tells a person."""
        return pc.utf8_slice_codeunits(folded_texts(self.values("email", rows)), 0, _LOCAL_HEAD)

    def digested(self, rows: Places) -> tuple[pa.Array, ...]:
        """The forms of e-mail and phones of some rows in which they are hashed, as `spellings` has them."""
        return self.values("email", rows), *(form for phones in self.phones(rows) for form in _hashed_forms(phones))

    def phones(self, rows: Places) -> list[pa.Array]:
        """The phone of some rows, then their further numbers, in columns."""
        others = self._columns.get("other_phones")
        return [self.values("phone", rows), *([] if others is None else list_columns(others.take(pa.array(rows))))]

    def values(self, name: str, rows: Places) -> pa.Array:
        """What some rows say under a name of `fields.PERSONAL` that is one text."""
        if name not in self._columns:
            return pa.nulls(len(rows), TEXT)
        return self._columns[name].take(pa.array(rows))

    def name_held(self, name: str, texts: pa.Array, rows: Places, form: str = "{}") -> Truth:
        """Which texts of some rows hold a folded word of their person's first or last name; `form`: how it stands."""
        found = np.zeros(len(texts), np.bool_)
        if name in self._columns:
            words = self._words(name, form).take(pa.array(rows))
            places = pc.list_parent_indices(words).to_numpy()
            found[places[held(texts.take(pa.array(places)), words.flatten())]] = True
        return found

    def _words(self, name: str, form: str) -> pa.Array:
        if (name, form) not in self._lists:
            names = self._columns[name].dictionary_encode()
            words = [[form.format(word) for word in name_words(text)] for text in names.dictionary.to_pylist()]
            self._lists[name, form] = pa.array(words, TEXT_LIST).take(names.indices)
        return self._lists[name, form]

    def are_among(self, words: frozenset[str]) -> Truth | None:
        """Rows whose names, or e-mail before the @, share a word with some folded words; None: no row."""
        found: Truth | None = None
        for known in self._known(words):
            if pc.any(known).as_py():
                found = _as_truth(known) if found is None else found | _as_truth(known)
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


def without_identifiers(columns: Mapping[str, pa.Array], persons: "Persons") -> dict[str, pa.Array]:
    """The columns of some rows, with identifiers cut out of their texts and, of leads, `invalid_fields` brought on."""
    texts = {name: _Texts(columns[name], use) for name, use in SEARCHED.items() if name in columns}
    filled = {name: text for name, text in texts.items() if text.count}
    named = persons.are_among(frozenset[str]().union(*(text.words for text in filled.values())))
    changed = dict(columns)
    for name, text in filled.items():
        suspects = text.suspects(persons, named)
        if not len(suspects):
            continue
        cut = text.cut(suspects, persons)
        flawed = np.array([EMAIL in new or PHONE in new for _, new in cut])
        changed[name] = text.replaced(suspects, [None if name in _WHOLE and new != old else new for old, new in cut])
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
    is_bad = matching(references.take(pa.array(suspects)), CERTAIN)
    unsure = np.flatnonzero(~is_bad)
    is_bad[unsure] = [new != old for old, new in texts.cut(suspects[unsure], persons)]
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
            self._is_wordy = matching(self._shapes.dictionary, WORDY)
            self._is_varied = len(self._shapes.dictionary) > _FEW_SHAPES

    @property
    def rows(self) -> Places:
        """The row of each text."""
        if self._is_listed:
            rows: Places = pc.list_parent_indices(self._column).to_numpy().astype(np.int64)
            return rows
        return np.arange(len(self.texts))

    @property
    def words(self) -> frozenset[str]:
        """The folded words of all texts; none of texts that are too many for that."""
        if self._is_varied:
            return frozenset()
        wordy = self._shapes.dictionary.filter(pa.array(self._is_wordy)).to_pylist()
        return frozenset(folded(word) for text in wordy for word in _WORD.findall(text))

    def suspects(self, persons: Persons, named: Truth | None) -> Places:
        """Places of the texts that may hold an identifier; `named`: rows whose person may be named somewhere."""
        found = self._named(persons, named)
        marked = matching(self._shapes.dictionary, TRACES)
        marked &= ~matching(self._shapes.dictionary, DIGEST) if self._use == "label" else True
        if marked.any():
            places = np.flatnonzero(self._where(marked))
            found[places] |= self._spelled(places, persons)
        suspects: Places = np.flatnonzero(found)
        return suspects

    def _where(self, is_shape: Truth) -> Truth:
        return _as_truth(pc.fill_null(pa.array(is_shape).take(self._shapes.indices), False))

    def _named(self, persons: Persons, named: Truth | None) -> Truth:
        """Which texts may hold a name, or the e-mail before the @, of their own person."""
        found = np.zeros(len(self.texts), np.bool_)
        if not self._is_wordy.any() or (named is None and not self._is_varied):
            return found
        wordy = self._where(self._is_wordy)
        if named is not None and not self._is_varied:
            return np.asarray(wordy & named[self.rows], np.bool_)
        places = np.flatnonzero(wordy)
        texts, rows = folded_texts(self.texts.take(pa.array(places))), self.rows[places]
        found[places] = held(texts, persons.local_heads(rows))
        if self._use == "text":
            words = spaced_words(texts)
            for name in ("first_name", "last_name"):
                found[places] |= persons.name_held(name, words, rows, " {} ")
            return found
        first = np.flatnonzero(persons.name_held("first_name", texts, rows))
        found[places[first]] |= persons.name_held("last_name", texts.take(pa.array(first)), rows[first])
        return found

    def _spelled(self, places: Places, persons: Persons) -> Truth:
        """Which texts at some places hold an address or a number, anybody's or encoded, or their own person's."""
        texts, rows = self.texts.take(pa.array(places)), self.rows[places]
        found = matching(texts, CERTAIN)
        general = np.flatnonzero(matching(texts, SPELLED[self._use]) & ~found)
        found[general] = _as_truth(
            mapped_once(
                texts.take(pa.array(general)),
                lambda text: without_identifiers_in(text, NOBODY, self._use) != text,
                pa.bool_(),
            )
        )
        numbered = np.flatnonzero(matching(texts, NUMBER) & ~found)
        digits = packed(texts.take(pa.array(numbered)))
        for phones in persons.phones(rows[numbered]):
            found[numbered] |= held(digits, pc.utf8_slice_codeunits(phones, -_SUBSCRIBER))
        coded = np.flatnonzero(matching(texts, CODED) & ~found)
        pairs = zip(texts.take(pa.array(coded)).to_pylist(), persons.at(rows[coded]), strict=True)
        found[coded] = [holds_encoded(text, who) for text, who in pairs]
        return found | digests_of(texts, persons.digested(rows))

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
        return pa.DictionaryArray.from_arrays(encoded.indices, shapes(encoded.dictionary))
    shaped = shapes(texts)
    if pc.count_distinct(shaped.slice(0, _SAMPLE)).as_py() < _SAMPLE / 2:
        return shaped.dictionary_encode()
    places = pa.array(np.arange(len(texts), dtype=np.int32))
    return pa.DictionaryArray.from_arrays(pc.if_else(pc.is_valid(texts), places, None), pc.fill_null(shaped, ""))


def _hashed_forms(phones: pa.Array) -> tuple[pa.Array, ...]:
    digits = pc.utf8_ltrim(phones, "+")
    subscribers = pc.utf8_slice_codeunits(digits, -_SUBSCRIBER)
    return phones, digits, pc.binary_join_element_wise("0", subscribers, "")


def _with_field(lists: pa.Array, rows: Places, name: str) -> pa.Array:
    """Lists of names, with one name more in some rows, sorted."""
    changed = lists.to_pylist()
    for row in rows.tolist():
        changed[row] = sorted({*changed[row], name})
    return pa.array(changed, TEXT_LIST)


def _as_truth(array: pa.Array) -> Truth:
    truth: Truth = pc.fill_null(array, False).to_numpy(zero_copy_only=False)
    return truth

"""Delivered text of one role's rows to typed canonical columns, field by field.

How a single value is read belongs to `values`; which rows are accepted, to `acceptance`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import NO_TEXT, TEXT, TEXT_LIST, Distinct, Truth
from pipelines.contracts.contract import Contract, FieldTerms, FileTerms
from pipelines.identifiers.hidden import Persons, impersonal
from pipelines.identifiers.phones import canonical_phones
from pipelines.identifiers.shown_names import shown_name
from pipelines.intake.delivered import delivered_texts, without_errors
from pipelines.intake.values import kind_of, phone_lists, unrounded
from pipelines.vocabulary.field_kinds import PHONE, PHONES, POSTAL_CODE, REFERENCE, FieldKind
from pipelines.vocabulary.fields import FIELD_NAMED, FIELD_WORDS, PERSONAL, whole_field
from pipelines.vocabulary.file_formats import FILE_FORMATS
from pipelines.vocabulary.reasons import Reason

FRANCE: Final = "FR"


@dataclass(frozen=True)
class Rows:
    """Rows of one role under one contract: text by canonical field, in the order of files and row numbers."""

    contract: Contract
    terms: FileTerms
    texts: pa.Table
    """One string column for each field that the contract maps."""
    files: pa.Array
    """Position of each row's file among the run's files."""
    row_numbers: pa.Array
    sheet_rows: pa.Array
    """Row as a spreadsheet numbers it; NULL where the format has none."""
    received_at: pa.Array | None = None
    """When each row's file came, UTC without a zone; NULL where our transport left no record."""

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.files)


@dataclass(frozen=True)
class FieldReading:
    """One field of every row: its values, and where nothing or something bad was delivered."""

    terms: FieldTerms
    values: pa.Array
    is_missing: Truth
    is_bad: Truth
    """Of a list of phone numbers also where a part can't be read: the others are values all the same."""
    columns: tuple[str, ...] = ()
    """Of a list that yes/no columns say together, these; none where one column holds the field."""

    @cached_property
    def expected(self) -> Reason:
        """What the field should hold."""
        if self.columns:
            return Reason("value_flags", columns=self.columns)
        return kind_of(self.terms.name).expected(self.terms)


class Fields:
    """The fields of some rows, read when asked for."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._terms = {terms.name: terms for terms in rows.terms.fields}
        self._mapped = rows.terms.mapped_fields
        self._readings: dict[str, FieldReading] = {}
        self._delivered: dict[str, Distinct] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._mapped

    def __getitem__(self, name: str) -> FieldReading:
        if name not in self._readings:
            self._readings[name] = self._read(self._terms[name]) if name in self._terms else self._put_together(name)
        return self._readings[name]

    def names(self) -> list[str]:
        """Canonical fields that the contract maps, sorted."""
        return sorted(self._mapped)

    def values(self, name: str, type_: pa.DataType | None = None) -> pa.Array:
        """A field's values; NULLs where the contract does not map it, of a type or of that of its kind."""
        if name in self:
            return self[name].values
        listed = TEXT_LIST if FIELD_NAMED[name].kind.type == "list" else TEXT
        return pa.nulls(self.rows.count, type_ or listed)

    def texts(self, name: str) -> pa.Array:
        """A field as cleaned text; NULLs where the contract maps it to no column, or to several."""
        if name not in self._terms:
            return pa.nulls(self.rows.count, TEXT)
        distinct = self._distinct_texts(name)
        return distinct.spread(distinct.values)

    @cached_property
    def persons(self) -> Persons:
        """Whom the rows are about."""
        return Persons({name: self.values(name) for name in PERSONAL if name in self})

    def _distinct_texts(self, name: str) -> Distinct:
        """A field's cleaned texts, each once where they are few."""
        if name not in self._delivered:
            distinct = Distinct.of(self.rows.texts[name].combine_chunks())
            self._delivered[name] = replace(distinct, values=delivered_texts(distinct.values, self._terms[name]))
        return self._delivered[name]

    def _read(self, terms: FieldTerms) -> FieldReading:
        kind = FIELD_NAMED[terms.name].kind
        if kind == PHONES:
            texts = self.texts(terms.name)
            values, is_partly_bad = phone_lists(without_errors(texts), terms, self.postal_texts)
            is_missing = _as_truth_array(pc.is_null(texts))
            return FieldReading(
                terms, values, is_missing, ~is_missing & _as_truth_array(pc.fill_null(is_partly_bad, True))
            )
        if kind in _READ_BESIDE_OTHERS:
            return self._read_each(terms, Distinct(self.texts(terms.name), None))
        return self._read_each(terms, self._distinct_texts(terms.name))

    def _read_each(self, terms: FieldTerms, texts: Distinct) -> FieldReading:
        """A field whose values each mean what they mean, however many rows hold them."""
        values, is_missing = self._values(without_errors(texts.values), terms), pc.is_null(texts.values)
        is_bad = pc.and_not(pc.is_null(values), is_missing)
        is_missing, is_bad = (_as_truth_array(texts.spread(truth)) for truth in (is_missing, is_bad))
        return FieldReading(terms, texts.spread(values), is_missing, is_bad)

    @property
    def postal_texts(self) -> pa.Array | None:
        """Postal codes as text, beside which phone numbers are read; None where the contract does not map them."""
        return self.texts("postal_code") if "postal_code" in self else None

    def _put_together(self, name: str) -> FieldReading:
        """A list that yes/no columns say together: an empty cell is no yes, a bad one makes the whole list bad.

        Of leads whose cells are all empty nobody said yes to anything: the list is empty, not unsaid.
        """
        parts = [self[terms.name] for terms in self.rows.terms.fields if whole_field(terms.name) == name]
        is_missing = np.all([part.is_missing for part in parts], axis=0)
        is_bad = np.any([part.is_bad | (part.is_missing & part.terms.is_required) for part in parts], axis=0)
        values = _elements_said(name, [(FIELD_NAMED[part.terms.name].element, part.values) for part in parts])
        terms = FieldTerms(name, name, is_required=any(part.terms.is_required for part in parts))
        columns = tuple(shown_name(column, 0) for column in self.rows.terms.columns_of(name))
        is_unknown = is_bad if self.rows.terms.role == "leads" else is_bad | is_missing
        known = pc.if_else(pa.array(is_unknown), pa.scalar(None, TEXT_LIST), values)
        return FieldReading(terms, known, is_missing, is_bad & ~is_missing, columns)

    def _values(self, texts: pa.Array, terms: FieldTerms) -> pa.Array:
        kind = FIELD_NAMED[terms.name].kind
        if kind in _READ_BESIDE_OTHERS:
            return _READ_BESIDE_OTHERS[kind](texts, self)
        values = kind_of(terms.name).read(texts, terms)
        if terms.format and FILE_FORMATS[self.rows.terms.format].is_typed and pa.types.is_timestamp(values.type):
            return pc.coalesce(values, kind_of(terms.name).read(texts, replace(terms, format=None)))
        return values


def _phones(texts: pa.Array, fields: Fields) -> pa.Array:
    return canonical_phones(texts, fields.postal_texts)


def _impersonal_references(texts: pa.Array, fields: Fields) -> pa.Array:
    return unrounded(impersonal(texts, fields.persons))


def _postal_codes(texts: pa.Array, fields: Fields) -> pa.Array:
    """Five digits in France, free elsewhere. One that was a number has lost its zero or won one: `1000`, `69001.0`."""
    countries = fields.values("country")
    compact = pc.replace_substring_regex(texts, r"\s+|[.,]0+$", "")
    compact = pc.replace_substring_regex(compact, r"^([1-9]\d{3})$", r"0\1")
    french = pc.if_else(pc.match_substring_regex(compact, r"^\d{5}$"), compact, NO_TEXT)
    return pc.if_else(pc.equal(pc.coalesce(countries, pa.scalar(FRANCE)), FRANCE), french, texts)


def _elements_said(name: str, parts: Sequence[tuple[str, pa.Array]]) -> pa.Array:
    """Lists of the elements whose column says yes, in our order."""
    ordered = sorted(parts, key=lambda part: FIELD_WORDS[name].index(part[0]))
    says_yes = np.column_stack([np.asarray(pc.fill_null(values, False)) for _, values in ordered])
    offsets = np.concatenate([[0], says_yes.sum(axis=1).cumsum()]).astype(np.int32)
    elements = pa.array([element for element, _ in ordered], pa.string()).take(pa.array(np.nonzero(says_yes)[1]))
    return pa.ListArray.from_arrays(pa.array(offsets), elements).cast(TEXT_LIST)


def _as_truth_array(array: pa.Array) -> Truth:
    truth: Truth = array.to_numpy(zero_copy_only=False)
    return truth


_READ_BESIDE_OTHERS: Final[Mapping[FieldKind, Callable[[pa.Array, Fields], pa.Array]]] = {
    PHONE: _phones,
    POSTAL_CODE: _postal_codes,
    REFERENCE: _impersonal_references,
}
"""Kinds whose values mean something only beside another field of the row."""

"""Delivered text of one role's rows to typed canonical columns, field by field.

How a single value is read belongs to `values`; which rows are accepted, to `acceptance`.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import NO_TEXT, TEXT, Truth
from pipelines.contracts.contract import Contract, FieldTerms, FileTerms
from pipelines.identifiers.emails import canonical_emails
from pipelines.identifiers.hidden import PERSONAL, REFERENCES, Persons, impersonal
from pipelines.identifiers.phones import canonical_phones
from pipelines.intake.values import delivered_texts, kind_of

TYPED_FORMATS: Final = ("xlsx", "xls", "ods", "parquet")
"""File formats whose dates are dates, not text in the contract's pattern."""
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


def required_fields(role: str, contract: Contract) -> tuple[str, ...]:
    """Fields without which a row is not accepted."""
    if role == "leads":
        return ("lead_id", "collected_at")
    decision = () if contract.is_only_given_consents else ("decision",)
    return ("consent_id", "channels", *decision, "consent_at")


@dataclass(frozen=True)
class Reading:
    """One field of every row: its values, and where nothing or something bad was delivered."""

    terms: FieldTerms
    values: pa.Array
    is_missing: Truth
    is_bad: Truth

    @cached_property
    def expected(self) -> str:
        """What the field should hold, in words."""
        return kind_of(self.terms.name).expected(self.terms)


class Fields:
    """The fields of some rows, read when asked for."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._terms = {terms.name: terms for terms in rows.terms.fields}
        self._readings: dict[str, Reading] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._terms

    def __getitem__(self, name: str) -> Reading:
        if name not in self._readings:
            self._readings[name] = self._read(self._terms[name])
        return self._readings[name]

    def names(self) -> list[str]:
        """Canonical fields that the contract maps, sorted."""
        return sorted(self._terms)

    def values(self, name: str, type_: pa.DataType = TEXT) -> pa.Array:
        """A field's values; NULLs where the contract does not map it."""
        return self[name].values if name in self else pa.nulls(self.rows.count, type_)

    def texts(self, name: str) -> pa.Array:
        """A field as cleaned text; NULLs where the contract does not map it."""
        if name not in self:
            return pa.nulls(self.rows.count, TEXT)
        return delivered_texts(self.rows.texts[name].combine_chunks(), self._terms[name])

    @cached_property
    def persons(self) -> Persons:
        """Whom the rows are about."""
        return Persons({name: self.values(name) for name in PERSONAL if name in self})

    def _read(self, terms: FieldTerms) -> Reading:
        texts = self.texts(terms.name)
        values = self._values(texts, terms)
        is_missing = _as_truth_array(pc.is_null(texts))
        return Reading(terms, values, is_missing, ~is_missing & _as_truth_array(pc.is_null(values)))

    def _values(self, texts: pa.Array, terms: FieldTerms) -> pa.Array:
        if terms.name == "email":
            return canonical_emails(texts)
        if terms.name == "phone":
            return canonical_phones(texts, self.texts("postal_code") if "postal_code" in self else None)
        if terms.name == "postal_code":
            return _postal_codes(texts, self.values("country"))
        if terms.name in REFERENCES:
            return impersonal(texts, self.persons)
        values = kind_of(terms.name).read(texts, terms)
        if terms.format and self.rows.terms.format in TYPED_FORMATS and pa.types.is_timestamp(values.type):
            return pc.coalesce(values, kind_of(terms.name).read(texts, replace(terms, format=None)))
        return values


def _postal_codes(texts: pa.Array, countries: pa.Array) -> pa.Array:
    """Five digits in France, free elsewhere."""
    compact = pc.replace_substring_regex(texts, r"\s+", "")
    french = pc.if_else(pc.match_substring_regex(compact, r"^\d{5}$"), compact, NO_TEXT)
    return pc.if_else(pc.equal(pc.coalesce(countries, pa.scalar(FRANCE)), FRANCE), french, texts)


def _as_truth_array(array: pa.Array) -> Truth:
    truth: Truth = array.to_numpy(zero_copy_only=False)
    return truth

"""Whether a file that was read has the columns that its contract declares. Rows belong to `acceptance`."""

from pipelines.contracts.contract import Contract, FileTerms, declared_beside, declared_names, required_fields
from pipelines.formats.limits import FileRefusal
from pipelines.formats.raw import RawFile
from pipelines.identifiers.shown_names import shown_column, shown_name
from pipelines.vocabulary.column_names import near_names
from pipelines.vocabulary.fields import REACHED_BY
from pipelines.vocabulary.file_formats import FILE_FORMATS
from pipelines.vocabulary.reasons import Reason

MOST_NAMES = 200
"""Undeclared columns that are named at most."""


def header_refusal(raw: RawFile, terms: FileTerms, contract: Contract) -> FileRefusal | None:
    """Why a file's header is not the contract's; None when it has all required columns, and none twice."""
    if not raw.columns and FILE_FORMATS[terms.format].is_named_by_rows:
        return None
    declared = declared_names(terms)
    if not declared & set(raw.columns):
        return FileRefusal("header_missing", Reason("header_foreign"))
    repeated = sorted({name for name in declared if raw.columns.count(name) > 1})
    if repeated:
        shown = tuple(shown_name(name, 0) for name in repeated)
        return FileRefusal("header_missing", Reason("columns_repeated", columns=shown), repeated[0])
    required = required_fields(terms.role, contract)
    missing = [column for name in required for column in terms.columns_of(name) or (name,) if column not in raw.columns]
    identifiers = [column for name in REACHED_BY for column in terms.columns_of(name)]
    if terms.role == "leads" and not set(identifiers) & set(raw.columns):
        missing += identifiers or [REACHED_BY[0]]
    if not missing:
        return None
    near = near_names(missing, undeclared_columns(raw, terms, contract))
    pairs = tuple((new, gone) for gone, new in sorted(near.items()))
    return FileRefusal("column_missing", Reason("columns_missing", columns=tuple(missing), near=pairs), missing[0])


def undeclared_columns(raw: RawFile, terms: FileTerms, contract: Contract) -> list[str]:
    """Names of delivered columns that the contract does not declare, sorted, fit to be kept."""
    declared = declared_beside(terms, contract)
    shown = zip(raw.columns, shown_columns(raw, terms, contract), strict=True)
    return sorted({kept for name, kept in shown if name and name not in declared})[:MOST_NAMES]


def shown_columns(raw: RawFile, terms: FileTerms, contract: Contract) -> list[str]:
    """Names of delivered columns in order, fit to be kept."""
    declared = declared_beside(terms, contract)
    return [shown_column(name, place, declared) for place, name in enumerate(raw.columns, 1)]

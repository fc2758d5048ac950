"""Whether a file that was read has the columns that its contract declares. Rows belong to `acceptance`."""

from pipelines.contracts.contract import Contract, FileTerms, declared_names
from pipelines.formats.limits import FileRefusal
from pipelines.formats.raw import RawFile
from pipelines.identifiers.shown_names import shown_name
from pipelines.intake.fields import required_fields
from pipelines.vocabulary.column_names import column_name, near_names_told
from pipelines.vocabulary.file_formats import FILE_FORMATS

MOST_NAMES = 200
"""Undeclared columns that are named at most."""
IDENTIFIERS = ("email", "phone")


def header_refusal(raw: RawFile, terms: FileTerms, contract: Contract) -> FileRefusal | None:
    """Why a file's header is not the contract's; None when every required column is there."""
    if not raw.columns and FILE_FORMATS[terms.format].is_named_by_rows:
        return None
    names = {field.name: column_name(field.physical_name) for field in terms.fields}
    if not set(names.values()) & set(raw.columns):
        return FileRefusal("header_missing", "a header with the contract's column names")
    required = required_fields(terms.role, contract)
    missing = [names.get(name, name) for name in required if names.get(name) not in raw.columns]
    identifiers = [names[name] for name in IDENTIFIERS if name in names]
    if terms.role == "leads" and not set(identifiers) & set(raw.columns):
        missing += identifiers or ["email"]
    if not missing:
        return None
    expected = [_columns_expected(missing), *near_names_told(missing, undeclared_columns(raw, terms))]
    return FileRefusal("column_missing", "; ".join(expected), missing[0])


def _columns_expected(names: list[str]) -> str:
    return f"the column{'s' if len(names) > 1 else ''} {', '.join(names)}"


def undeclared_columns(raw: RawFile, terms: FileTerms) -> list[str]:
    """Names of delivered columns that the contract does not declare, sorted, fit to be kept."""
    declared = declared_names(terms)
    names = {shown_name(name, place) for place, name in enumerate(raw.columns, 1) if name and name not in declared}
    return sorted(names)[:MOST_NAMES]

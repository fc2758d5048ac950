"""What a lead's values say of themselves: kinds of address and number, fillers, numbers that
nobody has. Not whether a field can be read."""

from collections.abc import Callable, Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import Truth, names_where
from pipelines.identifiers.allocations import is_unallocated
from pipelines.identifiers.email_kinds import email_kinds
from pipelines.identifiers.phone_kinds import phone_kinds, phone_regions
from pipelines.identifiers.placeholders import is_placeholder_email, is_placeholder_name, is_placeholder_phone
from pipelines.intake.fields import Fields
from pipelines.vocabulary.field_kinds import EMAIL, NAME, PHONE, FieldKind
from pipelines.vocabulary.fields import FIELDS

_TOLD_BY: Final[Mapping[FieldKind, Callable[[pa.Array], pa.Array]]] = {
    EMAIL: is_placeholder_email,
    NAME: is_placeholder_name,
    PHONE: is_placeholder_phone,
}
_PLACEHOLDERS: Final = {
    field.name: _TOLD_BY[field.kind]
    for field in sorted(FIELDS["leads"], key=lambda field: field.name)
    if field.kind in _TOLD_BY
}
"""Fields that may hold a filler, sorted by name, and how one is told."""


def lead_attributes(fields: Fields) -> dict[str, pa.Array]:
    """What is told of the values of some lead rows, as the columns of `leads` are called."""
    emails, phones = fields.values("email"), fields.values("phone")
    fillers = {name: _is_true(tell(fields.values(name))) for name, tell in _PLACEHOLDERS.items()}
    is_nobodys = _is_true(is_unallocated(phones)) & ~fillers["phone"]
    return {
        "email_kind": email_kinds(emails),
        "phone_kind": phone_kinds(phones),
        "phone_region": phone_regions(phones),
        "placeholder_fields": names_where(fillers),
        "unallocated_fields": names_where({"phone": is_nobodys}),
    }


def _is_true(told: pa.Array) -> Truth:
    """Where something is said to be so; NULL says nothing."""
    truth: Truth = pc.fill_null(told, False).to_numpy(zero_copy_only=False)
    return truth

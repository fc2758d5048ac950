"""The canonical fields of leads and consent proofs: the one table of what is known of them, and questions put to it.

A field is added as a record in `lead_fields` or `proof_fields` and, if it is kept, as a column of `tables`. Then a
contract may map it, the intake reads it as its kind says and searches it for identifiers of persons, and drafts find it
by its synonyms. How a vendor writes it is in its contract.
"""

from collections.abc import Mapping
from typing import Final

from pipelines.vocabulary.channel_columns import CHANNEL_COLUMNS
from pipelines.vocabulary.field import Field
from pipelines.vocabulary.field_kinds import EMAIL, INSTANT, PHONE
from pipelines.vocabulary.lead_fields import LEAD_FIELDS
from pipelines.vocabulary.proof_fields import PROOF_FIELDS

FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {"leads": LEAD_FIELDS, "consent_proofs": PROOF_FIELDS}
"""Role -> its fields, in the order in which vendors are told of them."""
CANONICAL_FIELDS: Final = {role: tuple(field.name for field in fields) for role, fields in FIELDS.items()}
"""Role -> names of its fields."""
COLUMN_FIELDS: Final = {role: (*fields, *CHANNEL_COLUMNS) for role, fields in FIELDS.items()}
"""Role -> what a delivered column may hold: one of its fields, or one of the parts of a list field."""
FIELD_NAMED: Final = {field.name: field for fields in COLUMN_FIELDS.values() for field in fields}
"""Name -> a field or part of that name, for what does not depend on the role: kind, vocabulary, exemption."""

INSTANT_FIELDS: Final = frozenset(name for name, field in FIELD_NAMED.items() if field.kind == INSTANT)
FIELD_WORDS: Final = {name: field.values for name, field in FIELD_NAMED.items() if field.values}
"""Fields with a closed vocabulary, and its words."""
PERSONAL: Final = tuple(field.name for field in LEAD_FIELDS if field.kind.is_personal)
"""Fields that say who a lead is: only the vault keeps them."""
REACHED_BY: Final = tuple(field.name for field in LEAD_FIELDS if field.kind in (EMAIL, PHONE))
"""Fields of which a lead needs one: nobody is reached without."""


def is_siren(digits: str) -> bool:
    """Whether nine digits have a right check digit (Luhn, ISO/IEC 7812-1, as the SIREN uses it), and are no filler.

    Nine zeros have a right check digit, and are no company's.
    """
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return (
        len(digits) == 9
        and digits != "000000000"
        and sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
    )


def whole_field(name: str) -> str:
    """The canonical field that a column's name in a contract belongs to: itself, or the list that it is a part of."""
    found = FIELD_NAMED.get(name)
    return found.part_of or name if found else name

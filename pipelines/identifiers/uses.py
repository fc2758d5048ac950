"""What a text is for: how much in it may look like an identifier of a person by chance."""

from typing import Final, Literal, TypeAlias, get_args

from pipelines.vocabulary.field_kinds import FieldUse

NameUse = Literal["name", "cell"]
Use: TypeAlias = FieldUse | NameUse
"""From what is most often a number by chance to what is least.

- `reference`, `label`: of a vendor. Ten digits are a phone number where they stand in pairs, or are all there is.
- `web`, `text`: an address on the web, words. Ten digits are one wherever they stand alone.
- `name`: a few words chosen by somebody: for a file, a column, a purpose. Letters may touch the digits; nine digits of
  a mobile number that are no SIREN are one, and what is on both sides of an at sign is an address.
- `cell`: one of a table, where it matters whether it is a person's: as a name, and nine digits that are all there is.
"""
EVERY_USE: Final[tuple[Use, ...]] = (*get_args(FieldUse), *get_args(NameUse))
LENIENT: Final[tuple[Use, ...]] = ("reference", "label")
NAMED: Final[tuple[Use, ...]] = get_args(NameUse)

"""What kinds of values canonical fields hold, and what follows for each: its type in the lake, whether it may leave the
intake, how it is searched for identifiers of persons. Data only.

What is done with values is chosen by their kind elsewhere: how they are read in `intake.values` and `intake.fields`,
how samples of them are told in `drafts.contents`.
"""

from dataclasses import dataclass
from typing import Final, Literal

ValueType = Literal["text", "list", "instant", "boolean"]
FieldUse = Literal["reference", "label", "web", "text"]
"""What a field is for: a reference or a label may look like a number or a name by chance, a text hardly."""


@dataclass(frozen=True)
class FieldKind:
    """A kind of value. Without a word to the contrary it is text that is kept, and searched as free text is."""

    name: str
    type: ValueType = "text"
    """Of the column in the lake."""
    use: FieldUse = "text"
    """As what its values are searched for identifiers of persons."""
    exempt: str = ""
    """Why its values are not searched: what keeps an identifier out of them. Empty: they are searched."""
    is_personal: bool = False
    """True where a value is an identifier itself, or may be full of them: it ends at the intake."""
    is_listed: bool = False
    """True where several values are delivered in one."""
    is_whole: bool = False
    """True where a value of which something is cut out is worth nothing, and becomes NULL."""


_OURS: Final = "only our own words are kept"

TEXT: Final = FieldKind("text")
"""Free text."""
JSON: Final = FieldKind("json")
LABEL: Final = FieldKind("label", use="label")
"""What a company calls a form, a version, a collector."""
REFERENCE: Final = FieldKind("reference", use="reference")
"""What a vendor calls a lead or a consent; one that names its person is bad, since a changed one refers to nothing."""
PAGE: Final = FieldKind("page", use="web")
"""A web address, kept without its query."""
LINK: Final = FieldKind("link", use="web")
"""A web address or path, kept with its query: without it nothing is found there."""
DIGEST: Final = FieldKind("digest", use="label", is_whole=True)
"""SHA-256 of a document."""
POSTAL_CODE: Final = FieldKind("postal_code", use="label", is_whole=True)
SIREN: Final = FieldKind("siren", use="label", is_whole=True)
SIRENS: Final = FieldKind("sirens", "list", use="label", is_listed=True)
COMPANIES: Final = FieldKind("companies", "list", use="label", is_listed=True)
"""Names of companies."""

COUNTRY: Final = FieldKind("country", exempt="two letters are kept")
INSTANT: Final = FieldKind("instant", "instant", exempt="an instant is no text")
FLAG: Final = FieldKind("flag", "boolean", exempt="true or false is no text")
WORD: Final = FieldKind("word", exempt=_OURS)
"""One word of a closed vocabulary."""
WORDS: Final = FieldKind("words", "list", exempt=_OURS, is_listed=True)
BASES: Final = FieldKind("bases", exempt=_OURS, is_listed=True)
"""One word of a closed vocabulary, or one for each channel."""

EMAIL: Final = FieldKind("email", is_personal=True)
PHONE: Final = FieldKind("phone", is_personal=True)
PHONES: Final = FieldKind("phones", "list", is_personal=True, is_listed=True)
"""Phone numbers by which a lead is not used, and whose oppositions are its own."""
NAME: Final = FieldKind("name", is_personal=True)
"""A person's name."""
HASHED: Final = FieldKind("hashed", is_personal=True)
"""SHA-256 of an e-mail or phone."""
WORDING: Final = FieldKind("wording", is_personal=True)
"""A text as it was shown to a person, name and address included."""
IP: Final = FieldKind("ip", is_personal=True)
USER_AGENT: Final = FieldKind("user_agent", is_personal=True)

CLOSED: Final = (FLAG, WORD, WORDS, BASES)
"""Kinds of which only words of a closed vocabulary are read."""

"""What is said of one canonical field in the files of one role. The fields themselves are in `fields`, by role."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.vocabulary import words
from pipelines.vocabulary.field_kinds import BASES, REFERENCE, FieldKind, FieldUse


@dataclass(frozen=True)
class Field:
    """A canonical field in the files of one role. What is called alike in both is of one kind and vocabulary."""

    name: str
    kind: FieldKind
    description: str
    """What a vendor delivers in it, in one English sentence."""
    example: str
    """A value that reads without any terms of the contract, lists joined by `|`; of no real person."""
    synonyms: str
    """Phrases for it in French and English, joined by `, `; one that ends in `?` may as well mean something else."""
    is_required: bool = False
    """True where a row without it is rejected."""
    is_unique: bool = False
    """True where it may stand once in a delivery only."""
    default: str = ""
    """What stands for it where nothing is delivered, in English; empty: nothing, and rules that need it don't know."""
    contract_term: str = ""
    """The contract's customProperty that may say it for all rows: then even a required field need not be delivered."""
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Its closed vocabulary, as `field_words` has it; empty where it is free."""
    part_of: str = ""
    """The list field of which it says one element, yes or no; empty for a field of its own."""
    exempt: str = ""
    """Why the field is not searched for persons' identifiers although others of its kind are; empty: it is searched."""

    @property
    def names(self) -> tuple[str, ...]:
        """What its column may be called: its own name and its synonyms."""
        return (self.name, *self.synonyms.split(", "))

    @property
    def values(self) -> tuple[str, ...]:
        """What it may hold, in our order; nothing where it is free."""
        pairs = [f"{channel}:{basis}" for channel in words.CHANNELS for basis in self.words if self.kind == BASES]
        return (*self.words, *pairs)

    @property
    def is_kept(self) -> bool:
        """Whether the role's table has it as a column."""
        return not (self.kind.is_personal or self.part_of)

    @property
    def element(self) -> str:
        """Of the list field that it is part of, what it says yes or no to."""
        return self.name.removeprefix(f"{self.part_of}_")

    @property
    def use(self) -> FieldUse | None:
        """As what its values are searched for identifiers of persons; None: not at all."""
        return self.kind.use if self.is_kept and not (self.exempt or self.kind.exempt) else None

    @property
    def is_reference(self) -> bool:
        """Whether it is what the vendor calls a lead or a consent: an identifier makes it bad, nothing is cut out."""
        return self.kind == REFERENCE

"""What an undecided rule lacks, under a vendor's own column names and in words. Which facts it is, `rulebook` says."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.contracts.contract import Contract
from pipelines.vocabulary.fields import whole_field
from pipelines.vocabulary.words import ALTERNATIVES, NO_PROOF
from pipelines.wording.words import Words


@dataclass(frozen=True)
class MissingPart:
    """Something that was not delivered and that a rule needs."""

    role: str
    """Whose files should have it."""
    columns: tuple[str, ...]
    """As the vendor calls them, any one of which would do; none where there is no proof at all."""

    def __str__(self) -> str:
        return f"{self.role}: {' | '.join(self.columns)}"


def missing_parts(entries: Iterable[str], contract: Contract | None) -> Iterator[MissingPart]:
    """Missing facts, as `findings.missing_facts` has them, by the names that a contract gives to their columns."""
    for entry in entries:
        fields = [field.split(".") for field in entry.split(ALTERNATIVES) if field != NO_PROOF]
        columns = tuple(vendors_name(contract, name, role) for role, name in fields)
        yield MissingPart(entry.partition(".")[0], columns)


def vendors_name(contract: Contract | None, field: str, role: str | None = None) -> str:
    """A field as the vendor calls it, in one role's files or any; as it is where the contract does not map it.

    A list that yes/no columns say together is called by all of their names.
    """
    for file in (contract.leads, contract.consent_proofs) if contract is not None else ():
        names = [one.physical_name for one in file.fields if whole_field(one.name) == field]
        if names and role in (None, file.role):
            return ", ".join(names)
    return field


def missing_in_words(parts: Sequence[MissingPart], say: Words) -> str:
    """What was not delivered, file by file; "" where nothing is missing."""
    if MissingPart(NO_PROOF, ()) in parts:
        return say("missing_part.no_proof")
    told = []
    for role in dict.fromkeys(part.role for part in parts):
        named = [[f"`{column}`" for column in part.columns] for part in parts if part.role == role]
        columns = [f" {say('or')} ".join(names) for names in named]
        told.append(say(f"missing_part.in_{role}", columns=", ".join(columns)))
    return say("missing_part.between").join(told)

"""The questions to a vendor and the clauses of a contract, each with what it rests on. Data: `checklist.yaml`."""

from functools import cache
from pathlib import Path
from typing import Final

from pydantic import Field

from pipelines.rulebook.yaml_files import Model, read_yaml_file
from pipelines.vocabulary.bilingual import Bilingual

CHECKLIST: Final = Path(__file__).with_name("checklist.yaml")
MUST: Final = 3
"""Weight of what nobody should buy without."""


class Asked(Model):
    """Something to be asked of a vendor, or of a candidate."""

    asks: Bilingual
    evidence: Bilingual
    weight: int = Field(ge=1, le=MUST)
    months: int = Field(ge=1)
    """Calendar months for which an answer stands, unless it says itself until when."""
    basis: str


class Question(Asked):
    """One of the questions to every vendor."""

    id: str = Field(pattern=r"^dd_[a-z0-9_]+$")


class Clause(Model):
    """Something that a contract should say."""

    id: str = Field(pattern=r"^cl_[a-z0-9_]+$")
    says: Bilingual
    weight: int = Field(ge=1, le=MUST)
    basis: str
    terms: tuple[str, ...] = ()
    """Terms of the contract's file without which the clause is words alone."""


class Checklist(Model):
    """All questions and clauses, in the order in which a person goes through them."""

    questions: tuple[Question, ...]
    clauses: tuple[Clause, ...]


@cache
def checklist() -> Checklist:
    """The checklist that is shipped."""
    return Checklist.model_validate(read_yaml_file(CHECKLIST).data)

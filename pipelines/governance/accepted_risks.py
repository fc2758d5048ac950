"""Risks that the advertiser took upon itself for a time: of a question, a clause or a rule, with a reason and an end.

An accepted risk is no answer: it only says that somebody knows. No verdict, score, grade, go-live or recommendation
hangs on it, and on the day after its last the thing is missing again.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from pipelines.governance.checklist import checklist
from pipelines.identifiers.likeness import looks_like_person
from pipelines.rulebook.yaml_files import Day, Model
from pipelines.vocabulary.bilingual import Bilingual

Owner = Literal["purchasing", "compliance", "dpo", "legal", "data"]
"""The function that keeps a date: never a person, so that calendars name none."""
_CHECKLIST_PREFIXES: Final = ("dd_", "cl_")


def _without_person(text: str) -> str:
    if looks_like_person(text, "name"):
        raise PydanticCustomError("person", "expected words without an e-mail address or a phone number")
    return text


Said = Annotated[str, AfterValidator(_without_person)]


class AcceptedRisk(Model):
    """One risk that somebody accepted until a day."""

    of: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Id of the question, clause or rule."""
    reason: Said = Field(max_length=1000)
    accepted_by: Said = Field(max_length=64)
    """A colleague's name and function."""
    accepted_on: Day
    until: Day
    """Last day on which it is accepted."""
    owner: Owner = "compliance"
    """Who looks at it again before it ends."""

    @model_validator(mode="after")
    def _ends_later(self) -> "AcceptedRisk":
        if self.until < self.accepted_on:
            raise PydanticCustomError("risk", "`until` must not be earlier than `accepted_on`")
        return self

    def stands_on(self, on: Day) -> bool:
        """Whether it is accepted on a civil date, its first and last included."""
        return self.accepted_on <= on <= self.until

    @property
    def is_of_checklist(self) -> bool:
        """Whether it is one of a question or clause; else of a rule."""
        return self.of.startswith(_CHECKLIST_PREFIXES)


def latest_risks(risks: Iterable[AcceptedRisk], on: Day) -> list[AcceptedRisk]:
    """Of each question, clause and rule the risk accepted last up to a civil date, standing or not, by its end."""
    accepted = sorted((one for one in risks if one.accepted_on <= on), key=lambda one: one.accepted_on)
    return sorted({one.of: one for one in accepted}.values(), key=lambda one: (one.until, one.of))


def standing_risk(risks: Iterable[AcceptedRisk], of: str | None, on: Day) -> AcceptedRisk | None:
    """The risk that is accepted of a question, clause or rule on a civil date."""
    return next((one for one in latest_risks(risks, on) if one.of == of and one.stands_on(on)), None)


def risk_subject(risk: AcceptedRisk) -> Bilingual | None:
    """What a risk is accepted of, in words; None for a rule, which its card says."""
    asked = {question.id: question.asks for question in checklist().questions}
    return (asked | {clause.id: clause.says for clause in checklist().clauses}).get(risk.of)


def unknown_subjects(risks: Sequence[AcceptedRisk], rules: Iterable[str]) -> Iterator[tuple[int, str, list[str]]]:
    """Place and id of each risk that is of nothing we know, and what is known; without rules, those pass."""
    asked = [*(question.id for question in checklist().questions), *(clause.id for clause in checklist().clauses)]
    known = [*asked, *rules]
    for place, risk in enumerate(risks):
        if risk.of not in known and (risk.is_of_checklist or len(known) > len(asked)):
            yield place, risk.of, known

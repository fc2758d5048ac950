"""What a vendor states to the questions of the checklist, and what of it is kept: words, and no person's identifier."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pipelines.governance.checklist import checklist
from pipelines.identifiers.likeness import looks_like_person
from pipelines.vocabulary.clock import paris_date

CHOICES: Final = ("yes", "partly", "no", "not_applicable")
MOST_CHARACTERS: Final = {"statement": 1000, "evidence": 300}
MOST_STATEMENTS: Final = 500
"""By one link; 26 questions, each said anew some twenty times."""
REFUSALS: Final = ("choice", "length", "person", "full")
"""No word of ours, too long, an e-mail address or a phone number in it, no more by this link."""

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
"""Nobody sees one, and PostgreSQL keeps no NUL."""


class StatementRefusedError(ValueError):
    """A statement that is not kept. `kind` is one of `REFUSALS`, `question` an id; what was said is not repeated."""

    def __init__(self, kind: str, question: str | None = None) -> None:
        super().__init__(f"{question or 'questionnaire'}: {kind}")
        self.kind = kind
        self.question = question


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a vendor says of one question: its own choice, in its own words, and which evidence it offers."""

    question: str
    choice: str
    statement: str = ""
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class KeptStatement(Statement):
    """A statement in the registry."""

    vendor: str
    questionnaire_id: int
    stated_at: datetime


def statements_given(form: Mapping[str, str]) -> list[Statement]:
    """The statements of a filled form: fields `<question>`, `<question>.statement`, `<question>.evidence`.

    A question without a choice and without words is not answered.

    Raises:
        StatementRefusedError: something of it may not be kept.
    """
    asked = [question.id for question in checklist().questions]
    return [one for name in asked if (one := _statement_given(form, name)) is not None]


def changed_statements(given: Iterable[Statement], before: Iterable[KeptStatement]) -> list[Statement]:
    """Those that say something else than what the same link said last."""
    last = {one.question: _said_by_vendor(one) for one in before}
    return [one for one in given if last.get(one.question) != _said_by_vendor(one)]


def latest_statements(kept: Sequence[KeptStatement]) -> dict[str, KeptStatement]:
    """By question what was said last; `kept` is in order."""
    return {one.question: one for one in kept}


def stated_on(kept: Sequence[KeptStatement]) -> dict[str, date]:
    """By question the civil date (Europe/Paris) on which it was last answered by a link."""
    return {one.question: paris_date(one.stated_at) for one in kept}


def _said_by_vendor(one: Statement) -> tuple[str, str, str]:
    return one.choice, one.statement, one.evidence


def _statement_given(form: Mapping[str, str], question: str) -> Statement | None:
    choice = form.get(question, "")
    texts = {name: _kept_text(form, question, name) for name in MOST_CHARACTERS}
    if not choice and not any(texts.values()):
        return None
    if choice not in CHOICES:
        raise StatementRefusedError("choice", question)
    return Statement(question=question, choice=choice, **texts)


def _kept_text(form: Mapping[str, str], question: str, name: str) -> str:
    text = " ".join(_CONTROLS.sub(" ", form.get(f"{question}.{name}", "")).split())
    if len(text) > MOST_CHARACTERS[name]:
        raise StatementRefusedError("length", question)
    if looks_like_person(text, "name"):
        raise StatementRefusedError("person", question)
    return text

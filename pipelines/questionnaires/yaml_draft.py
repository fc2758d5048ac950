"""Statements as lines of the vendor's file, for the person who judges them: what is for us to say is left open."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import yaml

from pipelines.questionnaires.statements import KeptStatement
from pipelines.vocabulary.clock import paris_date

OPEN: Final = "TO_JUDGE"
"""No word of the file: it is refused until a person has put one in its place."""


def yaml_draft(statements: Iterable[KeptStatement], *, on: date) -> str:
    """`answers:` of `due_diligence.yaml`, to be judged, completed and pasted by a person on a civil date."""
    answers = {one.question: _draft_answer(one, on) for one in statements}
    return yaml.safe_dump({"answers": answers}, allow_unicode=True, sort_keys=False, width=120) if answers else ""


def _draft_answer(one: KeptStatement, on: date) -> dict[str, object]:
    said = f"the vendor stated on {paris_date(one.stated_at)}: {one.choice}. {one.statement}".strip()
    evidence = {"evidence": one.evidence} if one.evidence else {}
    return {"satisfies": OPEN, "answered_on": on, **evidence, "note": said}

"""The page of consent against opposition, `docs/precedence.md`. Data: `pipelines/rulebook/precedence.yaml`."""

from typing import Final

from pipelines.handbook.markdown import filled, table
from pipelines.rulebook.precedence import Outcome, PrecedenceCase, precedence_cases
from pipelines.wording.words import LANGUAGES, Words, words

_HEADINGS: Final = {
    "en": ("case", "e-mail", "call", "why"),
    "fr": ("cas", "e-mail", "appel", "pourquoi"),
}
_EXAMINED: Final = {"en": "to be examined by us", "fr": "à examiner par nous"}


def precedence_page() -> str:
    """The whole page, one table a language."""
    return filled("precedence.md.j2", **{language: _table_in(words(language)) for language in LANGUAGES})


def _table_in(say: Words) -> str:
    rows = (_cells_of_case(one, say) for one in precedence_cases().values())
    return table(_HEADINGS[say.language], rows)


def _cells_of_case(one: PrecedenceCase, say: Words) -> tuple[str, ...]:
    return say.say(one.case), _outcome_said(one.email, say), _outcome_said(one.phone, say), say.say(one.why)


def _outcome_said(outcome: Outcome, say: Words) -> str:
    """The verdict, who answers for the delivery, and what waits on us."""
    answers = say("rules.answered", party=say(f"rules.attribution.{outcome.answers}")) if outcome.answers else ""
    examined = _EXAMINED[say.language] if outcome.examine else ""
    return ", ".join(filter(None, (say(f"verdict.{outcome.verdict}"), answers, examined)))

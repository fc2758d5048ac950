"""What a house changed of the shipped rulebook: which rule or parameter, why, and who decided it on which day.

A rule of the house under the id of a shipped one replaces it, a parameter under the name of a shipped one as well; what
`switched_off.yaml` names is not judged. Each says so itself: nothing of the law is changed in silence.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from pipelines.rulebook.card import Card
from pipelines.rulebook.lead_dossier import OBJECTION_FACTS
from pipelines.rulebook.parameters import MAX_AGE, DatedParameter
from pipelines.rulebook.yaml_files import (
    CatalogueError,
    CatalogueProblem,
    Override,
    problems_of,
    read_yaml_file,
    unknown,
)

SWITCHED_OFF: Final = "switched_off.yaml"
_BEHIND: Final = {"consent_expires_at": MAX_AGE}
"""Parameters that cards read through a column of the dossier, by that column."""
_ABSOLUTE: Final = "an objection is absolute (single ones are revoked in the registry)"
_KEYS: Final = "{reason: {fr: …, en: …}, decided_by: …, decided_on: YYYY-MM-DD}"


@dataclass(frozen=True)
class Change:
    """One change of the shipped rulebook."""

    kind: Literal["replaced", "switched_off", "parameter"]
    name: str
    """Id of the rule, or name of the parameter."""
    override: Override
    card: Card | None = None
    """The shipped card that is not judged any more; None for a parameter."""


def read_switched_off(path: Path, shipped: Mapping[str, Card]) -> tuple[Change, ...]:
    """Read a `switched_off.yaml`, `{rule_id: {reason, decided_by, decided_on}}`; without the file nothing is.

    Raises:
        CatalogueError: every problem of the file, an id of no shipped rule included.
    """
    if not path.exists():
        return ()
    file = read_yaml_file(path)
    problems: list[CatalogueProblem] = []
    changes: list[Change] = []
    for rule_id, content in sorted(file.data.items()):
        if rule_id not in shipped:
            known = unknown("shipped rule", rule_id, shipped)
            problems.append(file.problem(rule_id, f"{known} (a rule of your own is switched off by taking it out)"))
            continue
        if hears_objection(shipped[rule_id]):
            message = f"`{rule_id}` can't be switched off: {_ABSOLUTE}; take the line out"
            problems.append(file.problem(rule_id, message))
            continue
        try:
            changes.append(Change("switched_off", rule_id, Override.model_validate(content), shipped[rule_id]))
        except ValidationError as error:
            problems += problems_of(error, file, Override, within=rule_id)
    if problems:
        raise CatalogueError(problems)
    return tuple(changes)


def hears_objection(card: Card) -> bool:
    """Whether a card keeps us from whoever said no: it blocks, and passes by a refusal, withdrawal or objection."""
    return card.severity == "blocking" and not OBJECTION_FACTS.isdisjoint(_words(card.pass_when))


def replaced_cards(own: Iterable[Card], shipped: Mapping[str, Card]) -> Iterator[Change]:
    """The shipped cards that cards of the house replace and say why."""
    for card in own:
        if card.id in shipped and card.override:
            yield Change("replaced", card.id, card.override, shipped[card.id])


def replaced_parameters(own: Mapping[str, DatedParameter]) -> Iterator[Change]:
    """The shipped parameters that parameters of the house replace and say why."""
    for name, parameter in own.items():
        if parameter.override:
            yield Change("parameter", name, parameter.override)


def parameters_of(card: Card) -> frozenset[str]:
    """Names of the parameters that a card's conditions read, or columns that stand for them."""
    words = {word for _, sql in card.conditions for word in _words(sql)}
    named = {word.removeprefix("parameters.") for word in words if word.startswith("parameters.")}
    return frozenset(named | {_BEHIND[word] for word in words & _BEHIND.keys()})


def _words(sql: str) -> list[str]:
    return re.findall(r"[\w.]+", sql)


def check_objections_are_heard(own: Iterable[Card], shipped: Mapping[str, Card]) -> Iterator[CatalogueProblem]:
    """No card of the house stands in for one that hears objections, nor for one without whose pass that is not asked.

    The latter may be switched off: then it is asked of everybody.
    """
    why = {need: f"`{card.id}` needs it" for card in shipped.values() if hears_objection(card) for need in card.needs}
    why |= {card.id: _ABSOLUTE for card in shipped.values() if hears_objection(card)}
    for card in own:
        if card.id in why:
            message = f"`id`: this rule can't be replaced: {why[card.id]}; take the card out, or give yours another id"
            yield CatalogueProblem(card.file, card.line_of("id"), f"{card.id}: {message}")


def check_cards_say_why(own: Iterable[Card], shipped: Mapping[str, Card]) -> Iterator[CatalogueProblem]:
    """A card of the house says why where it replaces a shipped one, and nowhere else."""
    for card in own:
        if card.id in shipped and card.override is None:
            message = f"replaces the shipped rule of that id, and must say why: add `override: {_KEYS}`"
            yield CatalogueProblem(card.file, card.line_of("id"), f"{card.id}: {message}, or give it another id")
        if card.id not in shipped and card.override is not None:
            message = "`override`: there is no shipped rule of that id to replace; take the key out, or mend the id"
            yield CatalogueProblem(card.file, card.line_of("override"), f"{card.id}: {message}")


def check_parameters_say_why(
    path: Path, own: Mapping[str, DatedParameter], shipped: Mapping[str, DatedParameter]
) -> Iterator[CatalogueProblem]:
    """The same for parameters."""
    for name, parameter in own.items():
        if name in shipped and parameter.override is None:
            message = f"`{name}` replaces the shipped parameter, and must say why: add `override: {_KEYS}` to it"
            yield read_yaml_file(path).problem(name, message)

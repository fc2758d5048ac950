"""The rule cards together: loading, order, digest. What a card may say is in `card`, how cards must fit in `checks`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import yaml

from pipelines.rulebook.card import Card, read_card
from pipelines.rulebook.checks import check_cards
from pipelines.rulebook.needs import Need, needs_of
from pipelines.rulebook.parameters import DatedParameter, read_parameters
from pipelines.rulebook.yaml_files import CatalogueError, CatalogueProblem

PARAMETERS: Final = "parameters.yaml"
SHIPPED_CARDS: Final = Path(__file__).parent / "cards"
SHIPPED_PARAMETERS: Final = Path(__file__).parent / PARAMETERS
_NOT_JUDGING: Final = {"title", "fault", "basis", "doctrine_since", "remedy", "review", "examples"}


@dataclass(frozen=True)
class Catalogue:
    """The rules in force for a run, and the parameters of the law that they read."""

    cards: tuple[Card, ...]
    """In order of id."""
    parameters: Mapping[str, DatedParameter]

    @cached_property
    def by_id(self) -> Mapping[str, Card]:
        """Cards by rule id."""
        return {card.id: card for card in self.cards}

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """What has to be delivered and reviewed before a lead that rests on consent can be usable."""
        return needs_of(self.cards, self.parameters)

    def in_needs_order(self) -> tuple[Card, ...]:
        """Cards so that each comes after all that it needs; the same order every time."""
        graph = TopologicalSorter({card.id: card.needs for card in self.cards})
        graph.prepare()
        order: list[Card] = []
        while graph.is_active():
            ready = sorted(graph.get_ready())
            order += [self.by_id[rule_id] for rule_id in ready]
            graph.done(*ready)
        return tuple(order)

    @cached_property
    def digest(self) -> str:
        """SHA-256, lower-case hex, of what can change a published table: stamped on every verdict.

        It covers, as canonical JSON, the values of the parameters and every key of every card but those for people
        (titles, faults, citations, remedies, reviews, examples); `doctrine_since` counts through the conditions of
        `attributable_to`. Comments, layout, file names and the order of sets change nothing.
        """
        cards = [card.model_dump(mode="json", by_alias=True, exclude=_NOT_JUDGING) for card in self.cards]
        parameters = {name: parameter.model_dump(mode="json")["values"] for name, parameter in self.parameters.items()}
        content = json.dumps({"rules": cards, "parameters": parameters}, sort_keys=True, separators=(",", ":"))
        return sha256(content.encode()).hexdigest()


def load_catalogue(*own_rules: Path | None) -> Catalogue:
    """The shipped cards, then those of each folder, which add rules or replace them by id; so does its
    `parameters.yaml`.

    A folder that does not exist holds nothing.

    Raises:
        CatalogueError: every problem of every file at once.
    """
    problems: list[CatalogueProblem] = []
    cards = _read_cards(SHIPPED_CARDS, problems)
    parameters = dict(_read_parameters(SHIPPED_PARAMETERS, problems))
    for folder in filter(None, own_rules):
        cards |= _read_cards(folder, problems)
        parameters |= _read_parameters(folder / PARAMETERS, problems)
    unread = {problem.file.stem for problem in problems}
    readable = tuple(card for _, card in sorted(cards.items()))
    problems += check_cards(readable, parameters, known_ids=cards.keys() | unread)
    if problems:
        raise CatalogueError(problems)
    return Catalogue(readable, parameters)


def catalogue_text(catalogue: Catalogue) -> str:
    """A catalogue as one YAML text, from which `catalogue_of_text` makes one that judges alike."""
    content = {
        "rules": [dict(card.source) for card in catalogue.cards],
        "parameters": {name: _parameter_source(parameter) for name, parameter in catalogue.parameters.items()},
    }
    return yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False)


def catalogue_of_text(text: str) -> Catalogue:
    """The catalogue that `catalogue_text` wrote.

    Raises:
        ValueError: it was written by a version whose cards this one does not know.
        yaml.YAMLError: it is no YAML.
    """
    content: dict[str, Any] = yaml.load(text, _TextLoader)  # noqa: S506 - the safe one, in C
    cards = sorted((Card.model_validate(card) for card in content["rules"]), key=lambda card: card.id)
    parameters = {name: DatedParameter.model_validate(one) for name, one in content["parameters"].items()}
    return Catalogue(tuple(cards), parameters)


_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_TextLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _parameter_source(parameter: DatedParameter) -> dict[str, Any]:
    values = {day: list(value) if isinstance(value, tuple) else value for day, value in parameter.values}
    return {"values": values, "reference": parameter.reference}


def _read_cards(folder: Path, problems: list[CatalogueProblem]) -> dict[str, Card]:
    """Cards below a folder by id; what is wrong with the others is added to the problems."""
    cards: dict[str, Card] = {}
    for path in sorted(
        path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml") and path.name != PARAMETERS
    ):
        try:
            card = read_card(path)
        except CatalogueError as error:
            problems += error.problems
            continue
        if card.id in cards:
            message = f"rule `{card.id}` is also in {cards[card.id].file}; keep one"
            problems.append(CatalogueProblem(path, card.line_of("id"), message))
        cards[card.id] = card
    return cards


def _read_parameters(path: Path, problems: list[CatalogueProblem]) -> Mapping[str, DatedParameter]:
    try:
        return read_parameters(path) if path.exists() else {}
    except CatalogueError as error:
        problems += error.problems
        return {}

"""The rules that vendors were last told of, kept in one file, so that what changed since can be told and tried.

They are kept as their cards say them, with the values of the parameters; what is judged by is `catalogue`'s to load.
"""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pipelines.rulebook.card import Card
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.checks import check_cards
from pipelines.rulebook.parameters import DatedParameter
from pipelines.rulebook.yaml_files import CatalogueError, YamlFile, problems_of, read_yaml_file


def rules_as_yaml(catalogue: Catalogue) -> str:
    """Cards and parameters as one YAML document."""
    cards = {card.id: _written(card) for card in catalogue.cards}
    parameters = {
        name: {"reference": one.reference, "values": {day: _plain_value(value) for day, value in one.values}}
        for name, one in catalogue.parameters.items()
    }
    return yaml.safe_dump({"rules": cards, "parameters": parameters}, allow_unicode=True, sort_keys=False, width=120)


def read_rules(path: Path) -> Catalogue:
    """The rules of such a file.

    Raises:
        CatalogueError: this version can't read a card or a value of it, or knows no such fact any more.
    """
    file = read_yaml_file(path)
    try:
        cards = tuple(Card.model_validate(one) for one in file.data["rules"].values())
        parameters = {name: DatedParameter.model_validate(one) for name, one in file.data["parameters"].items()}
    except (KeyError, AttributeError):
        raise CatalogueError(
            [file.problem("", "expected `rules` and `parameters`, as `opposable rules notices` writes them")]
        ) from None
    except ValidationError as error:
        raise CatalogueError(problems_of(error, file, Card)) from None
    for card in cards:
        card._yaml = YamlFile(path)
    problems = check_cards(cards, parameters, known_ids=file.data["rules"].keys())
    if problems:
        raise CatalogueError(problems)
    return Catalogue(tuple(sorted(cards, key=lambda card: card.id)), parameters)


def _written(card: Card) -> dict[str, Any]:
    """As its file has it, but for relations to rules that are not judged."""
    return {**card.written, "needs": [*card.needs], "subsumed_by": [*card.subsumed_by]}


def _plain_value(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value

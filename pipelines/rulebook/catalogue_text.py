"""A catalogue as one text: of the rules that days were judged by, and of those that vendors were last told of."""

from functools import lru_cache
from typing import Any, Final

import yaml

from pipelines.rulebook.card import Card
from pipelines.rulebook.catalogue import Catalogue, without_relations
from pipelines.rulebook.parameters import DatedParameter

_DUMPER: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@lru_cache(maxsize=4)
def catalogue_text(catalogue: Catalogue) -> str:
    """A catalogue as one YAML text, from which `catalogue_of_text` makes one that judges alike.

    Once a catalogue, which does not change: it takes a tenth of a second, and every vendor's judgement asks for it.
    """
    content = {
        "rules": [dict(card.written) for card in catalogue.cards],
        "parameters": {name: _parameter_source(parameter) for name, parameter in catalogue.parameters.items()},
    }
    return yaml.dump(content, Dumper=_DUMPER, allow_unicode=True, sort_keys=False)


def catalogue_of_text(text: str) -> Catalogue:
    """The catalogue that `catalogue_text` wrote.

    Raises:
        ValueError: it is something else, or of a version whose cards this one does not know.
        yaml.YAMLError: it is no YAML.
    """
    content = yaml.load(text, _LOADER)  # noqa: S506 - the safe one, in C
    if not _is_catalogue(content):
        raise ValueError("expected `rules`, a list of cards, and `parameters`, by name")
    cards = sorted((Card.model_validate(card) for card in content["rules"]), key=lambda card: card.id)
    parameters = {name: DatedParameter.model_validate(one) for name, one in content["parameters"].items()}
    return Catalogue(tuple(without_relations(card, _absent(card, cards)) for card in cards), parameters)


def _is_catalogue(content: object) -> bool:
    return (
        isinstance(content, dict)
        and isinstance(content.get("rules"), list)
        and isinstance(content.get("parameters"), dict)
    )


def _absent(card: Card, cards: list[Card]) -> set[str]:
    """Rules that a card names and a house has switched off."""
    return {*card.needs, *card.subsumed_by} - {other.id for other in cards}


def _parameter_source(parameter: DatedParameter) -> dict[str, Any]:
    values = {day: list(value) if isinstance(value, tuple) else value for day, value in parameter.values}
    return {"values": values, "reference": parameter.reference}

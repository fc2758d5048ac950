"""Which rules and values differ between two catalogues: what is new, what is judged no more, what says otherwise."""

from dataclasses import dataclass
from typing import Literal

from pipelines.rulebook.card import Card
from pipelines.rulebook.catalogue import NOT_JUDGING, Catalogue


@dataclass(frozen=True)
class RuleDifference:
    """A rule that one of two catalogues has alone, or that judges otherwise in the other."""

    kind: Literal["added", "dropped", "changed"]
    card: Card
    """As it is afterwards; as it was, where it is dropped."""
    keys: tuple[str, ...] = ()
    """What of the card judges otherwise."""


def rule_differences(before: Catalogue, after: Catalogue) -> tuple[RuleDifference, ...]:
    """Rules that differ in what judges, by id; other words for the same are no difference."""
    differences = []
    for rule_id in sorted({*before.by_id, *after.by_id}):
        old, new = before.by_id.get(rule_id), after.by_id.get(rule_id)
        if old is None and new is not None:
            differences.append(RuleDifference("added", new))
        elif new is None and old is not None:
            differences.append(RuleDifference("dropped", old))
        elif old is not None and new is not None and (keys := _keys_that_differ(old, new)):
            differences.append(RuleDifference("changed", new, keys))
    return tuple(differences)


def changed_values(before: Catalogue, after: Catalogue) -> tuple[str, ...]:
    """Names of parameters whose values differ."""
    names = sorted({*before.parameters, *after.parameters})
    return tuple(name for name in names if _values(before, name) != _values(after, name))


def _keys_that_differ(old: Card, new: Card) -> tuple[str, ...]:
    judging = [name for name in Card.model_fields if name not in NOT_JUDGING]
    return tuple(name for name in judging if getattr(old, name) != getattr(new, name))


def _values(catalogue: Catalogue, name: str) -> object:
    return catalogue.parameters[name].values if name in catalogue.parameters else None

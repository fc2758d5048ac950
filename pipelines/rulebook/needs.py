"""What blocking rules ask for before any lead that rests on consent can be usable: delivered fields, and our review.

Worked out from the conditions of the cards. Whether a contract provides it is the lint's to say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from pipelines.rulebook.card import Card
from pipelines.rulebook.expressions import columns_of, parse_condition
from pipelines.rulebook.lead_dossier import BY_NAME
from pipelines.rulebook.missing_facts import decisive, needed_fields
from pipelines.rulebook.parameters import DatedParameter
from pipelines.vocabulary.words import ALTERNATIVES, BASES

_NEVER_MISSING: Final = frozenset({"leads.claimed_basis", "leads.audience"})
"""Fields whose place a contract fills where they are not delivered."""


@dataclass(frozen=True)
class Need:
    """What one rule asks for on one channel."""

    rule_id: str
    channel: str
    audiences: tuple[str, ...]
    fields: tuple[tuple[str, ...], ...]
    """As `object.field`; one of each inner tuple is enough."""
    is_review_needed: bool


def needs_of(cards: Sequence[Card], parameters: Mapping[str, DatedParameter]) -> tuple[Need, ...]:
    """The needs of every rule that blocks leads resting on consent and is in force without an end."""
    return tuple(need for card in cards if _blocks_consents(card, parameters) for need in _needs(card, parameters))


def _blocks_consents(card: Card, parameters: Mapping[str, DatedParameter]) -> bool:
    if card.grain != "lead_use" or card.severity != "blocking" or card.in_force.to is not None:
        return False
    applies = parse_condition(card.applies_when or "true", grain=card.grain, parameters=parameters)
    bases = {str(literal.this) for literal in applies.find_all(exp.Literal)} & {*BASES}
    is_of_any_sector = not any(columns_of(test) == {"sector"} for test in applies.find_all(exp.EQ, exp.In))
    return columns_of(applies) <= {"claimed_basis", "sector"} and is_of_any_sector and (not bases or "consent" in bases)


def _needs(card: Card, parameters: Mapping[str, DatedParameter]) -> Iterator[Need]:
    passes = parse_condition(card.pass_when, grain=card.grain, parameters=parameters)
    for channel in card.channels:
        entries = [tuple(entry.split(ALTERNATIVES)) for entry in needed_fields(passes, channel)]
        fields = tuple(entry for entry in entries if _NEVER_MISSING.isdisjoint(entry))
        is_review_needed = _reads_review(decisive(passes, channel))
        if fields or is_review_needed:
            yield Need(card.id, channel, card.audiences, fields, is_review_needed)


def _reads_review(condition: exp.Expr) -> bool:
    return any(BY_NAME[name].origin == "review" for name in columns_of(condition))

"""The rule cards together: loading, order, digest. What a card may say is in `card`, how cards must fit in `checks`.

Who asks for names, titles or parameters of the shipped rulebook parses no expression, nor loads what parses them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from graphlib import TopologicalSorter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pipelines.rulebook.card import Card, read_card
from pipelines.rulebook.overrides import (
    SWITCHED_OFF,
    Change,
    check_cards_say_why,
    check_objections_are_heard,
    check_parameters_say_why,
    parameters_of,
    read_switched_off,
    replaced_cards,
    replaced_parameters,
)
from pipelines.rulebook.parameters import DatedParameter, read_parameters
from pipelines.rulebook.yaml_files import CatalogueError, CatalogueProblem, unknown

if TYPE_CHECKING:
    from pipelines.rulebook.needs import Need

PARAMETERS: Final = "parameters.yaml"
SHIPPED_CARDS: Final = Path(__file__).parent / "cards"
SHIPPED_PARAMETERS: Final = Path(__file__).parent / PARAMETERS
NOT_JUDGING: Final = {"title", "fault", "basis", "doctrine_since", "remedy", "review", "examples", "override"}
"""Keys of a card that are for people."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The rules in force for a run, and the parameters of the law that they read; those alike have the same digest."""

    cards: tuple[Card, ...]
    """In order of id."""
    parameters: Mapping[str, DatedParameter]
    changes: tuple[Change, ...] = ()
    """What the house changed of the shipped rulebook."""

    @cached_property
    def by_id(self) -> Mapping[str, Card]:
        """Cards by rule id."""
        return {card.id: card for card in self.cards}

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """What has to be delivered and reviewed before a lead that rests on consent can be usable."""
        from pipelines.rulebook.needs import needs_of

        return needs_of(self.cards, self.parameters)

    @property
    def problems(self) -> tuple[CatalogueProblem, ...]:
        """What is wrong with its cards beside one another, none where one of them is the house's: it was loaded only
        if there is nothing. The shipped ones alone are not asked each time."""
        from pipelines.rulebook.checks import check_cards

        return tuple(check_cards(self.cards, self.parameters, known_ids=self.by_id.keys()))

    @cached_property
    def own_cards(self) -> tuple[Card, ...]:
        """Cards that are not shipped: those of the house, and those that are tried out."""
        return tuple(filter(_is_own, self.cards))

    @property
    def known_ids(self) -> frozenset[str]:
        """Ids of rules that a contract may name: a rule that the house switched off is known all the same."""
        return frozenset(self.by_id) | {change.name for change in self.switched_off}

    @property
    def switched_off(self) -> tuple[Change, ...]:
        """What the house does not judge although it is shipped."""
        return tuple(change for change in self.changes if change.kind == "switched_off")

    def changes_behind(self, rule_id: str) -> tuple[Change, ...]:
        """Why a rule decides otherwise than shipped: it replaces one, reads a value that does, or is switched off."""
        parameters = parameters_of(self.by_id[rule_id]) if rule_id in self.by_id else ()
        return tuple(
            change
            for change in self.changes
            if (change.kind, change.name) in (("replaced", rule_id), ("switched_off", rule_id))
            or (change.kind == "parameter" and change.name in parameters)
        )

    def without(self, rules: Collection[str]) -> Catalogue:
        """The catalogue without some rules; where another needs or is subsumed by one of them, that falls away, too.

        Raises:
            ValueError: a rule is not in the catalogue.
        """
        for rule in rules:
            if rule not in self.by_id:
                raise ValueError(unknown("rule", rule, self.by_id))
        left = tuple(without_relations(card, set(rules)) for card in self.cards if card.id not in rules)
        return replace(self, cards=left) if rules else self

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
        cards = [card.model_dump(mode="json", by_alias=True, exclude=NOT_JUDGING) for card in self.cards]
        parameters = {name: parameter.model_dump(mode="json")["values"] for name, parameter in self.parameters.items()}
        content = json.dumps({"rules": cards, "parameters": parameters}, sort_keys=True, separators=(",", ":"))
        return sha256(content.encode()).hexdigest()


def load_catalogue(own_rules: Path | None = None, *, edited: Path | None = None) -> Catalogue:
    """The shipped rulebook, then what a house adds, replaces or switches off, then what is tried out.

    A folder that does not exist holds nothing. What is shipped is read once in a process: it does not change, and by
    itself it is not checked again (`Catalogue.problems`): our tests do that, and `opposable rules check`.

    Args:
        own_rules: cards and `parameters.yaml` of the house, which add rules or replace them by id and say why, and its
            `switched_off.yaml`.
        edited: cards and `parameters.yaml` to compare with; what they replace needs no reason.

    Raises:
        CatalogueError: every problem of every file at once.
    """
    own, tried = (folder if folder and any(rule_files(folder)) else None for folder in (own_rules, edited))
    return _loaded(own, tried) if own or tried else _shipped()


@cache
def _shipped() -> Catalogue:
    return _loaded(None, None)


def _loaded(own_rules: Path | None, edited: Path | None) -> Catalogue:
    problems: list[CatalogueProblem] = []
    shipped = _Folder(_read_cards(SHIPPED_CARDS, problems), _read_parameters(SHIPPED_PARAMETERS, problems))
    own, tried = (_read_folder(folder, problems) for folder in (own_rules, edited))
    changes = _read_changes(own_rules, own, shipped, problems)
    cards = shipped.cards | own.cards | tried.cards
    parameters = {**shipped.parameters, **own.parameters, **tried.parameters}
    readable = tuple(card for _, card in sorted(cards.items()))
    if own_rules or edited:
        problems += _problems_together(readable, parameters, problems)
    if problems:
        raise CatalogueError(problems)
    off = {change.name for change in changes if change.kind == "switched_off"}
    return Catalogue(readable, parameters, changes).without(off - tried.cards.keys())


def _problems_together(
    cards: tuple[Card, ...], parameters: Mapping[str, DatedParameter], found: Collection[CatalogueProblem]
) -> list[CatalogueProblem]:
    """What is wrong with cards beside one another, of which some can't be read: `found`."""
    from pipelines.rulebook.checks import check_cards
    from pipelines.rulebook.own_words import check_own_words

    known = {card.id for card in cards} | {problem.file.stem for problem in found}
    problems = check_cards(cards, parameters, known_ids=known)
    wrong = {problem.file for problem in (*found, *problems)}
    sound = [card for card in cards if card.file not in wrong]
    return [*problems, *check_own_words(sound, parameters, is_own=_is_own)]


class _Folder(NamedTuple):
    """Cards by id and parameters by name, as a folder has them."""

    cards: dict[str, Card]
    parameters: Mapping[str, DatedParameter]


def _read_folder(folder: Path | None, problems: list[CatalogueProblem]) -> _Folder:
    if folder is None:
        return _Folder({}, {})
    return _Folder(_read_cards(folder, problems), _read_parameters(folder / PARAMETERS, problems))


def _read_changes(
    folder: Path | None, own: _Folder, shipped: _Folder, problems: list[CatalogueProblem]
) -> tuple[Change, ...]:
    """What the house changed of the shipped rulebook; what it does not say why is a problem."""
    if folder is None:
        return ()
    problems += check_objections_are_heard(own.cards.values(), shipped.cards)
    problems += check_cards_say_why(own.cards.values(), shipped.cards)
    problems += check_parameters_say_why(folder / PARAMETERS, own.parameters, shipped.parameters)
    try:
        off = read_switched_off(folder / SWITCHED_OFF, shipped.cards)
    except CatalogueError as error:
        problems += error.problems
        off = ()
    replaced = tuple(replaced_cards(own.cards.values(), shipped.cards))
    for change in off:
        if change.name in own.cards:
            card = own.cards[change.name]
            message = f"{card.id}: {SWITCHED_OFF} switches this rule off; keep the card or the line, not both"
            problems.append(CatalogueProblem(card.file, card.line_of("id"), message))
    return (*replaced, *off, *replaced_parameters(own.parameters))


def without_relations(card: Card, gone: Collection[str]) -> Card:
    """A card as it reads where some rules are not judged: it neither needs them nor is subsumed by them."""
    kept = {key: tuple(sorted(set(getattr(card, key)) - set(gone))) for key in ("needs", "subsumed_by")}
    return card.model_copy(update=kept)


def _is_own(card: Card) -> bool:
    """Whether a card is not one of ours, which are checked once, by our tests."""
    return SHIPPED_CARDS not in card.file.parents


def rule_files(folder: Path) -> Iterable[Path]:
    """Every file below a folder of rules that a catalogue is read from."""
    return (path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml"))


def _read_cards(folder: Path, problems: list[CatalogueProblem]) -> dict[str, Card]:
    """Cards below a folder by id; what is wrong with the others is added to the problems."""
    cards: dict[str, Card] = {}
    for path in sorted(path for path in rule_files(folder) if path.name not in (PARAMETERS, SWITCHED_OFF)):
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

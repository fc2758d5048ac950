"""How cards must fit together and with the dossier: references, cycles, columns, expressions, examples."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from pipelines.rulebook.card import Card, Example
from pipelines.rulebook.expressions import ExpressionError, parse_condition
from pipelines.rulebook.lead_dossier import BY_NAME, SqlType
from pipelines.rulebook.parameters import DatedParameter
from pipelines.rulebook.yaml_files import CatalogueProblem, unknown
from pipelines.vocabulary.words import ACTIONS, AUDIENCES, BASES, CHANNELS, PARIS

_WORDS: Final = {"channel": CHANNELS, "audience": AUDIENCES, "claimed_basis": BASES, "action": ACTIONS}
_EXPECTED: Final[Mapping[SqlType, str]] = {
    "text": "text",
    "list": "a list of text",
    "instant": "an instant with its zone, such as 2026-08-11T09:00:00Z",
    "date": "a date, such as 2026-08-11",
    "boolean": "true or false",
    "integer": "a whole number",
}


def check_cards(
    cards: tuple[Card, ...], parameters: Mapping[str, DatedParameter], *, known_ids: Collection[str]
) -> list[CatalogueProblem]:
    """Everything wrong with cards that can be read; `known_ids` also holds rules whose own file could not be read."""
    by_id = {card.id: card for card in cards}
    problems = [problem for key in ("needs", "subsumed_by") for problem in _cycle(by_id, key)]
    for card in cards:
        problems += _check_relations(card, by_id, known_ids)
        problems += _check_columns(card)
        problems += _check_expressions(card, parameters)
        problems += _check_coverage(card)
        for index, example in enumerate(card.examples):
            problems += _check_example(card, index, example)
    return problems


def _problem_of_card(card: Card, key: str, message: str) -> CatalogueProblem:
    return CatalogueProblem(card.file, card.line_of(key), f"{card.id}: {message}")


def _cycle(by_id: Mapping[str, Card], key: str) -> Iterator[CatalogueProblem]:
    try:
        TopologicalSorter({rule_id: getattr(card, key) for rule_id, card in by_id.items()}).prepare()
    except CycleError as error:
        ids = error.args[1][::-1]
        yield _problem_of_card(by_id[ids[0]], key, f"`{key}` goes in a circle: {' -> '.join(ids)}; leave one out")


def _check_relations(card: Card, by_id: Mapping[str, Card], known_ids: Collection[str]) -> Iterator[CatalogueProblem]:
    for key in ("needs", "subsumed_by"):
        for rule_id in getattr(card, key):
            if rule_id not in known_ids:
                yield _problem_of_card(card, key, f"`{key}`: {unknown('rule', rule_id, known_ids)}")
            elif rule_id in by_id and by_id[rule_id].grain != card.grain:
                grain = by_id[rule_id].grain
                yield _problem_of_card(
                    card, key, f"`{key}`: `{rule_id}` is of grain {grain}; expected a rule of this one's, {card.grain}"
                )
    for needed in (by_id[rule_id] for rule_id in card.needs if rule_id in by_id):
        missing = sorted({*card.channels, *card.audiences} - {*needed.channels, *needed.audiences})
        if missing and needed.grain == card.grain:
            what = ", ".join(missing)
            yield _problem_of_card(
                card, "needs", f"needs `{needed.id}`, which never applies to {what}: there this rule would never apply"
            )


def _check_columns(card: Card) -> Iterator[CatalogueProblem]:
    instants = [("dated_by", card.dated_by)] + ([("holds_until", card.holds_until)] if card.holds_until else [])
    for key, name in [*instants, *((f"evidence.{index}", name) for index, name in enumerate(card.evidence))]:
        yield from _check_column_named(card, key, name)
    for key, name in instants:
        if name in BY_NAME and BY_NAME[name].type not in ("instant", "date"):
            yield _problem_of_card(
                card, key, f"`{key}`: `{name}` is {BY_NAME[name].type}, expected an instant or a date"
            )


def _check_column_named(card: Card, key: str, name: str) -> Iterator[CatalogueProblem]:
    columns = _columns_at(card.grain)
    if name not in columns:
        yield _problem_of_card(card, key, f"{unknown('dossier column', name, columns)} (grain {card.grain})")


@cache
def _columns_at(grain: str) -> dict[str, None]:
    return dict.fromkeys(column.name for column in BY_NAME.values() if grain in column.grains)


def _check_expressions(card: Card, parameters: Mapping[str, DatedParameter]) -> Iterator[CatalogueProblem]:
    for key, text in card.conditions:
        try:
            parse_condition(text, grain=card.grain, parameters=parameters)
        except ExpressionError as error:
            yield _problem_of_card(card, key, f"`{key}`: {error}")


def _check_coverage(card: Card) -> Iterator[CatalogueProblem]:
    """Every card shows a pass and a fail; a dated one also its first and last day, and the day outside."""
    for outcome in ("pass", "fail"):
        if all(example.expect != outcome for example in card.examples):
            yield _problem_of_card(card, "examples", f"no example with `expect: {outcome}`; add one")
    period, day = card.in_force, timedelta(days=1)
    boundaries = [
        ("from", period.from_, period.from_ and period.from_ - day),
        ("to", period.to, period.to and period.to + day),
    ]
    applied = {_act_on(card, example) for example in card.examples if example.expect != "not_applicable"}
    not_applied = {_act_on(card, example) for example in card.examples if example.expect == "not_applicable"}
    for key, inside, outside in boundaries:
        if inside and inside not in applied:
            yield _problem_of_card(
                card, f"in_force.{key}", f"no example on {inside}, where the rule still applies; add one"
            )
        if outside and outside not in not_applied:
            yield _problem_of_card(
                card, f"in_force.{key}", f"no example on {outside} with `expect: not_applicable`; add one"
            )


def _act_on(card: Card, example: Example) -> date | None:
    """Civil date in Europe/Paris of the act that dates the rule in an example."""
    act = example.given.get(card.dated_by)
    if act is None and card.dated_by in ("used_at", "delivered_at"):
        act = example.given.get("delivered_at") or example.given.get("used_at")
    return act.astimezone(PARIS).date() if isinstance(act, datetime) else act


def _check_example(card: Card, index: int, example: Example) -> Iterator[CatalogueProblem]:
    if card.grain == "lead_use" and "channel" not in example.given:
        yield _problem_of_card(card, f"examples.{index}", "this example names no `channel`; a lead use has one")
    for name, value in example.given.items():
        key = f"examples.{index}.given.{name}"
        yield from _check_column_named(card, key, name)
        if name in BY_NAME and value is not None:
            yield from _check_value(card, key, name, value)


def _check_value(card: Card, key: str, name: str, value: Any) -> Iterator[CatalogueProblem]:
    if not _is_of_type(value, BY_NAME[name].type):
        yield _problem_of_card(card, key, f"`{name}`: expected {_EXPECTED[BY_NAME[name].type]}")
    elif name in _WORDS and value not in _WORDS[name]:
        yield _problem_of_card(
            card, key, f"`{name}`: {unknown('word', value, _WORDS[name])} (expected one of {', '.join(_WORDS[name])})"
        )


def _is_of_type(value: Any, type_: SqlType) -> bool:
    if type_ == "list":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if type_ == "instant":
        return isinstance(value, datetime) and value.tzinfo is not None
    return type(value) is {"text": str, "date": date, "boolean": bool, "integer": int}[type_]

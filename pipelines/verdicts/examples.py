"""The cards' own examples, run on an engine: each must come out as its card says, without needs or deadline."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pyarrow as pa

from pipelines.engines.interface import Engine
from pipelines.rulebook.card import Card, Example
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.compiler import Code, CompiledRule, compile_rules
from pipelines.rulebook.lead_dossier import COLUMNS
from pipelines.rulebook.yaml_files import CatalogueError, CatalogueProblem
from pipelines.verdicts.explain import WORDS
from pipelines.vocabulary.clock import as_lake, paris_date

_TYPES: Final[Mapping[str, pa.DataType]] = {
    "text": pa.string(),
    "list": pa.list_(pa.string()),
    "instant": pa.timestamp("us"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "integer": pa.int64(),
}
_PROOF_WINDOW: Final = timedelta(hours=72)


@dataclass(frozen=True)
class ExampleFailure:
    """An example that did not come out as its card expects."""

    card: Card
    number: int
    example: Example
    outcome: str

    @property
    def problem(self) -> CatalogueProblem:
        """The same, at its line."""
        expected = f"expected {self.example.expect}, got {self.outcome}"
        message = f"{self.card.id}: example “{self.example.why.en}”: {expected}"
        return CatalogueProblem(self.card.file, self.card.line_of(f"examples.{self.number}"), message)

    def __str__(self) -> str:
        return str(self.problem)


def run_examples(
    catalogue: Catalogue, engine: Engine, *, cards: Collection[Card] | None = None
) -> list[ExampleFailure]:
    """Run every example of every card, or of some cards alone; the failures, in the order of the cards."""
    wanted = {card.id for card in catalogue.cards if cards is None or card in cards}
    return [
        failure
        for grain in ("lead_use", "lead", "delivery")
        for rule in compile_rules(catalogue, grain=grain, dialect=engine.dialect)
        if rule.id in wanted
        for failure in _failures(rule, engine)
    ]


def confirm_own_examples(catalogue: Catalogue, engine: Engine) -> None:
    """Make sure that cards of the house decide their own examples as they say, before they judge anybody; the shipped
    ones are held by our tests.

    Raises:
        CatalogueError: every example that comes out otherwise.
    """
    failures = run_examples(catalogue, engine, cards=catalogue.own_cards)
    if failures:
        raise CatalogueError(failure.problem for failure in failures)


def example_outcomes(rule: CompiledRule, examples: Sequence[Example], engine: Engine) -> list[str]:
    """What a rule says of each example, in one of the words of `EXPECTATIONS`."""
    with engine.session() as session:
        session.register("dossier", _dossier([_example_row(rule.card, example) for example in examples]))
        codes = session.fetch(f"select {rule.outcome} as code from dossier order by example_no")["code"].to_pylist()
    return [WORDS[Code(code)].replace(" ", "_") for code in codes]


def _failures(rule: CompiledRule, engine: Engine) -> list[ExampleFailure]:
    examples = rule.card.examples
    outcomes = example_outcomes(rule, examples, engine)
    return [
        ExampleFailure(rule.card, number, example, outcome)
        for number, (example, outcome) in enumerate(zip(examples, outcomes, strict=True))
        if outcome != example.expect
    ]


def _dossier(rows: list[dict[str, Any]]) -> pa.Table:
    schema = pa.schema([pa.field(column.name, _TYPES[column.type]) for column in COLUMNS])
    schema = schema.append(pa.field("mapped_fields", pa.list_(pa.string())))
    numbered = pa.Table.from_pylist(rows, schema=schema)
    return numbered.append_column("example_no", pa.array(range(len(rows))))


def _example_row(card: Card, example: Example) -> dict[str, Any]:
    """The example's dossier: what it says, what follows from it, and each column's default."""
    given = {name: _example_value(value) for name, value in example.given.items()}
    used_at = given.get("used_at") or given.get("delivered_at")
    derived: dict[str, Any] = {column.name: column.example_default for column in COLUMNS}
    derived["mapped_fields"] = []
    if used_at is not None:
        derived |= {"used_at": used_at, "delivered_at": used_at, "used_on": paris_date(used_at)}
        derived |= {"known_at": used_at + _PROOF_WINDOW, "delivery_date": paris_date(used_at)}
    elif card.in_force.from_ is None or "used_on" in given:
        derived["used_on"] = given.get("used_on")
    for instant, day in (("consent_at", "consent_on"), ("collected_at", "collected_on")):
        if given.get(instant) is not None:
            derived[day] = paris_date(given[instant])
    return derived | given


def _example_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return as_lake(value if value.tzinfo else value.replace(tzinfo=UTC))
    return value

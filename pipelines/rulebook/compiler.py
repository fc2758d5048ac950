"""Cards become columns: for each rule the SQL of its outcome, its attribution and its facts.

Codes stand for outcomes while a query runs: see `Code`. How the dossier is joined is in `judgement`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from sqlglot import exp

from pipelines.engines.interface import DIALECT
from pipelines.rulebook.card import Card
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.expressions import (
    columns_of,
    delivered_fields_of,
    expand_given,
    is_any_unread,
    is_owed,
    keep_unread,
    parse_condition,
)
from pipelines.rulebook.lead_dossier import NULL_IF_UNREAD, PROOF_DEPENDENT
from pipelines.rulebook.missing_facts import missing_facts
from pipelines.rulebook.parameters import DatedParameter
from pipelines.vocabulary.words import AUDIENCES


class Code(IntEnum):
    """An outcome inside a query; unknown is not compliant, and what was owed is not proven at the deadline."""

    FAIL = 0
    PASS = 1
    UNKNOWN = 2
    NOT_APPLICABLE = 3
    OWED = 4
    """Unknown, and the vendor owed the missing fact under its contract: `NOT_PROVEN` from the deadline on."""
    NOT_PROVEN = 5


FAILED = f"({Code.FAIL}, {Code.NOT_PROVEN})"
UNKNOWN = f"({Code.UNKNOWN}, {Code.OWED})"


@dataclass(frozen=True)
class CompiledRule:
    """One card with its expressions as SQL in the engine's dialect."""

    card: Card
    outcome: str
    attributable_to: str
    pending_on: str
    missing: str
    """Which delivered facts are missing where the outcome is undecided: a list of text."""
    reads_proof: bool
    columns: frozenset[str]
    """Dossier columns that the rule, its attribution and its evidence read."""

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.card.id


def compile_rules(catalogue: Catalogue, *, grain: str, dialect: str = DIALECT) -> tuple[CompiledRule, ...]:
    """The rules of one grain, in an order in which every needed rule comes first. What was loaded can be compiled."""
    cards = (card for card in catalogue.in_needs_order() if card.grain == grain)
    return tuple(_compile(card, catalogue.parameters, dialect) for card in cards)


def _compile(card: Card, parameters: Mapping[str, DatedParameter], dialect: str) -> CompiledRule:
    def condition(text: str) -> exp.Expr:
        return parse_condition(text, grain=card.grain, parameters=parameters)

    applies = condition(card.applies_when) if card.applies_when else exp.true()
    passes = condition(card.pass_when)
    read = columns_of(applies) | columns_of(passes)
    is_unread = _is_unread(card, applies, passes, dialect=dialect)
    choices = {
        key: _party(value, lambda sql: expand_given(condition(sql)).sql(dialect))
        for key, value in (("attributable_to", card.attributable_to), ("pending_on", card.pending_on))
    }
    return CompiledRule(
        card=card,
        outcome=_outcome(card, applies, passes, choices["pending_on"], is_unread, dialect),
        attributable_to=choices["attributable_to"],
        pending_on=f"case when {is_unread} then 'vendor' else {choices['pending_on']} end",
        missing=missing_facts(applies, passes, dialect),
        reads_proof=bool(read & PROOF_DEPENDENT),
        columns=_all_columns(card, condition, read),
    )


def _all_columns(card: Card, condition: Callable[[str], exp.Expr], read: frozenset[str]) -> frozenset[str]:
    choices = [sql for _, sql in (*card.attributable_to, *card.pending_on) if sql]
    chosen = frozenset[str]().union(*(columns_of(condition(sql)) for sql in choices))
    unread = frozenset(("unread_fields",)) if card.grain != "delivery" else frozenset[str]()
    return read | chosen | unread | frozenset(card.evidence)


def _outcome(card: Card, applies: exp.Expr, passes: exp.Expr, pending_on: str, is_unread: str, dialect: str) -> str:
    """The outcome's code. `applies_when` that is NULL is unknown: leaving a field out never switches a rule off.

    What the vendor delivered and nobody can read, the vendor owes, whoever owes what else is missing.
    """
    given_applies, given_passes = (f"({expand_given(keep_unread(tree)).sql(dialect)})" for tree in (applies, passes))
    without_proof = "not has_proof or " if (columns_of(applies) | columns_of(passes)) & PROOF_DEPENDENT else ""

    def unknown(tree: exp.Expr) -> str:
        owed = f"{without_proof}({is_owed(tree).sql(dialect)})"
        owed_by_vendor = f"{is_unread} or ({pending_on} = 'vendor' and ({owed}))"
        return f"case when {owed_by_vendor} then {Code.OWED} else {Code.UNKNOWN} end"

    return f"""case
        when not ({_in_scope(card)}) then {Code.NOT_APPLICABLE}
        when not {given_applies} then {Code.NOT_APPLICABLE}
        when {given_applies} is null then {unknown(applies)}
        when {given_passes} and not {_is_audience_unread(card)} then {Code.PASS}
        when not {given_passes} then {Code.FAIL}
        else {unknown(passes)}
    end"""


def _in_scope(card: Card) -> str:
    """Channel, audience and dates: facts of ours, never NULL but for a date taken from a proof.

    Whom an audience that can't be read is makes no rule out of scope.
    """
    conditions = ["true"]
    if card.grain == "lead_use":
        conditions.append(f"channel in ({_sql_texts(card.channels)})")
    if card.grain in ("lead_use", "lead"):
        conditions.append(f"(audience in ({_sql_texts(card.audiences)}) or {_is_audience_unread(card)})")
    if card.in_force.from_ is not None:
        conditions.append(f"{card.civil_date} >= date '{card.in_force.from_}'")
    if card.in_force.to is not None:
        conditions.append(f"{card.civil_date} <= date '{card.in_force.to}'")
    return " and ".join(conditions)


def _is_audience_unread(card: Card) -> str:
    """Whether the rule is for some audiences alone, and nobody can read which one the lead is."""
    is_for_all = card.grain == "delivery" or len(card.audiences) == len(AUDIENCES)
    return "false" if is_for_all else "array_contains(unread_fields, 'leads.audience')"


def _is_unread(card: Card, *trees: exp.Expr, dialect: str) -> str:
    """Whether something that the vendor delivered, and the rule rests on, can't be read."""
    fields = sorted({field for tree in trees for field in delivered_fields_of(tree)})
    nulls = [name for name in NULL_IF_UNREAD if any(name in columns_of(tree) for tree in trees)]
    unread = [is_any_unread(fields).sql(dialect)] if fields and card.grain != "delivery" else []
    return f"({' or '.join([_is_audience_unread(card), *unread, *(f'{name} is null' for name in nulls)])})"


def _party(choices: Iterable[tuple[str, str | None]], to_sql: Callable[[str], str]) -> str:
    """Who, as SQL: the first party whose condition holds; a condition that is NULL does not hold."""
    branches = [f"when {to_sql(sql)} then '{party}'" for party, sql in choices if sql]
    otherwise = next(party for party, sql in choices if not sql)
    return f"case {' '.join(branches)} else '{otherwise}' end" if branches else f"'{otherwise}'"


def _sql_texts(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)

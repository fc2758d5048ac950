"""Cards become columns: for each rule the SQL of its outcome, its attribution and its facts.

Codes stand for outcomes while a query runs: see `Code`. How the dossier is joined is in `judgement`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sqlglot import exp

from pipelines.engines.interface import DIALECT
from pipelines.rulebook.card import Card
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.expressions import (
    columns_of,
    delivered_fields_of,
    expand_given,
    is_any_unread,
    is_never,
    is_null,
    is_owed,
    keep_unread,
    parse_condition,
)
from pipelines.rulebook.lead_dossier import NULL_IF_UNREAD, PROOF_DEPENDENT
from pipelines.rulebook.missing_facts import missing_facts
from pipelines.rulebook.parameters import DatedParameter
from pipelines.vocabulary.words import AUDIENCES, CHANNELS, PARTIES


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
NEVER: Final = "false"
_AUDIENCE: Final = "leads.audience"
_OTHERS: Final = tuple(f"'{party}'" for party in PARTIES if party != "vendor")


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
    """The rules of one grain, in an order in which every needed rule comes first."""
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
        pending_on=_debtor(choices["pending_on"], is_unread),
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

    What the vendor delivered and nobody can read, the vendor owes, whoever owes what else is missing. Each condition is
    written once where it can be, since what is written is planned for every delivery, however small.
    """
    given_applies, given_passes = (f"({expand_given(keep_unread(tree)).sql(dialect)})" for tree in (applies, passes))
    unread_audience = _is_audience_unread(card)
    passed = given_passes if unread_audience == NEVER else f"{given_passes} and (not {unread_audience} or null)"
    code = f"cast({passed} as tinyint)"
    conditions, owed = _in_scope(card), is_owed(passes)
    if card.applies_when is not None:
        conditions.append(given_applies)
        code = f"case when {given_applies} is not null then {code} end"
        owed = _where_null(exp.paren(keep_unread(applies)), is_owed(applies), owed)
    reads_proof = bool((columns_of(applies) | columns_of(passes)) & PROOF_DEPENDENT)
    owed_parts = [*(["not has_proof"] if reads_proof else []), *([] if is_never(owed) else [owed.sql(dialect)])]
    decided = f"coalesce({code}, {_code_of_missing(is_unread, ' or '.join(owed_parts) or NEVER, pending_on)})"
    if not conditions:
        return decided
    return f"case when not ({' and '.join(conditions)}) then {Code.NOT_APPLICABLE} else {decided} end"


def _where_null(condition: exp.Expr, then: exp.Expr, otherwise: exp.Expr) -> exp.Expr:
    """One condition where another is NULL, and else a third."""
    if then == otherwise:
        return then
    return exp.Case(ifs=[exp.If(this=is_null(expand_given(condition)), true=then)], default=otherwise)


def _code_of_missing(is_unread: str, is_owed_by_contract: str, pending_on: str) -> str:
    """The code of what is missing: owed where the vendor delivered what nobody can read, or where it owes the fact."""
    waits = {"'vendor'": is_owed_by_contract, **dict.fromkeys(_OTHERS, NEVER)}
    usual = f"({pending_on} = 'vendor' and ({is_owed_by_contract}))"
    owed = [one for one in (is_unread, waits.get(pending_on, usual)) if one != NEVER]
    return f"case when {' or '.join(owed)} then {Code.OWED} else {Code.UNKNOWN} end" if owed else str(int(Code.UNKNOWN))


def _in_scope(card: Card) -> list[str]:
    """Channel, audience and dates: facts of ours, never NULL but for a date taken from a proof.

    Whom an audience that can't be read is makes no rule out of scope.
    """
    conditions = []
    if card.grain == "lead_use" and len(card.channels) < len(CHANNELS):
        conditions.append(f"channel in ({_sql_texts(card.channels)})")
    if (unread := _is_audience_unread(card)) != NEVER:
        conditions.append(f"(audience in ({_sql_texts(card.audiences)}) or {unread})")
    if card.in_force.from_ is not None:
        conditions.append(f"{card.civil_date} >= date '{card.in_force.from_}'")
    if card.in_force.to is not None:
        conditions.append(f"{card.civil_date} <= date '{card.in_force.to}'")
    return conditions


def _is_audience_unread(card: Card) -> str:
    """Whether the rule is for some audiences alone, and nobody can read which one the lead is."""
    is_for_all = card.grain == "delivery" or len(card.audiences) == len(AUDIENCES)
    return NEVER if is_for_all else f"array_contains(unread_fields, '{_AUDIENCE}')"


def _is_unread(card: Card, *trees: exp.Expr, dialect: str) -> str:
    """Whether something that the vendor delivered, and the rule rests on, can't be read."""
    fields = {field for tree in trees for field in delivered_fields_of(tree)} if card.grain != "delivery" else set()
    if _is_audience_unread(card) != NEVER:
        fields.add(_AUDIENCE)
    nulls = [f"{name} is null" for name in NULL_IF_UNREAD if any(name in columns_of(tree) for tree in trees)]
    return " or ".join([*([is_any_unread(sorted(fields)).sql(dialect)] if fields else []), *nulls]) or NEVER


def _debtor(pending_on: str, is_unread: str) -> str:
    """Who owes what is missing: always the vendor where it delivered what nobody can read."""
    is_settled = is_unread == NEVER or pending_on == "'vendor'"
    return pending_on if is_settled else f"case when {is_unread} then 'vendor' else {pending_on} end"


def _party(choices: Iterable[tuple[str, str | None]], to_sql: Callable[[str], str]) -> str:
    """Who, as SQL: the first party whose condition holds; a condition that is NULL does not hold."""
    branches = [f"when {to_sql(sql)} then '{party}'" for party, sql in choices if sql]
    otherwise = next(party for party, sql in choices if not sql)
    return f"case {' '.join(branches)} else '{otherwise}' end" if branches else f"'{otherwise}'"


def _sql_texts(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)

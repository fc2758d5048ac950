"""What cards decide by their words alone, before any lead: always, never, or the same as another card.

Such a card judges nobody, or judges everybody twice. What sqlglot can't see at once, the card's own examples show: one
of them has to pass, and one to fail (`pipelines.verdicts.examples`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations, product
from typing import Final

from sqlglot import exp
from sqlglot.optimizer.simplify import simplify

from pipelines.engines.interface import DIALECT
from pipelines.rulebook.card import Card, Period
from pipelines.rulebook.expressions import columns_of, parse_condition
from pipelines.rulebook.parameters import DatedParameter
from pipelines.rulebook.yaml_files import CatalogueProblem

_COMPARED: Final = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_SWAPPED: Final[Mapping[type[exp.Expr], type[exp.Binary]]] = {exp.GT: exp.LT, exp.GTE: exp.LTE}


def check_own_words(
    cards: Sequence[Card],
    parameters: Mapping[str, DatedParameter],
    *,
    is_own: Callable[[Card], bool] = lambda card: True,
) -> Iterator[CatalogueProblem]:
    """What is wrong with some of these cards, which can be read and are well-formed, by themselves or beside another.

    `is_own` says which ones are asked about: looking at all takes as long as loading them.
    """
    own = [card for card in cards if is_own(card)]
    for card in own:
        yield from _check_conditions(card, parameters)
    if own:
        yield from _check_duplicates(cards, parameters, is_own)


def _check_conditions(card: Card, parameters: Mapping[str, DatedParameter]) -> Iterator[CatalogueProblem]:
    """Conditions that decide alike whatever the dossier holds."""
    trees = [(key, _condition(text, card, parameters)) for key, text in card.conditions]
    constant = [key for key, tree in trees if not columns_of(tree)]
    yield from (_constant(card, key) for key in constant)
    if not constant:
        yield from _check_outcomes(card, parameters)


def _check_outcomes(card: Card, parameters: Mapping[str, DatedParameter]) -> Iterator[CatalogueProblem]:
    """A rule can apply, pass and fail."""
    applies = _condition(card.applies_when, card, parameters) if card.applies_when else exp.true()
    passes = _condition(card.pass_when, card, parameters)
    if _never(card, applies):
        message = "is never in force: `applies_when` contradicts itself, or `in_force`, `channels`, `audiences`"
        yield _problem_of_words(card, "applies_when", f"{message}; expected a case to which it applies: mend one")
    elif _never(card, applies, passes):
        message = "fails by its own words; expected facts with which `pass_when` is true"
        yield _problem_of_words(card, "pass_when", f"{message}: mend it, or `applies_when`")
    elif _never(card, applies, exp.not_(passes)):
        message = "passes by its own words; expected facts with which `pass_when` is false"
        yield _problem_of_words(card, "pass_when", f"{message}: mend it, or `applies_when`")


def _check_duplicates(
    cards: Sequence[Card], parameters: Mapping[str, DatedParameter], is_own: Callable[[Card], bool]
) -> Iterator[CatalogueProblem]:
    """Pairs that ask the same of the same leads; each is said at an own card."""
    alike: dict[tuple[str, ...], list[Card]] = {}
    for card in sorted(cards, key=is_own):
        alike.setdefault(_question_asked(card, parameters), []).append(card)
    for first, second in (pair for group in alike.values() for pair in combinations(group, 2)):
        if is_own(second) and _do_overlap(first, second):
            message = f"asks what `{first.id}` asks, of the same {first.grain}s ({first.file})"
            mend = "leave one out, or give this one the other's id to replace it"
            expected = "expected another condition, or dates, channels or audiences of its own"
            yield _problem_of_words(second, "pass_when", f"{message}; {expected}: {mend}")


def _problem_of_words(card: Card, key: str, message: str) -> CatalogueProblem:
    return CatalogueProblem(card.file, card.line_of(key), f"{card.id}: {message}")


def _constant(card: Card, key: str) -> CatalogueProblem:
    message = f"`{key}` reads no column of the dossier: it says the same of everybody"
    mend = "leave the key out if the rule always applies" if key == "applies_when" else "such as `not is_duplicate`"
    return _problem_of_words(card, key, f"{message}; expected a condition on facts, {mend}")


def _condition(text: str, card: Card, parameters: Mapping[str, DatedParameter]) -> exp.Expr:
    return parse_condition(text, grain=card.grain, parameters=parameters)


def _scopes(card: Card, *conditions: exp.Expr) -> Iterator[exp.Expr]:
    """The dates in which a rule applies, once for each channel and audience that its conditions tell apart."""
    read = frozenset[str]().union(*map(columns_of, conditions))
    words = {"channel": card.channels, "audience": card.audiences}
    told_apart = [[exp.column(name).eq(word) for word in words[name]] for name in words if name in read and words[name]]
    for choice in product(*told_apart):
        yield exp.and_(exp.true(), *_within_period(card.civil_date, card.in_force), *choice)


def _never(card: Card, *conditions: exp.Expr) -> bool:
    """Whether no facts within the card's own scope, all of them known, make these conditions true together."""
    return all(_is_false(exp.and_(scope, *conditions)) for scope in _scopes(card, *conditions))


def _within_period(civil_date: str, period: Period) -> Iterator[exp.Expr]:
    if period.from_:
        yield exp.GTE(this=exp.column(civil_date), expression=_day(period.from_))
    if period.to:
        yield exp.LT(this=exp.column(civil_date), expression=_day(period.to + timedelta(days=1)))


def _day(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "date")


def _is_false(condition: exp.Expr) -> bool:
    """Whether no facts, all of them known, make a condition true; False where that can't be told."""
    told = _known_simplified(_with_words_put_in(_known_simplified(_in_one_spelling(condition))))
    return isinstance(told, exp.Null) or (isinstance(told, exp.Boolean) and not told.this)


def _known_simplified(tree: exp.Expr) -> exp.Expr:
    for node in tree.walk():
        node.meta["nonnull"] = True
    simplified: exp.Expr = simplify(tree, dialect=DIALECT)
    return simplified


def _with_words_put_in(tree: exp.Expr) -> exp.Expr:
    """A conjunction in which what it says a column is stands in place of the column elsewhere.

    sqlglot's own `constant_propagation` does nothing where some conjunct has alternatives.
    """
    conjuncts = list(tree.flatten()) if isinstance(tree, exp.And) else [tree]
    for said in [one.unnest() for one in conjuncts]:
        if isinstance(said, exp.EQ) and isinstance(said.this, exp.Column) and isinstance(said.expression, exp.Literal):
            conjuncts = [one if one.unnest() == said else _put_in(one, said) for one in conjuncts]
    return exp.and_(*conjuncts)


def _put_in(tree: exp.Expr, said: exp.EQ) -> exp.Expr:
    put_in: exp.Expr = tree.copy().transform(lambda node: said.expression.copy() if node == said.this else node)
    return put_in


def _question_asked(card: Card, parameters: Mapping[str, DatedParameter]) -> tuple[str, ...]:
    """What a card asks, of what, on whose date; equal for cards that ask the same in other words."""
    texts = (card.applies_when, card.pass_when)
    trees = [_in_one_spelling(_condition(text, card, parameters)) if text else exp.true() for text in texts]
    return (card.grain, card.dated_by, *(simplify(tree, dialect=DIALECT).sql(DIALECT) for tree in trees))


def _in_one_spelling(tree: exp.Expr) -> exp.Expr:
    """One spelling for what means the same: lists as alternatives in order, comparisons in one direction."""
    return tree.copy().transform(_node_in_one_spelling)


def _node_in_one_spelling(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.In) and node.expressions:
        words = sorted(set(node.expressions), key=lambda word: word.sql(DIALECT))
        return exp.paren(exp.or_(*(exp.EQ(this=node.this.copy(), expression=word.copy()) for word in words)))
    is_of_columns = isinstance(node, (exp.EQ, exp.NEQ)) and isinstance(node.expression, exp.Column)
    if is_of_columns and node.this.sql(DIALECT) > node.expression.sql(DIALECT):
        return type(node)(this=node.expression, expression=node.this)
    swapped = _SWAPPED.get(type(node))
    return swapped(this=node.expression, expression=node.this) if swapped else node


def _do_overlap(first: Card, second: Card) -> bool:
    """Whether some act can fall under both cards."""
    one, other = first.in_force, second.in_force
    starts = max(one.from_ or date.min, other.from_ or date.min)
    ends = min(one.to or date.max, other.to or date.max)
    do_meet = all(
        set(mine) & set(theirs) or mine == theirs
        for mine, theirs in ((first.channels, second.channels), (first.audiences, second.audiences))
    )
    return starts <= ends and do_meet

"""The language of the cards: what an expression may say, checked against the dossier before it may judge anybody.

Expressions are parsed once by sqlglot and stay portable: a short list of functions, no engine's own. Turning whole
cards into queries belongs in `compiler`.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from pipelines.engines.interface import DIALECT
from pipelines.rulebook.lead_dossier import BY_NAME, DELIVERED, LeadDossierColumn
from pipelines.rulebook.parameters import DatedParameter
from pipelines.vocabulary.suggestions import hint_at

_STRUCTURE: Final = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between,
    exp.Case, exp.If, exp.Is, exp.Coalesce, exp.DPipe, exp.Add, exp.Sub, exp.Interval, exp.Cast, exp.DataType,
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Array, exp.Var,
)  # fmt: skip
_FUNCTIONS: Final[dict[type[exp.Expr], str]] = {
    exp.ArrayContains: "array_contains",
    exp.ArrayOverlaps: "arrays_overlap",
    exp.ArraySize: "cardinality",
}
_STRICT: Final = (
    exp.Paren, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Add, exp.Sub, exp.Interval, exp.Cast,
    exp.DataType, exp.Column, exp.Identifier, exp.Literal, exp.Var, exp.ArrayContains,
)  # fmt: skip
"""NULL where any operand is; of `array_contains` that is only sure of the list."""
_BOOLEAN: Final = (
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Is,
    exp.Boolean, exp.ArrayContains, exp.ArrayOverlaps,
)  # fmt: skip
PORTABLE: Final = ("given", "coalesce", *_FUNCTIONS.values())


class ExpressionError(ValueError):
    """An expression is not in the language of the cards; the message says what would mend it."""


def parse(text: str, *, grain: str, parameters: Mapping[str, DatedParameter]) -> exp.Expr:
    """An expression over the dossier's columns at a grain, with `parameters.<name>` resolved by `used_on`.

    Raises:
        ExpressionError: unknown column, parameter or function, a NULL test on a delivered fact, or a parse error.
    """
    return _checked_tree(text, grain).transform(lambda node: _resolve_parameter(node, parameters))


@lru_cache(maxsize=1_000)
def _checked_tree(text: str, grain: str) -> exp.Expr:
    """An expression before its parameters: a card's is asked for when it is checked, when it is compiled, and by the
    lint of contracts. Nobody changes it."""
    try:
        tree = sqlglot.parse_one(text, dialect=DIALECT).transform(_name_function)
    except ParseError as error:
        raise ExpressionError(
            f"not an SQL expression: {error.errors[0]['description'] if error.errors else text}"
        ) from None
    for node in tree.walk():
        _check_node(node, grain)
    return tree


def parse_condition(text: str, *, grain: str, parameters: Mapping[str, DatedParameter]) -> exp.Expr:
    """An expression that is true, false or NULL.

    Raises:
        ExpressionError: as `parse`, or the expression is not boolean.
    """
    tree = parse(text, grain=grain, parameters=parameters)
    if not _is_boolean(tree):
        raise ExpressionError("expected a condition that is true or false, such as `consent_at <= delivered_at`")
    return tree


def columns_of(tree: exp.Expr) -> frozenset[str]:
    """Dossier columns that an expression reads."""
    return frozenset(column.name for column in tree.find_all(exp.Column))


def delivered_columns_of(tree: exp.Expr) -> tuple[LeadDossierColumn, ...]:
    """Columns read that a vendor delivers, in name order."""
    return tuple(BY_NAME[name] for name in sorted(columns_of(tree)) if BY_NAME[name].origin in DELIVERED)


def expand_given(tree: exp.Expr) -> exp.Expr:
    """Replace `given(x)` by true where x is delivered, else NULL."""

    def expand(node: exp.Expr) -> exp.Expr:
        if not _is_given(node):
            return node
        is_present = exp.Not(this=exp.Is(this=node.expressions[0].copy(), expression=exp.Null()))
        return exp.Case(ifs=[exp.If(this=is_present, true=exp.true())])

    return tree.transform(expand)


def keep_unread(tree: exp.Expr) -> exp.Expr:
    """A `case` whose condition rests on a field that was delivered and can't be read is NULL, not its next branch."""

    def keep(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Case) or node.this is not None:
            return node
        branches = [part for branch in node.args["ifs"] for part in (*_unread_branch(branch.this), branch)]
        return exp.Case(ifs=branches, default=node.args.get("default"))

    return tree.transform(keep)


def _unread_branch(condition: exp.Expr) -> tuple[exp.If, ...]:
    fields = delivered_fields_of(condition)
    if not fields:
        return ()
    is_open = exp.and_(is_null(exp.paren(condition)), is_any_unread(fields), copy=False)
    return (exp.If(this=is_open, true=exp.null()),)


def delivered_fields_of(tree: exp.Expr) -> tuple[str, ...]:
    """The delivered fields, as `object.field`, that an expression reads, sorted."""
    return tuple(sorted({field for column in delivered_columns_of(tree) for field in column.fields}))


def is_any_unread(fields: Iterable[str]) -> exp.Expr:
    """Whether one of these fields was delivered with a value that can't be read."""
    return exp.ArrayOverlaps(this=exp.column("unread_fields"), expression=literal(list(fields)))


def is_owed(tree: exp.Expr) -> exp.Expr:
    """Whether an unknown rests on a missing field that the contract in force maps.

    Looked at conjunct by conjunct, and in a `case` in the branch that is taken: one that is NULL, and reads a missing
    field that the contract maps, is owed.
    """
    whole = tree.unnest()
    if isinstance(whole, exp.And):
        return any_of(is_owed(conjunct) for conjunct in whole.flatten())
    if isinstance(whole, exp.Case) and whole.this is None:
        branches = [exp.If(this=branch.this.copy(), true=is_owed(branch.args["true"])) for branch in whole.args["ifs"]]
        otherwise = is_owed(whole.args.get("default") or exp.null())
        results = [otherwise, *(branch.args["true"] for branch in branches)]
        return exp.false() if all(map(is_never, results)) else exp.Case(ifs=branches, default=otherwise)
    return _is_conjunct_owed(whole)


def _is_conjunct_owed(conjunct: exp.Expr) -> exp.Expr:
    missing = [
        exp.and_(is_null(exp.column(column.name)), *([] if column.is_always_owed else [is_mapped(column)]))
        for column in delivered_columns_of(conjunct)
    ]
    if not missing or _is_null_with_any_column(conjunct):
        return any_of(missing)
    return exp.and_(is_null(exp.paren(expand_given(conjunct))), any_of(missing))


def _is_null_with_any_column(tree: exp.Expr) -> bool:
    """Whether an expression is surely NULL where any column that it reads is."""
    elements = [node.expression for node in tree.find_all(exp.ArrayContains)]
    is_strict = all(isinstance(node, _STRICT) or _is_given(node) for node in tree.walk())
    return is_strict and all(isinstance(element, exp.Literal) for element in elements)


def any_of(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """Whether any of some conditions holds; those that never do are left out, so that they are not planned."""
    possible = [condition for condition in conditions if not is_never(condition)]
    return exp.or_(*possible) if possible else exp.false()


def is_never(condition: exp.Expr) -> bool:
    """Whether a condition is the word `false`."""
    return isinstance(condition, exp.Boolean) and not condition.this


def is_null(node: exp.Expr) -> exp.Expr:
    """Whether an expression is NULL."""
    return exp.Is(this=node, expression=exp.Null())


def is_mapped(column: LeadDossierColumn) -> exp.Expr:
    """Whether the contract in force maps a delivered field that would fill the column."""
    return any_of(
        exp.ArrayContains(this=exp.column("mapped_fields"), expression=exp.Literal.string(field))
        for field in column.fields
    )


def _name_function(node: exp.Expr) -> exp.Expr:
    """sqlglot knows these two under other names in this dialect."""
    if isinstance(node, exp.Anonymous) and node.name.lower() == "arrays_overlap" and len(node.expressions) == 2:
        return exp.ArrayOverlaps(this=node.expressions[0], expression=node.expressions[1])
    if isinstance(node, exp.Anonymous) and node.name.lower() == "cardinality" and len(node.expressions) == 1:
        return exp.ArraySize(this=node.expressions[0])
    return node


def _check_node(node: exp.Expr, grain: str) -> None:
    if isinstance(node, exp.Column):
        _check_column_node(node, grain)
    elif isinstance(node, exp.Is | exp.Coalesce):
        _refuse_null_test(node)
    elif isinstance(node, exp.Binary | exp.In | exp.Between | exp.Not) and _has_null_operand(node):
        raise ExpressionError(
            f"`{node.sql(dialect=DIALECT)}` is unknown by its own words: nothing compares with NULL; use given(...)"
        )
    elif isinstance(node, exp.Anonymous | exp.Func) and not isinstance(node, _STRUCTURE):
        if not (_is_given(node) or type(node) in _FUNCTIONS):
            name = node.name if isinstance(node, exp.Anonymous) else node.sql_name().lower()
            raise ExpressionError(f"function `{name}` is not portable; use one of {', '.join(PORTABLE)}")
    elif not isinstance(node, (*_STRUCTURE, *_FUNCTIONS)):
        raise ExpressionError(f"`{node.sql(dialect=DIALECT)}` is not in the language of the cards")


def _check_column_node(node: exp.Column, grain: str) -> None:
    if node.table == "parameters":
        return
    known = [column.name for column in BY_NAME.values() if grain in column.grains]
    if node.table or node.name not in known:
        hint = hint_at(node.name, known, "`{}`")
        raise ExpressionError(f"`{node.sql()}` is no column of the dossier at grain {grain}{hint}")


def _has_null_operand(node: exp.Expr) -> bool:
    return any(isinstance(operand.unnest(), exp.Null) for operand in node.iter_expressions())


def _refuse_null_test(node: exp.Expr) -> None:
    for column in node.find_all(exp.Column):
        known = BY_NAME.get(column.name)
        if known is not None and known.origin in DELIVERED:
            raise ExpressionError(
                f"`{column.name}` is delivered by the vendor, so its absence is never knowledge: "
                "leave out the NULL test, or use given(...), which is NULL when it is missing"
            )


def _is_given(node: exp.Expr) -> bool:
    return (
        isinstance(node, exp.Anonymous)
        and node.name.lower() == "given"
        and len(node.expressions) == 1
        and isinstance(node.expressions[0], exp.Column)
    )


def _resolve_parameter(node: exp.Expr, parameters: Mapping[str, DatedParameter]) -> exp.Expr:
    if not (isinstance(node, exp.Column) and node.table == "parameters"):
        return node
    if node.name not in parameters:
        raise ExpressionError(f"unknown parameter `{node.name}`{hint_at(node.name, parameters, '`{}`')}")
    branches = [
        exp.If(
            this=exp.GTE(
                this=exp.column("used_on"), expression=exp.cast(exp.Literal.string(since.isoformat()), "date")
            ),
            true=literal(value),
        )
        for since, value in reversed(parameters[node.name].values)
    ]
    return exp.Case(ifs=branches)


def literal(value: Any) -> exp.Expr:
    """A value of a parameter or an example as an SQL literal; lists are lists of text."""
    if isinstance(value, list | tuple):
        return exp.Array(expressions=[exp.Literal.string(str(item)) for item in value])
    return exp.convert(value)


def _is_boolean(tree: exp.Expr) -> bool:
    if isinstance(tree, exp.Paren):
        return _is_boolean(tree.this)
    if isinstance(tree, exp.Not):
        return _is_boolean(tree.this)
    if isinstance(tree, exp.And | exp.Or):
        return _is_boolean(tree.left) and _is_boolean(tree.right)
    if isinstance(tree, exp.Case):
        results = [branch.args["true"] for branch in tree.args["ifs"]] + [tree.args.get("default")]
        return all(result is None or isinstance(result, exp.Null) or _is_boolean(result) for result in results)
    if isinstance(tree, exp.Column):
        return BY_NAME[tree.name].type == "boolean"
    return _is_given(tree) or isinstance(tree, _BOOLEAN)

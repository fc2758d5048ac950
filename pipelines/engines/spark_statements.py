"""Statements of the house in Spark's SQL: sqlglot, and a rewrite for every word that it leaves with another meaning.

Pure: text in, text out. Why each rewrite is there, with what either engine answered, is the table in `docs/engines.md`.
A word that is not listed here was never compared on both engines, so a statement with it is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import sqlglot
from sqlglot import exp

from pipelines.engines.interface import DIALECT
from pipelines.engines.spark_patterns import UnknownWordError, java_pattern

SPARK: Final = "spark"
_PLAIN: Final = (
    exp.Add, exp.Alias, exp.And, exp.Array, exp.ArrayFilter, exp.ArraySort, exp.Between,
    exp.BitwiseAnd, exp.BitwiseRightShift, exp.Boolean, exp.Case, exp.Coalesce, exp.Column, exp.ConcatWs, exp.Count,
    exp.CTE, exp.DataType, exp.Distinct,
    exp.DPipe, exp.EQ, exp.Exists, exp.Filter, exp.From, exp.Greatest, exp.Group, exp.GT, exp.GTE, exp.Having,
    exp.Identifier, exp.If, exp.In, exp.Interval, exp.Is, exp.Join, exp.JSONExtractScalar, exp.JSONPath,
    exp.JSONPathPart, exp.Lag, exp.Lambda, exp.Least, exp.Like, exp.Limit, exp.Literal, exp.LogicalAnd,
    exp.LogicalOr, exp.LT, exp.LTE, exp.Max, exp.Min, exp.Mod, exp.Mul, exp.Neg, exp.NEQ, exp.Not, exp.Null,
    exp.Nullif, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Or, exp.Order, exp.Ordered, exp.Paren, exp.PropertyEQ,
    exp.Qualify, exp.Replace, exp.Right, exp.RowNumber, exp.Select, exp.Star, exp.Sub, exp.Subquery, exp.Sum,
    exp.Table, exp.TableAlias, exp.Transform, exp.Trim, exp.Union, exp.Var, exp.Where, exp.Window, exp.WindowSpec,
    exp.With,
)  # fmt: skip
"""Words that both engines answer alike once sqlglot has written them; NULLs come last in its `order by`."""
_BEFORE_ALL, _AFTER_ALL = "-290000-01-01 00:00:00", "+290000-01-01 00:00:00"
"""Instants beyond those that can be delivered: Spark knows no infinity."""
_HOUR: Final = sqlglot.parse_one("interval '1' hour", dialect=DIALECT)
_INFINITIES: Final = {"infinity": _AFTER_ALL, "-infinity": _BEFORE_ALL}


@dataclass(frozen=True)
class SparkStatement:
    """A query, and what has to be kept under a name of its own before it can be asked."""

    text: str
    kept_first: tuple[tuple[str, str], ...] = ()
    """Name and query of each `with … as materialized`, in order: Spark works out a `with` anew for each reader."""


@lru_cache(maxsize=512)
def spark_statement(sql: str) -> SparkStatement:
    """A query of the house as Spark understands it.

    Raises:
        UnknownWordError: the query has a word that is not in the list.
        sqlglot.errors.ParseError: it is no query.
    """
    tree = sqlglot.parse_one(sql, dialect=DIALECT)
    for node in tree.walk():
        if not isinstance(node, (*_PLAIN, *_REWRITES)):
            raise UnknownWordError(_word(node))
    kept = [(name, _in_spark(query)) for name, query in _kept_first(tree)]
    return SparkStatement(_in_spark(tree), tuple(kept))


def _kept_first(tree: exp.Expr) -> list[tuple[str, exp.Expr]]:
    """Every `as materialized` of a query's own `with`, as a query with what stands before it, read by its name."""
    clause = tree.args.get("with_")
    found: list[tuple[str, exp.Expr]] = []
    before: list[exp.CTE] = []
    for cte in clause.expressions if clause else ():
        if cte.args.get("materialized"):
            query, name = cte.this.copy(), f"kept_{cte.alias}"
            if before:
                query.set("with_", exp.With(expressions=[one.copy() for one in before]))
            found.append((name, query))
            cte.set("this", exp.select("*").from_(name))
            cte.set("materialized", None)
        before.append(cte)
    return found


def _in_spark(tree: exp.Expr) -> str:
    whole = exp.Subquery(this=tree)  # so that every node of the query has a place to be replaced in
    for node in reversed(list(whole.find_all(*_REWRITES))):  # what stands within a word is rewritten before it
        rewritten = _rewrite_of(node)(node)
        if rewritten is not node:
            node.replace(rewritten)
    return str(whole.this.sql(SPARK, identify=True))


def _word(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    return node.sql_name().lower() if isinstance(node, exp.Func) else type(node).__name__.lower()


def _rewrite_of(node: exp.Expr) -> Callable[[Any], exp.Expr]:
    return next(rewrite for kind, rewrite in _REWRITES.items() if isinstance(node, kind))


def _call(name: str, *arguments: Any) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _quoted_text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def _or_empty(array: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=array, expressions=[exp.Array()])


def _select(select: exp.Select) -> exp.Expr:
    """`qualify` becomes a condition around the query, its own column left out; lists side by side become one."""
    lists = [column for column in select.expressions if _is_unnested(column.unalias())]
    if len(lists) > 1:
        _zip(select, lists)
    qualify = select.args.get("qualify")
    if qualify is None:
        return select
    inner = select.copy()
    inner.set("qualify", None)
    inner.append("expressions", exp.alias_(qualify.this, "is_kept"))
    kept = exp.Star(except_=[exp.column("is_kept")])
    return exp.select(kept).from_(inner.subquery("qualified")).where(exp.column("is_kept"))


def _is_unnested(column: exp.Expr) -> bool:
    return isinstance(column, exp.Anonymous) and column.name == "explode"


def _zip(select: exp.Select, lists: Sequence[exp.Expr]) -> None:
    zipped = _call("inline", _call("arrays_zip", *(_or_empty(one.unalias().expressions[0]) for one in lists)))
    together = exp.Aliases(this=zipped, expressions=[exp.to_identifier(one.alias) for one in lists])
    others = [column for column in select.expressions if all(column is not one for one in lists)]
    select.set("expressions", [*others, together])


def _table_join(join: exp.Join) -> exp.Expr:
    """`semi join` means a left one."""
    if join.kind in ("SEMI", "ANTI"):
        join.set("side", "LEFT")
    return join


def _no_hint(cte: exp.CTE) -> exp.Expr:
    cte.set("materialized", None)
    return cte


def _json(call: exp.Anonymous) -> exp.Expr:
    """`to_json` of a struct, written pair by pair: NULLs are kept, and instants are told as text tells them."""
    struct = call.expressions[0]
    if call.name.lower() != "to_json" or not isinstance(struct, exp.Struct):
        raise UnknownWordError(_word(call))
    parts: list[exp.Expr] = []
    for number, pair in enumerate(struct.expressions):
        parts += [_quoted_text(f'{"," if number else "{"}"{pair.this.name}":'), _value_as_json(pair.expression)]
    return _call("concat", *parts, _quoted_text("}"))


def _value_as_json(value: exp.Expr) -> exp.Expr:
    """A value of any type as JSON: what stands in an array of it alone."""
    as_text = exp.cast(value.copy(), "text")
    is_instant = exp.EQ(this=_call("typeof", value.copy()), expression=_quoted_text("timestamp_ntz"))
    alone = exp.Case(
        ifs=[exp.If(this=is_instant, true=_call("to_json", _call("array", as_text)))],
        default=_call("to_json", _call("array", value.copy())),
    )
    return _call("regexp_replace", alone, _quoted_text(r"^\[|\]$"), _quoted_text(""))


def _sorted_list(aggregate: exp.ArrayAgg) -> exp.Expr:
    """`list(x order by y)`: collected with what it is ordered by, NULLs last."""
    order = aggregate.this
    if not isinstance(order, exp.Order) or any(one.args.get("desc") for one in order.expressions):
        raise UnknownWordError("list without `order by`, or in descending order")
    is_distinct = isinstance(order.this, exp.Distinct)
    value = order.this.expressions[0] if is_distinct else order.this
    keys = [key for one in order.expressions for key in (exp.Is(this=one.this.copy(), expression=exp.Null()), one.this)]
    row = _call(
        "struct", *(exp.alias_(key, f"key_{place}") for place, key in enumerate(keys)), exp.alias_(value, "kept")
    )
    collected = _call("array_sort", _call("collect_set" if is_distinct else "collect_list", row))
    kept = exp.Lambda(
        this=exp.Dot(this=exp.to_identifier("row"), expression=exp.to_identifier("kept")),
        expressions=[exp.to_identifier("row")],
    )
    return _call("transform", collected, kept)


def _contains(node: exp.ArrayContains) -> exp.Expr:
    return _known(_call("array_contains", node.this, node.expression), node.this, node.expression)


def _overlaps(node: exp.ArrayOverlaps) -> exp.Expr:
    return _known(_call("arrays_overlap", node.this, node.expression), node.this, node.expression)


def _known(answer: exp.Expr, *asked: exp.Expr) -> exp.Expr:
    """NULL only where something asked is NULL, not where an element is."""
    nulls = [
        exp.Is(this=one.copy(), expression=exp.Null()) for one in asked if not isinstance(one, exp.Array | exp.Literal)
    ]
    known = exp.Coalesce(this=answer, expressions=[exp.false()])
    return exp.Case(ifs=[exp.If(this=exp.or_(*nulls), true=exp.null())], default=known) if nulls else known


def _concatenated(node: exp.ArrayConcat) -> exp.Expr:
    """A NULL is no list, not an unknown one."""
    return _call("concat", *(_or_empty(one) for one in (node.this, *node.expressions)))


def _list_as_text(node: exp.ArrayToString) -> exp.Expr:
    """Of NULLs alone no text is known; of nothing at all it is empty."""
    known = _call("array_size", _call("array_compact", node.this.copy()))
    is_unknown = exp.and_(known.eq(0), _call("array_size", node.this.copy()) > 0)
    told = _call("array_join", node.this, node.expression)
    return exp.Case(ifs=[exp.If(this=is_unknown, true=exp.null())], default=told)


def _size(node: exp.Expr) -> exp.Expr:
    return _call("array_size", node.this)


def _matches(node: exp.RegexpLike) -> exp.Expr:
    return exp.RegexpLike(this=node.this, expression=java_pattern(node.expression))


def _full_match(node: exp.RegexpFullMatch) -> exp.Expr:
    return exp.RegexpLike(this=node.this, expression=java_pattern(node.expression, is_whole=True))


def _extracted(node: exp.RegexpExtract) -> exp.Expr:
    group = node.args.get("group") or exp.Literal.number(0)
    return _call("regexp_extract", node.this, java_pattern(node.expression), group)


def _all_extracted(node: exp.RegexpExtractAll) -> exp.Expr:
    return _call("regexp_extract_all", node.this, java_pattern(node.expression), exp.Literal.number(0))


def _split(node: exp.RegexpSplit) -> exp.Expr:
    return _call("split", node.this, java_pattern(node.expression))


def _lower(node: exp.Lower) -> exp.Expr:
    """Letter by letter: Java lowers two letters to something else than their one small letter."""
    return exp.Lower(this=_call("translate", node.this, _quoted_text("İΣ"), _quoted_text("iσ")))


def _cast(node: exp.Cast) -> exp.Expr:
    """An instant's type is the zone-less one, whatever the server takes `timestamp` for."""
    if isinstance(node.this, exp.Literal) and node.this.name in _INFINITIES:
        node.set("this", _quoted_text(_INFINITIES[node.this.name]))
    return node


def _in_zone(node: exp.AtTimeZone) -> exp.Expr:
    """A wall clock told by another: `x at time zone <there> at time zone <here>`.

    Of an hour that the clocks of Paris repeat, DuckDB means the later one, and Java the earlier.
    """
    if isinstance(node.parent, exp.AtTimeZone):
        return node
    if not isinstance(node.this, exp.AtTimeZone):
        raise UnknownWordError("at time zone, of an instant with a zone")
    moved, there, here = node.this.this, node.this.args["zone"], node.args["zone"]
    told = _call("convert_timezone", there, here, moved)
    if there.name == "UTC":
        return told
    later = exp.Paren(this=exp.Add(this=told.copy(), expression=_HOUR.copy()))
    is_same = exp.EQ(this=_call("convert_timezone", here.copy(), there.copy(), later), expression=moved.copy())
    return exp.Case(ifs=[exp.If(this=is_same, true=later.copy())], default=told)


def _rows_of_lists(node: exp.Explode) -> exp.Expr:
    """`unnest` of one list."""
    return _call("explode", node.this)


def _struct(node: exp.Struct) -> exp.Expr:
    if isinstance(node.parent, exp.Anonymous):  # `to_json` writes its pairs
        return node
    return _call(
        "named_struct", *(part for pair in node.expressions for part in (_quoted_text(pair.this.name), pair.expression))
    )


_REWRITES: Final[Mapping[Any, Callable[[Any], exp.Expr]]] = {
    exp.Anonymous: _json,
    exp.ArrayAgg: _sorted_list,
    exp.ArrayConcat: _concatenated,
    exp.ArrayContains: _contains,
    exp.ArrayOverlaps: _overlaps,
    exp.ArraySize: _size,
    exp.Length: _size,
    exp.AtTimeZone: _in_zone,
    exp.CTE: _no_hint,
    exp.ArrayToString: _list_as_text,
    exp.Cast: _cast,
    exp.Explode: _rows_of_lists,
    exp.Join: _table_join,
    exp.Lower: _lower,
    exp.RegexpExtract: _extracted,
    exp.RegexpExtractAll: _all_extracted,
    exp.RegexpFullMatch: _full_match,
    exp.RegexpLike: _matches,
    exp.RegexpSplit: _split,
    exp.Select: _select,
    exp.Struct: _struct,
}

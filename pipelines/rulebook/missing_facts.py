"""Which delivered facts an undecided rule lacks, as SQL: part by part of its condition, named by the fields they fill.

An entry is `object.field`, or several joined by `|` where one of them is enough; `consent_proofs` alone stands for a
proof that is not there at all. Putting them into a vendor's own column names is left to whoever knows its contract.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlglot import exp

from pipelines.rulebook.expressions import columns_of, delivered_columns_of, expand_given, is_null
from pipelines.rulebook.lead_dossier import PROOF_DEPENDENT
from pipelines.vocabulary.words import ALTERNATIVES, NO_PROOF

NOTHING_MISSING: Final = "cast([] as varchar[])"


def missing_facts(applies: exp.Expr, passes: exp.Expr, dialect: str) -> str:
    """A list of text, empty where nothing that a vendor delivers is missing; only for outcomes that are undecided."""
    of_scope, of_condition = _listed_parts(applies, dialect), _listed_parts(passes, dialect)
    is_scope_open = is_null(exp.paren(expand_given(applies))).sql(dialect)
    branches = [f"when {is_scope_open} then {of_scope}"] if columns_of(applies) else []
    if columns_of(passes) & PROOF_DEPENDENT:
        branches.append(f"when not has_proof then ['{NO_PROOF}']")
    return of_condition if not branches else f"case {' '.join(branches)} else {of_condition} end"


def needed_fields(passes: exp.Expr, channel: str) -> tuple[str, ...]:
    """What has to be delivered for a condition to hold on a channel: an entry a part.

    Of a `case` the last branch counts, or the one for the channel: the others only ever fail, or ask for no more.
    """
    return tuple(dict.fromkeys(entry for _, entry in _parts(decisive(passes, channel))))


def decisive(tree: exp.Expr, channel: str) -> exp.Expr:
    """A condition with its last branch, or that of the channel, in place of each `case`."""
    return tree.transform(lambda node: _decisive_branch(node, channel))


def _decisive_branch(node: exp.Expr, channel: str) -> exp.Expr:
    if not isinstance(node, exp.Case) or node.this is not None:
        return node
    of_channel = exp.EQ(this=exp.column("channel"), expression=exp.Literal.string(channel))
    own = (branch.args["true"] for branch in node.args["ifs"] if branch.this == of_channel)
    return exp.paren(next(own, node.args.get("default") or exp.null()))


def _listed_parts(tree: exp.Expr, dialect: str) -> str:
    parts = [f"case when {condition.sql(dialect)} then '{entry}' end" for condition, entry in _parts(tree)]
    return f"list_filter([{', '.join(parts)}], lambda part: part is not null)" if parts else NOTHING_MISSING


def _parts(tree: exp.Expr) -> Iterator[tuple[exp.Expr, str]]:
    """Every part that reads what a vendor delivers: when it is missing, and its entry."""
    whole = tree.unnest()
    if isinstance(whole, exp.And):
        for conjunct in whole.flatten():
            yield from _parts(conjunct)
    elif isinstance(whole, exp.Case) and whole.this is None:
        yield from _parts_of_case(whole)
    else:
        yield from _parts_of_conjunct(whole)


def _parts_of_case(case: exp.Case) -> Iterator[tuple[exp.Expr, str]]:
    """Those of the branch that is taken."""
    branches = [(branch.this, branch.args["true"]) for branch in case.args["ifs"]]
    otherwise = (exp.true(), case.args.get("default") or exp.null())
    earlier: list[exp.Expr] = []
    for condition, result in (*branches, otherwise):
        for is_missing, entry in _parts(result):
            yield exp.and_(_is_first(condition, earlier), is_missing, copy=False), entry
        earlier.append(condition)


def _is_first(condition: exp.Expr, earlier: Sequence[exp.Expr]) -> exp.Expr:
    """Whether a condition is true and none before it; never NULL."""
    branches = [exp.If(this=one.copy(), true=exp.false()) for one in earlier]
    return exp.Case(ifs=[*branches, exp.If(this=condition.copy(), true=exp.true())], default=exp.false())


def _parts_of_conjunct(conjunct: exp.Expr) -> Iterator[tuple[exp.Expr, str]]:
    columns, is_open = delivered_columns_of(conjunct), is_null(exp.paren(expand_given(conjunct), copy=False))
    if isinstance(conjunct, exp.Or):
        fields = dict.fromkeys(field for column in columns for field in column.fields)
        if fields:
            yield is_open, ALTERNATIVES.join(fields)
        return
    for column in columns:
        yield exp.and_(is_open.copy(), is_null(exp.column(column.name)), copy=False), ALTERNATIVES.join(column.fields)

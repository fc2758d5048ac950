"""Patterns: what all rules of a grain say, together; many lead uses share a few, settled and read once. SQL only.

A pattern is the outcomes of the rules, each by itself, and whether the proof deadline has passed. While leads are many,
their outcomes are packed into a few whole numbers.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pipelines.rulebook.compiler import FAILED, UNKNOWN, Code, CompiledRule

_BITS: Final = 3
"""Of a `Code`."""
_RULES_A_NUMBER: Final = 20
"""As many as a `bigint` holds, its sign left alone."""


def packed_outcomes(rules: Sequence[CompiledRule]) -> str:
    """Of columns `o_<rule>`: the columns `outcomes_<n>`, as they stand in a list of columns."""
    return ", ".join(f"{_packed_number(some)} as {name}" for name, some in _packed_numbers(rules).items())


def patterns(rules: Sequence[CompiledRule], outcomes: str, told_apart: Sequence[CompiledRule] = ()) -> str:
    """A row a pattern: number, outcomes, final outcomes, whether it has a finding, and how many rules of some fail or
    are unknown.

    Args:
        rules: in needs order.
        outcomes: the table of `is_final` and `packed_outcomes`.
        told_apart: rules by which one proof counts before another.
    """
    key = ", ".join(("is_final", *_packed_numbers(rules)))
    kept = (
        *("pattern_no", key, *(f"o_{rule.id}" for rule in rules)),
        f"{_count_of_codes(told_apart, FAILED)} as failed_count",
        f"{_count_of_codes(told_apart, UNKNOWN)} as unknown_count",
    )
    return f"""
        with unpacked as materialized (
            select row_number() over (order by {key}) as pattern_no, *{_unpacked_outcomes(rules)}
            from (select distinct {key} from {outcomes})
        ),

        settled as materialized ({settled_outcomes(rules, "unpacked", kept)})

        select *, {is_found(rules)} as is_found from settled"""


def same_pattern(rules: Sequence[CompiledRule], outcomes: str) -> str:
    """The condition on which a row of outcomes has a `pattern`."""
    key = ("is_final", *_packed_numbers(rules))
    return " and ".join(f"{outcomes}.{name} = pattern.{name}" for name in key)


def settled_outcomes(rules: Sequence[CompiledRule], source: str, kept: Sequence[str]) -> str:
    """`f_<rule>`: not applicable unless every needed rule passed; owed becomes not proven at the deadline."""
    settled = source
    for rule in rules:  # in needs order, so that what a rule needs is settled before it
        if rule.card.needs:
            missing = " or ".join(f"{_settled(needed, rules)} <> {Code.PASS}" for needed in rule.card.needs)
            outcome = f"case when {missing} then {Code.NOT_APPLICABLE} else o_{rule.id} end"
            settled = f"(select *, cast({outcome} as tinyint) as s_{rule.id} from {settled})"
    finals = "".join(f",\n{_final(_settled(rule.id, rules))} as f_{rule.id}" for rule in rules)
    return f"select {', '.join(kept)}{finals} from {settled}"


def is_found(rules: Sequence[CompiledRule]) -> str:
    """Whether any rule fails or has no answer."""
    return " or ".join(is_finding(rule) for rule in rules) or "false"


def is_finding(rule: CompiledRule) -> str:
    """Whether a rule fails or has no answer."""
    return f"f_{rule.id} not in ({Code.PASS}, {Code.NOT_APPLICABLE})"


def _settled(rule_id: str, rules: Sequence[CompiledRule]) -> str:
    """The column of a rule's settled outcome: of a rule that needs none it is the outcome itself."""
    return next(f"{'s' if rule.card.needs else 'o'}_{rule_id}" for rule in rules if rule.id == rule_id)


def _final(settled: str) -> str:
    return f"case when {settled} = {Code.OWED} and is_final then {Code.NOT_PROVEN} else {settled} end"


def _packed_numbers(rules: Sequence[CompiledRule]) -> dict[str, Sequence[CompiledRule]]:
    """The columns of packed outcomes, with the rules that each holds."""
    starts = range(0, len(rules), _RULES_A_NUMBER)
    return {f"outcomes_{place}": rules[start : start + _RULES_A_NUMBER] for place, start in enumerate(starts, 1)}


def _packed_number(rules: Sequence[CompiledRule]) -> str:
    text = "cast(0 as bigint)"
    for rule in rules:
        text = f"({text} * {2**_BITS} + o_{rule.id})"
    return text


def _unpacked_outcomes(rules: Sequence[CompiledRule]) -> str:
    return "".join(
        f",\n{column}" for name, some in _packed_numbers(rules).items() for column in _unpacked_columns_of(name, some)
    )


def _unpacked_columns_of(name: str, rules: Sequence[CompiledRule]) -> Iterator[str]:
    for place, rule in enumerate(reversed(rules)):
        yield f"cast(({name} >> {place * _BITS}) & {2**_BITS - 1} as tinyint) as o_{rule.id}"


def _count_of_codes(rules: Sequence[CompiledRule], codes: str) -> str:
    return " + ".join(f"case when o_{rule.id} in {codes} then 1 else 0 end" for rule in rules) or "0"

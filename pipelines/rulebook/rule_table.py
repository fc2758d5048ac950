"""The table `rules`, and where the outcome of each rule is packed: what statements need to know of rules as rows.

While leads are many, the outcomes of a grain are packed into a few whole numbers, as many at each grain. What a rule
needs is told by bits of these numbers, so that one query settles all rules.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from pipelines.rulebook.compiler import Code, CompiledRule

Grains = Mapping[str, Sequence[CompiledRule]]
"""The rules of each grain, in needs order."""
_BITS: Final = 3
"""Of a `Code`."""
ALL_BITS: Final = 2**_BITS - 1
_RULES_A_NUMBER: Final = 20
"""As many as a `bigint` holds, its sign left alone."""
_FIELDS: Final = {
    "rule_no": pa.int32(),
    "rule_id": pa.string(),
    "grain": pa.string(),
    "dimension": pa.string(),
    "severity": pa.string(),
    "party": pa.string(),
    "debtor": pa.string(),
    "subsumed_by": pa.list_(pa.string()),
    "is_blocking": pa.bool_(),
    "is_told_apart": pa.bool_(),
    "place": pa.int32(),
    "shift": pa.int32(),
}


def rules_table(grains: Grains) -> pa.Table:
    """A row a rule: what it is, where its outcome is packed (number and bits), and what it rests on.

    `needed_<n>` and `passed_<n>`: the bits of all rules that it needs, at whatever remove, and what they are when each
    of them passes. `party`, `debtor`: who answers and who owes, where that is the same for every lead. `is_told_apart`:
    one proof counts before another by it.
    """
    masks = [f"{kind}_{place}" for place in places_of(grains) for kind in ("needed", "passed")]
    rows = [row for rules in grains.values() for row in _rule_rows(rules, rule_numbers(grains))]
    schema = pa.schema(_FIELDS | dict.fromkeys(masks, pa.int64()))
    return pa.Table.from_pylist([dict.fromkeys(masks, 0) | row for row in rows], schema=schema)


def _rule_rows(rules: Sequence[CompiledRule], numbers: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    needed: dict[str, set[str]] = {}
    bits = {rule.id: _bits_of(place, len(rules)) for place, rule in enumerate(rules)}
    for rule in rules:
        card, (place, shift) = rule.card, bits[rule.id]
        needed[rule.id] = {*card.needs}.union(*(needed[one] for one in card.needs))
        yield {
            "rule_no": numbers[rule.id],
            "rule_id": rule.id,
            "grain": card.grain,
            "dimension": card.dimension,
            "severity": card.severity,
            "party": constant(rule.attributable_to),
            "debtor": constant(rule.pending_on),
            "subsumed_by": list(card.subsumed_by),
            "is_blocking": card.severity == "blocking",
            "is_told_apart": card.severity == "blocking" and rule.reads_proof,
            "place": place,
            "shift": shift,
            **_masks_of([bits[one] for one in needed[rule.id]]),
        }


def _bits_of(place: int, rule_count: int) -> tuple[int, int]:
    """In which number the outcome of the rule at a place is packed, and by how many bits it is shifted there."""
    number, within = divmod(place, _RULES_A_NUMBER)
    packed_count = min(_RULES_A_NUMBER, rule_count - number * _RULES_A_NUMBER)
    return number + 1, (packed_count - 1 - within) * _BITS


def _masks_of(needed: Sequence[tuple[int, int]]) -> dict[str, int]:
    masks: dict[str, int] = {}
    for place, shift in needed:
        for kind, code in (("needed", ALL_BITS), ("passed", Code.PASS)):
            masks[f"{kind}_{place}"] = masks.get(f"{kind}_{place}", 0) | (code << shift)
    return masks


def packed_outcomes(rules: Sequence[CompiledRule], grains: Grains) -> str:
    """Of columns `o_<rule>`: the columns `outcomes_<n>`, as they stand in a list of columns."""
    starts = {place: (place - 1) * _RULES_A_NUMBER for place in places_of(grains)}
    packed = {place: _packed_number(rules[start : start + _RULES_A_NUMBER]) for place, start in starts.items()}
    return ", ".join(f"{number} as outcomes_{place}" for place, number in packed.items())


def _packed_number(rules: Sequence[CompiledRule]) -> str:
    text = "cast(0 as bigint)"
    for rule in rules:
        text = f"({text} * {2**_BITS} + o_{rule.id})"
    return text


def places_of(grains: Grains) -> range:
    """Of the numbers that hold the outcomes of a grain, the same at each."""
    return range(1, max(1, *(-(-len(rules) // _RULES_A_NUMBER) for rules in grains.values())) + 1)


def rule_numbers(grains: Grains) -> dict[str, int]:
    """By rule, its `rule_no`."""
    return {rule.id: number for number, rule in enumerate((one for rules in grains.values() for one in rules), 1)}


def constant(sql: str) -> str | None:
    """The word that an expression of the compiler always is; None where it depends on the lead."""
    return sql.strip("'") if sql.startswith("'") else None

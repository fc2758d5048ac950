"""Patterns: what all rules of a grain say, together; many lead uses share a few, settled and read once. SQL only.

A pattern is the outcomes of the rules, each by itself, and whether the proof deadline has passed. Packed while leads
are many (`rule_table`), they then stand in rows, one a pattern and rule: one query for all rules instead of some
expressions for each, since planning costs more than counting where leads are few.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from pipelines.rulebook.compiler import FAILED, UNKNOWN, Code, CompiledRule
from pipelines.rulebook.rule_table import ALL_BITS, Grains, places_of, rule_numbers

RATED_OVER_JUDGED: Final = ("consent", "proof", "opposition")
"""Dimensions whose rules all have the grain lead use, and that are rated over the leads that they could judge."""
_UNFOUND: Final = f"({Code.PASS}, {Code.NOT_APPLICABLE})"
"""Codes of a rule that neither fails nor lacks an answer."""


def packed_patterns(grains: Grains, outcomes: Mapping[str, str]) -> str:
    """A row a pattern of any grain, with its number. `outcomes`: by grain, its table of packed outcomes."""
    key = ", ".join(("grain", *_key(grains)))
    met = "\nunion\n".join(f"select '{grain}' as {key} from {table}" for grain, table in outcomes.items())
    return f"select row_number() over (order by {key}) as pattern_no, {key} from ({met})"


def pattern_outcomes(grains: Grains) -> str:
    """A row a pattern and rule: its outcome `alone`, and the final `code`: not applicable unless every needed rule
    passed; owed becomes not proven at the deadline."""
    places = places_of(grains)
    chosen = " ".join(f"when {place} then pattern.outcomes_{place}" for place in places)
    passed = " and ".join(
        f"(pattern.outcomes_{place} & rules.needed_{place}) = rules.passed_{place}" for place in places
    )
    return f"""
        with unpacked as (
            select
                pattern.pattern_no,
                pattern.is_final,
                rules.rule_no,
                (case rules.place {chosen} end >> rules.shift) & {ALL_BITS} as alone,
                {passed} as is_reached
            from packed_patterns as pattern
            inner join rules on pattern.grain = rules.grain
        )

        select
            pattern_no,
            rule_no,
            cast(alone as tinyint) as alone,
            cast(
                case
                    when not is_reached then {Code.NOT_APPLICABLE}
                    when alone = {Code.OWED} and is_final then {Code.NOT_PROVEN}
                    else alone
                end as tinyint
            ) as code
        from unpacked"""


def patterns(grains: Grains) -> str:
    """A row a pattern: its key, and what its outcomes come to.

    `failed_count`, `unknown_count`: of the rules by which one proof counts before another, alone. `verdict`: of a lead
    use. `against`: blocking rules that fail or have no answer. A flag a dimension: whether any of its rules passed or
    failed.
    """
    key = ", ".join(f"pattern.{name}" for name in ("pattern_no", "grain", *_key(grains)))
    said = f"({Code.PASS}, {Code.FAIL}, {Code.NOT_PROVEN})"
    is_rated = {name: _any(f"dimension = '{name}' and code in {said}") for name in RATED_OVER_JUDGED}
    listed = {
        "failed_rules": f"code in {FAILED}",
        "unknown_rules": f"code in {UNKNOWN}",
        "against": f"is_blocking and code not in {_UNFOUND}",
    }
    return f"""
        select
            {key},
            count(*) filter (where is_told_apart and alone in {FAILED}) as failed_count,
            count(*) filter (where is_told_apart and alone in {UNKNOWN}) as unknown_count,
            {_any(f"code not in {_UNFOUND}")} as is_found,
            case
                when bool_or(is_blocking and code in {FAILED}) then 'blocked'
                when bool_or(is_blocking and code in {UNKNOWN}) then 'on_hold'
                else 'usable'
            end as verdict,
            {", ".join(f"{_ids_where(condition)} as {name}" for name, condition in listed.items())},
            {", ".join(f"{condition} as {name}" for name, condition in is_rated.items())}
        from packed_patterns as pattern
        left join pattern_outcomes as said on pattern.pattern_no = said.pattern_no
        left join rules on said.rule_no = rules.rule_no
        group by {key}"""


PATTERN_FINDINGS: Final = f"""
    select
        said.pattern_no, said.code, rules.rule_no, rules.rule_id, rules.severity, rules.dimension,
        rules.party as usual_party, rules.debtor as usual_debtor,
        said.code in {FAILED}
            and rules.severity <> 'info'
            and not list_has_any(pattern.failed_rules, rules.subsumed_by) as is_defect
    from pattern_outcomes as said
    inner join patterns as pattern on said.pattern_no = pattern.pattern_no
    inner join rules on said.rule_no = rules.rule_no
    where said.code not in {_UNFOUND}"""
"""A row a pattern and rule of it that fails or has no answer."""


def patterned(grains: Grains, grain: str, outcomes: str, kept: str) -> str:
    """Rows of packed outcomes with their `pattern_no`. `kept`: columns of `outcomes` and `pattern`."""
    same = " and ".join(f"outcomes.{name} = pattern.{name}" for name in _key(grains))
    return f"""
        select {kept}, pattern.pattern_no
        from {outcomes} as outcomes
        inner join patterns as pattern on pattern.grain = '{grain}' and {same}"""


def final_outcomes(rules: Sequence[CompiledRule], grains: Grains) -> str:
    """For whoever reads rules side by side: a row a pattern, with the final outcome of each rule as `f_<rule>`."""
    numbers = rule_numbers(grains)
    finals = "".join(
        f", max(case when said.rule_no = {numbers[rule.id]} then said.code end) as f_{rule.id}" for rule in rules
    )
    return f"""
        select pattern.pattern_no{finals}
        from packed_patterns as pattern
        left join pattern_outcomes as said on pattern.pattern_no = said.pattern_no
        group by pattern.pattern_no"""


def _key(grains: Grains) -> list[str]:
    return ["is_final", *(f"outcomes_{place}" for place in places_of(grains))]


def _any(condition: str) -> str:
    return f"coalesce(bool_or({condition}), false)"


def _ids_where(condition: str) -> str:
    return f"list_filter(list(case when {condition} then rule_id end order by rule_id), lambda id: id is not null)"

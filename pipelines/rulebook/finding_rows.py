"""Findings as rows: a dossier beside what its pattern found, with each rule's own words for it. SQL only."""

from collections.abc import Mapping, Sequence
from typing import Final

from pipelines.rulebook.compiler import Code
from pipelines.rulebook.missing_facts import NOTHING_MISSING
from pipelines.rulebook.rule_table import Grains, constant, rule_numbers

_ALWAYS_NEEDED: Final = {"vendor", "delivery_date", "lead_id", "channel", "has_proof"}
"""Columns that every finding of a lead use is made of."""


def finding_rows(grain: str, grains: Grains, source: str) -> str:
    """A row a finding. `source`: the dossier of the grain, with `pattern_no`."""
    rules, numbers = grains[grain], rule_numbers(grains)
    lead_id = "found.lead_id" if grain != "delivery" else "cast(null as varchar)"
    channel = "found.channel" if grain == "lead_use" else "cast(null as varchar)"
    party = {rule.id: rule.attributable_to for rule in rules if constant(rule.attributable_to) is None}
    debtor = {rule.id: rule.pending_on for rule in rules if constant(rule.pending_on) is None}
    facts = {rule.id: _facts_expression(rule.card.evidence) for rule in rules if rule.card.evidence}
    missing = {rule.id: rule.missing for rule in rules if rule.missing != NOTHING_MISSING}
    return f"""
        select
            found.vendor, found.delivery_date, {lead_id} as lead_id, {channel} as channel,
            said.rule_id, said.code, said.severity,
            {_said_by_rule(party, numbers, "said.usual_party")} as party,
            {_said_by_rule(debtor, numbers, "said.usual_debtor")} as debtor,
            said.dimension,
            {_said_by_rule(facts, numbers, "'{}'")} as facts,
            case
                when said.code <> {Code.FAIL} then {_said_by_rule(missing, numbers, NOTHING_MISSING)}
            end as missing_facts,
            said.is_defect
        from {source} as found
        inner join pattern_findings as said on found.pattern_no = said.pattern_no"""


def found_in(dossier: str, grains: Grains) -> str:
    """Of a dossier the lead uses with a finding, with the columns that findings are made of."""
    needed = sorted(frozenset[str]().union(*(rule.columns for rule in grains["lead_use"])) | _ALWAYS_NEEDED)
    kept = ", ".join(f"dossier.{name}" for name in needed)
    return f"""(
        select found.pattern_no, {kept}
        from {dossier} as dossier
        inner join found_uses as found
            on dossier.lead_no = found.lead_no
            and dossier.channel = found.channel
            and dossier.proof_no is not distinct from found.proof_no
    )"""


def _said_by_rule(expressions: Mapping[str, str], numbers: Mapping[str, int], otherwise: str) -> str:
    """What the rule of a row says, worked out for that rule alone; rules that say the same share the expression."""
    places: dict[str, list[str]] = {}
    for rule_id, sql in expressions.items():
        places.setdefault(sql, []).append(str(numbers[rule_id]))
    branches = [f"when said.rule_no in ({', '.join(some)}) then {sql}" for sql, some in places.items()]
    return f"case {' '.join(branches)} else {otherwise} end" if branches else otherwise


def _facts_expression(evidence: Sequence[str]) -> str:
    pairs = ", ".join(f"{name} := {name}" for name in evidence)
    return f"cast(to_json(struct_pack({pairs})) as varchar)"

"""The judgement as a list of statements: dossier, outcomes, the proof that counts, verdicts, findings, scorecards.

Set-based from end to end; nothing here runs anything. An engine creates each step as a temporary table, in order.
Columns of a rule bear its id behind a prefix (`o_`, `s_`, `f_`, `p_`, `u_`, `n_`): `sql/README.md` says which is which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources

from pipelines.engines.interface import DIALECT
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.compiler import FAILED, Code, CompiledRule, compile_rules
from pipelines.rulebook.counting import pattern_verdicts, rated_leads, scorecards
from pipelines.rulebook.patterns import is_finding, packed_outcomes, patterns, same_pattern, settled_outcomes
from pipelines.rulebook.references import with_reference_keys

VIEWS = (
    *("judged_leads", "judged_uses", "patterned_leads", "judged_leads_by_rule"),
    *("all_findings", "verdicts", "findings"),
)
"""Steps, beside the dossiers, that are cheaper joined again than kept: wide, and narrowed by whoever reads them."""
_ALWAYS_NEEDED = {"vendor", "delivery_date", "lead_id", "has_proof"}
"""Columns that every finding of a lead use is made of."""


@dataclass(frozen=True)
class Step:
    """A temporary table, or a view where the rows are only passed through."""

    name: str
    sql: str
    is_view: bool = False


@dataclass(frozen=True)
class Judgement:
    """The rules of the three grains, compiled, and the steps that apply them."""

    catalogue_digest: str
    lead_use: tuple[CompiledRule, ...]
    lead: tuple[CompiledRule, ...]
    delivery: tuple[CompiledRule, ...]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in order. Findings come after the verdicts: who stops there does not wait for them."""
        return (
            *(_step(name, sql) for name, sql in _static_steps()),
            Step("outcomes", _outcomes(self.lead_use)),
            Step("use_patterns", patterns(self.lead_use, "outcomes", _deciding_by_proof(self.lead_use))),
            Step("patterned_uses", _patterned_uses(self.lead_use)),
            _step("judged_uses", _judged(self.lead_use, "patterned_uses", "use_patterns")),
            Step("lead_outcomes", _lead_outcomes(self.lead)),
            Step("lead_patterns", patterns(self.lead, "lead_outcomes")),
            _step("patterned_leads", _patterned_leads(self.lead)),
            _step("judged_leads_by_rule", _judged(self.lead, "patterned_leads", "lead_patterns")),
            Step("judged_deliveries", _judged_deliveries(self.delivery)),
            Step("pattern_verdicts", pattern_verdicts(self.lead_use, self.lead)),
            _step("verdicts", _verdict_statement(self.catalogue_digest)),
            Step("found_uses", _found_uses(self.lead_use)),
            Step("use_findings", _use_findings(self.lead_use)),
            Step(
                "lead_findings",
                _finding_statement(self.lead, _outcomes_joined("lead_dossier", "judged_leads_by_rule", "lead_no")),
            ),
            Step(
                "delivery_findings",
                _finding_statement(
                    self.delivery, _outcomes_joined("delivery_dossier", "judged_deliveries", "delivery_date")
                ),
            ),
            _step("all_findings", _all_findings()),
            _step("findings", _published_findings()),
            Step("rated_leads", rated_leads(self.lead_use)),
            Step("dimension_scorecards", _load("21_dimension_scorecards")),
            Step("scorecards", scorecards(self.lead_use, self.lead, self.delivery)),
        )


@lru_cache(maxsize=4)
def judgement_of(catalogue: Catalogue, *, dialect: str = DIALECT) -> Judgement:
    """Compile a catalogue; the last few are kept, whoever judges by them."""
    by_grain = {
        grain: compile_rules(catalogue, grain=grain, dialect=dialect) for grain in ("lead_use", "lead", "delivery")
    }
    return Judgement(catalogue.digest, by_grain["lead_use"], by_grain["lead"], by_grain["delivery"])


def _step(name: str, sql: str) -> Step:
    return Step(name, sql, is_view=name in VIEWS or name.endswith("dossier"))


def _static_steps() -> list[tuple[str, str]]:
    folder = resources.files("pipelines.rulebook") / "sql"
    files = sorted((file for file in folder.iterdir() if file.name[:2] < "20"), key=lambda file: file.name)
    texts = {file.name[3:].removesuffix(".sql"): file.read_text(encoding="utf-8") for file in files}
    return [(name, with_reference_keys(text)) for name, text in texts.items()]


def _load(name: str) -> str:
    return (resources.files("pipelines.rulebook") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def oppositions_met() -> str:
    """The step that meets leads with oppositions, for whoever asks about persons without a lead: sees `lead_uses`,
    `judged_leads` with its keys and clocks, `other_forms` and `oppositions`."""
    return _load("10_oppositions_met")


def other_forms_met(asked: str) -> str:
    """Of a table of `lead_no` and `identity_key`, keys of other forms: those that others' hashed oppositions have."""
    return f"""
        select asked.lead_no, asked.identity_key
        from {asked} as asked
        semi join (select identity_key from oppositions where kind in ('email_sha256', 'phone_sha256')) as hashed
            on asked.identity_key = hashed.identity_key"""


def _outcomes(rules: Sequence[CompiledRule]) -> str:
    kept = "lead_no, channel, proof_no, candidate_count, lists_channel, consent_at, proof_received_at, is_final"
    return f"""
        select {kept}, tied_consent_id, {packed_outcomes(rules)}
        from (
            select
                {kept}, case when candidate_count > 1 then proof_consent_id end as tied_consent_id{_by_rule(rules)}
            from dossier
        )"""


def _lead_outcomes(rules: Sequence[CompiledRule]) -> str:
    return f"""
        select lead_no, is_final, {packed_outcomes(rules)}
        from (select lead_no, is_final{_by_rule(rules)} from lead_dossier)"""


def _by_rule(rules: Sequence[CompiledRule]) -> str:
    return "".join(f",\n{rule.outcome} as o_{rule.id}" for rule in rules)


def _deciding_by_proof(rules: Sequence[CompiledRule]) -> list[CompiledRule]:
    return [rule for rule in rules if rule.reads_proof and rule.card.severity == "blocking"]


def _patterned_uses(rules: Sequence[CompiledRule]) -> str:
    """Each lead use with the proof that counts, and its pattern."""
    return f"""
        with patterned as (
            select outcomes.*, pattern.pattern_no, pattern.failed_count, pattern.unknown_count
            from outcomes
            inner join use_patterns as pattern on {same_pattern(rules, "outcomes")}
        )

        select lead_no, channel, proof_no, pattern_no
        from patterned
        where candidate_count is null or candidate_count = 1
        union all
        select lead_no, channel, proof_no, pattern_no
        from patterned
        where candidate_count > 1
        qualify row_number() over (
            partition by lead_no, channel
            order by
                failed_count,
                unknown_count,
                case when lists_channel then 0 else 1 end,
                consent_at desc,
                proof_received_at desc,
                tied_consent_id,
                proof_no
        ) = 1"""


def _patterned_leads(rules: Sequence[CompiledRule]) -> str:
    return f"""
        select lead_outcomes.lead_no, pattern.pattern_no
        from lead_outcomes
        inner join lead_patterns as pattern on {same_pattern(rules, "lead_outcomes")}"""


def _judged(rules: Sequence[CompiledRule], patterned: str, patterns_of_grain: str) -> str:
    """The final outcomes, for whoever reads them of each lead or lead use."""
    finals = "".join(f", pattern.f_{rule.id}" for rule in rules)
    return f"""
        select patterned.* exclude (pattern_no){finals}
        from {patterned} as patterned
        inner join {patterns_of_grain} as pattern on patterned.pattern_no = pattern.pattern_no"""


def _judged_deliveries(rules: Sequence[CompiledRule]) -> str:
    source = f"(select delivery_date, is_final{_by_rule(rules)} from delivery_dossier)"
    return settled_outcomes(rules, source, ("delivery_date",))


def _outcomes_joined(dossier: str, judged: str, key: str) -> str:
    columns = f"dossier.*, judged.* exclude ({key})"
    return f"(select {columns} from {dossier} as dossier inner join {judged} as judged using ({key}))"


def _found_uses(rules: Sequence[CompiledRule]) -> str:
    return f"""
        {_judged(rules, "patterned_uses", "use_patterns")}
        where pattern.is_found"""


def _use_findings(rules: Sequence[CompiledRule]) -> str:
    """The dossier again, of the lead uses with a finding alone: few rows with many columns."""
    needed = sorted(frozenset[str]().union(*(rule.columns for rule in rules)) | _ALWAYS_NEEDED)
    kept = ", ".join(f"dossier.{name}" for name in needed if name != "channel")
    source = f"""(
        with lead_uses as (select lead_no, channel from found_uses),
        candidates as (
            select candidate.*
            from candidates as candidate
            semi join found_uses on candidate.lead_no = found_uses.lead_no and candidate.proof_no = found_uses.proof_no
        ),
        dossier as ({_load("11_dossier")})
        select found.*, {kept}
        from dossier
        inner join found_uses as found
            on dossier.lead_no = found.lead_no
            and dossier.channel = found.channel
            and dossier.proof_no is not distinct from found.proof_no
    )"""
    return _finding_statement(rules, source)


def _finding_statement(rules: Sequence[CompiledRule], source: str) -> str:
    grain = rules[0].card.grain if rules else "delivery"
    lead_id = "lead_id" if grain != "delivery" else "cast(null as varchar)"
    channel = "channel" if grain == "lead_use" else "cast(null as varchar)"
    branches = [_finding(rule, lead_id, channel) for rule in rules]
    return f"with found as materialized (select * from {source})\n" + "\nunion all\n".join(branches)


def _finding(rule: CompiledRule, lead_id: str, channel: str) -> str:
    card = rule.card
    twins = " or ".join(f"f_{twin} in {FAILED}" for twin in card.subsumed_by) or "false"
    return f"""
        select
            vendor, delivery_date, {lead_id} as lead_id, {channel} as channel,
            '{rule.id}' as rule_id, f_{rule.id} as code,
            '{card.severity}' as severity, {rule.attributable_to} as party, {rule.pending_on} as debtor,
            '{card.dimension}' as dimension, {_facts_expression(card.evidence)} as facts,
            case when f_{rule.id} <> {Code.FAIL} then {rule.missing} end as missing_facts,
            f_{rule.id} in {FAILED} and '{card.severity}' <> 'info' and not ({twins}) as is_defect
        from found
        where {is_finding(rule)}"""


def _facts_expression(evidence: Sequence[str]) -> str:
    pairs = ", ".join(f"{name} := {name}" for name in evidence)
    return f"cast(to_json(struct_pack({pairs})) as varchar)" if pairs else "'{}'"


def _all_findings() -> str:
    tables = ("use_findings", "lead_findings", "delivery_findings")
    return " union all ".join(f"select * from {table}" for table in tables)


def _published_findings() -> str:
    return f"""
        select
            vendor, delivery_date, lead_id, channel, rule_id,
            case when code in {FAILED} then 'fail' else 'unknown' end as outcome,
            case when code in {FAILED} then code = {Code.FAIL} end as is_proven,
            severity,
            case when code in {FAILED} then party end as attributable_to,
            case when code <> {Code.FAIL} then debtor end as pending_on,
            dimension, facts, missing_facts
        from all_findings"""


def _verdict_statement(digest: str) -> str:
    return f"""
        select
            lead.vendor, lead.delivery_date, lead.lead_id, use.channel,
            said.verdict, said.failed_rules, said.unknown_rules,
            lead.is_final, lead.known_at, '{digest}' as catalogue_digest
        from patterned_uses as use
        inner join judged_leads as lead on use.lead_no = lead.lead_no
        inner join patterned_leads as by_lead on use.lead_no = by_lead.lead_no
        inner join pattern_verdicts as said
            on use.pattern_no = said.use_pattern_no and by_lead.pattern_no = said.lead_pattern_no"""

"""The judgement as a list of statements: dossier, outcomes, the proof that counts, verdicts, findings, scorecards.

Set-based from end to end; nothing here runs anything. An engine creates each step as a temporary table, in order.
Columns of a rule bear its id behind a prefix: `o_` its outcome by itself, `f_` the final one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from importlib import resources
from typing import Final

import pyarrow as pa

from pipelines.engines.interface import DIALECT
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.compiler import FAILED, Code, CompiledRule, compile_rules
from pipelines.rulebook.counting import PATTERN_VERDICTS, RATED_LEADS, SCORECARDS
from pipelines.rulebook.finding_rows import finding_rows, found_in
from pipelines.rulebook.patterns import (
    PATTERN_FINDINGS,
    final_outcomes,
    packed_patterns,
    pattern_outcomes,
    patterned,
    patterns,
)
from pipelines.rulebook.references import with_reference_keys
from pipelines.rulebook.rule_table import Grains, packed_outcomes, rules_table
from pipelines.rulebook.steps import EVERY, Step, portioned_step
from pipelines.rulebook.yaml_files import CatalogueError

VIEWS = (
    *("leads", "proofs", "judged_keys", "judged_leads", "patterned_deliveries"),
    *("all_findings", "verdicts", "findings"),
)
"""Steps, beside the dossiers, that are cheaper joined again than kept: wide, and narrowed by whoever reads them."""
_OF_FILES: Final = ("leads", "proofs")
"""Views of these that are read from the lake's files anew by each statement, where these are large."""
_OUTCOMES: Final = {"lead_use": "outcomes", "lead": "lead_outcomes", "delivery": "delivery_outcomes"}
"""By grain, the table of packed outcomes."""


@dataclass(frozen=True)
class Judgement:
    """The rules of the three grains, compiled, and the steps that apply them."""

    catalogue_digest: str
    lead_use: tuple[CompiledRule, ...]
    lead: tuple[CompiledRule, ...]
    delivery: tuple[CompiledRule, ...]

    @cached_property
    def grains(self) -> Grains:
        """The rules by grain."""
        return {"lead_use": self.lead_use, "lead": self.lead, "delivery": self.delivery}

    @cached_property
    def rules(self) -> pa.Table:
        """The table `rules`, which has to stand in a session before the steps do."""
        return rules_table(self.grains)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in order. Findings come after the verdicts: who stops there does not wait for them."""
        grains = self.grains
        return (
            *(_step(name, sql) for name, sql in _static_steps()),
            portioned_step("outcomes", partial(_outcomes, self.lead_use, grains), rows_of="lead_uses"),
            Step("lead_outcomes", _outcomes_of("lead_dossier", "lead_no", self.lead, grains)),
            Step("delivery_outcomes", _outcomes_of("delivery_dossier", "delivery_date", self.delivery, grains)),
            Step("packed_patterns", packed_patterns(grains, _OUTCOMES)),
            Step("pattern_outcomes", pattern_outcomes(grains)),
            Step("patterns", patterns(grains)),
            Step("patterned_leads", patterned(grains, "lead", _OUTCOMES["lead"], "lead_no")),
            Step("patterned_uses", _patterned_uses(grains)),
            _step("patterned_deliveries", patterned(grains, "delivery", _OUTCOMES["delivery"], "delivery_date")),
            Step("pattern_verdicts", PATTERN_VERDICTS),
            _step("verdicts", _verdict_statement(self.catalogue_digest)),
            Step("pattern_findings", PATTERN_FINDINGS),
            Step("found_uses", _FOUND_USES),
            portioned_step(
                "use_findings",
                partial(_use_findings, grains),
                rows_of="found_uses",
                over_kept=finding_rows("lead_use", grains, found_in("dossier", grains)),
            ),
            Step(
                "lead_findings",
                finding_rows("lead", grains, _dossier_of("lead_dossier", "patterned_leads", "lead_no")),
            ),
            Step(
                "delivery_findings",
                finding_rows(
                    "delivery", grains, _dossier_of("delivery_dossier", "patterned_deliveries", "delivery_date")
                ),
            ),
            _step("all_findings", _all_findings()),
            _step("findings", _published_findings()),
            Step("rated_leads", RATED_LEADS),
            Step("dimension_scorecards", _load("21_dimension_scorecards")),
            Step("scorecards", SCORECARDS),
        )

    def judged(self, grain: str) -> str:
        """For whoever reads rules side by side: rows of a grain by its key, with each final outcome as `f_<rule>`."""
        patterned_rows = {"lead_use": "patterned_uses", "lead": "patterned_leads", "delivery": "patterned_deliveries"}
        return f"""
            select patterned.*, judged.* exclude (pattern_no)
            from {patterned_rows[grain]} as patterned
            inner join ({final_outcomes(self.grains[grain], self.grains)}) as judged
                on patterned.pattern_no = judged.pattern_no"""


@lru_cache(maxsize=4)
def judgement_of(catalogue: Catalogue, *, dialect: str = DIALECT) -> Judgement:
    """Compile a catalogue; the last few are kept, whoever judges by them.

    Raises:
        CatalogueError: it is the shipped one, which nobody checks each time, and somebody broke it.
    """
    try:
        by_grain = {
            grain: compile_rules(catalogue, grain=grain, dialect=dialect) for grain in ("lead_use", "lead", "delivery")
        }
    except (LookupError, ValueError):
        if catalogue.problems:
            raise CatalogueError(catalogue.problems) from None
        raise
    return Judgement(catalogue.digest, by_grain["lead_use"], by_grain["lead"], by_grain["delivery"])


def _step(name: str, sql: str) -> Step:
    return Step(name, sql, is_view=name in VIEWS or name.endswith("dossier"), is_of_files=name in _OF_FILES)


def _static_steps() -> list[tuple[str, str]]:
    folder = resources.files("pipelines.rulebook") / "sql"
    files = sorted((file for file in folder.iterdir() if file.name[:2] < "20"), key=lambda file: file.name)
    texts = {file.name[3:].removesuffix(".sql"): file.read_text(encoding="utf-8") for file in files}
    return [(name, with_reference_keys(text)) for name, text in texts.items()]


def _load(name: str) -> str:
    return (resources.files("pipelines.rulebook") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def oppositions_met() -> str:
    """The step that meets leads with oppositions, for whoever asks about persons without a lead: sees `lead_uses`,
    `judged_keys` with its clocks, `other_forms` and `oppositions`."""
    return _load("10_oppositions_met")


def other_forms_met(asked: str) -> str:
    """Of a table of `lead_no` and `identity_key`, keys of other forms: those that others' hashed oppositions have."""
    return f"""
        select asked.lead_no, asked.identity_key
        from {asked} as asked
        semi join (select identity_key from oppositions where kind in ('email_sha256', 'phone_sha256')) as hashed
            on asked.identity_key = hashed.identity_key"""


def _outcomes(rules: Sequence[CompiledRule], grains: Grains, which: str) -> str:
    """Of the lead uses that a condition on `lead_no` means."""
    kept = "lead_no, channel, proof_no, candidate_count, lists_channel, consent_at, proof_received_at, is_final"
    return f"""
        select {kept}, tied_consent_id, {packed_outcomes(rules, grains)}
        from (
            select
                {kept}, case when candidate_count > 1 then proof_consent_id end as tied_consent_id{_by_rule(rules)}
            from {_dossier_of_portion(which)}
        )"""


def _dossier_of_portion(which: str) -> str:
    """The dossier of some lead uses; of all it is the one that stands. What is narrowed first are the uses, what was
    found for them, and their leads."""
    if which == EVERY:
        return "dossier"
    return f"""(
        with lead_uses as (select lead_no, channel from lead_uses where {which}),
        candidates as (select * from candidates where {which}),
        {_dossier_joined(f"where {which}")}
        select * from dossier
    )"""


def _dossier_joined(narrowed: str) -> str:
    """A dossier of a portion's lead uses and candidates, and what they are joined with, as a list of `with`.

    `narrowed`: what leaves its leads alone of all.
    """
    return f"""
        judged_leads as (select judged_leads.* from judged_leads {narrowed}),
        dossier as ({_load("11_dossier")})"""


def _outcomes_of(dossier: str, key: str, rules: Sequence[CompiledRule], grains: Grains) -> str:
    return f"""
        select {key}, is_final, {packed_outcomes(rules, grains)}
        from (select {key}, is_final{_by_rule(rules)} from {dossier})"""


def _by_rule(rules: Sequence[CompiledRule]) -> str:
    return "".join(f",\n{rule.outcome} as o_{rule.id}" for rule in rules)


def _patterned_uses(grains: Grains) -> str:
    """Each lead use with the proof that counts, its pattern and that of its lead: who asks for both joins no lead."""
    kept = "outcomes.*, pattern.failed_count, pattern.unknown_count"
    return f"""
        with patterned as ({patterned(grains, "lead_use", "outcomes", kept)}),

        chosen as (
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
            ) = 1
        )

        select chosen.*, lead.pattern_no as lead_pattern_no
        from chosen
        inner join patterned_leads as lead on chosen.lead_no = lead.lead_no"""


_FOUND_USES: Final = """
    select use.*
    from patterned_uses as use
    inner join patterns as pattern on use.pattern_no = pattern.pattern_no
    where pattern.is_found"""


def _use_findings(grains: Grains, which: str) -> str:
    """The dossier again, of the lead uses with a finding alone: few rows with many columns.

    Of those that a condition on `lead_no` means.
    """
    dossier = f"""(
        with lead_uses as (select lead_no, channel from found_uses where {which}),
        candidates as (
            select candidate.*
            from candidates as candidate
            semi join found_uses on candidate.lead_no = found_uses.lead_no and candidate.proof_no = found_uses.proof_no
            where {which}
        ),
        {_dossier_joined("semi join lead_uses on judged_leads.lead_no = lead_uses.lead_no")}
        select * from dossier
    )"""
    return finding_rows("lead_use", grains, found_in(dossier, grains))


def _dossier_of(dossier: str, patterned_rows: str, key: str) -> str:
    return f"(select dossier.*, pattern_no from {dossier} as dossier inner join {patterned_rows} using ({key}))"


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
        inner join pattern_verdicts as said
            on use.pattern_no = said.use_pattern_no and use.lead_pattern_no = said.lead_pattern_no"""

"""What the outcomes of rules come to: verdicts, lists of rules, scorecards, and which leads are rated. SQL only."""

from collections.abc import Sequence
from typing import Final

from pipelines.rulebook.compiler import FAILED, UNKNOWN, Code, CompiledRule

RATED_OVER_JUDGED: Final = ("consent", "proof", "opposition")
"""Dimensions whose rules all have the grain lead use, and that are rated over the leads that they could judge."""


def any_in(rules: Sequence[CompiledRule], codes: str) -> str:
    """Whether the final outcome of any of some rules is among the codes."""
    return " or ".join(f"f_{rule.id} in {codes}" for rule in rules) or "false"


def verdict_case(rules: Sequence[CompiledRule]) -> str:
    """The verdict on a lead use, of all rules of that grain."""
    blocking = blocking_rules(rules)
    return f"""case
                when {any_in(blocking, FAILED)} then 'blocked'
                when {any_in(blocking, UNKNOWN)} then 'on_hold'
                else 'usable'
            end"""


def blocking_rules(rules: Sequence[CompiledRule]) -> list[CompiledRule]:
    """Those that decide a verdict."""
    return [rule for rule in rules if rule.card.severity == "blocking"]


def rule_ids(rules: Sequence[CompiledRule], codes: str) -> str:
    """Ids in order; the list is only built where there is something to list."""
    ids = ", ".join(f"case when f_{rule.id} in {codes} then '{rule.id}' end" for rule in rules)
    listed = f"list_filter([{ids}], lambda id: id is not null)"
    return f"case when {any_in(rules, codes)} then {listed} else cast([] as varchar[]) end"


def pattern_verdicts(uses: Sequence[CompiledRule], leads: Sequence[CompiledRule]) -> str:
    """Verdict and rules of each pattern of a lead use with each pattern of its lead, as far as they met."""
    rules = sorted((*uses, *leads), key=lambda rule: rule.id)
    return f"""
        select
            met.use_pattern_no, met.lead_pattern_no, {verdict_case(uses)} as verdict,
            {rule_ids(rules, FAILED)} as failed_rules,
            {rule_ids(rules, UNKNOWN)} as unknown_rules
        from (
            select distinct use.pattern_no as use_pattern_no, lead.pattern_no as lead_pattern_no
            from patterned_uses as use
            inner join patterned_leads as lead on use.lead_no = lead.lead_no
        ) as met
        inner join use_patterns on met.use_pattern_no = use_patterns.pattern_no
        inner join lead_patterns on met.lead_pattern_no = lead_patterns.pattern_no"""


def rated_leads(rules: Sequence[CompiledRule]) -> str:
    """Leads that are no duplicates, with a flag a dimension: whether any of its rules passed or failed on a use."""
    said = f"({Code.PASS}, {Code.FAIL}, {Code.NOT_PROVEN})"
    flags = [
        f"{any_in([rule for rule in rules if rule.card.dimension == name], said)} as {name}"
        for name in RATED_OVER_JUDGED
    ]
    any_use = ", ".join(f"bool_or({name}) as {name}" for name in RATED_OVER_JUDGED)
    names = ", ".join(f"coalesce(use.{name}, false) as {name}" for name in RATED_OVER_JUDGED)
    return f"""
        with pattern as (select pattern_no, {", ".join(flags)} from use_patterns),
        use as (
            select patterned_uses.lead_no, {any_use}
            from patterned_uses
            inner join pattern on patterned_uses.pattern_no = pattern.pattern_no
            group by patterned_uses.lead_no
        )
        select lead.lead_no, lead.delivery_date, {names}
        from judged_leads as lead
        left join use on lead.lead_no = use.lead_no
        where not lead.is_duplicate"""


def scorecards(uses: Sequence[CompiledRule], leads: Sequence[CompiledRule], deliveries: Sequence[CompiledRule]) -> str:
    """The statement of the table `scorecards`: one row a rule, and a channel where the rule knows channels."""
    by_use = f"""
        select cell.vendor, cell.delivery_date, cell.channel{_counts_by_rule(uses)}
        from (
            select delivered.vendor, delivered.delivery_date, unnest(delivered.contract_channels) as channel
            from delivery_dossier as delivered
        ) as cell
        left join (
            select lead.delivery_date, use.channel, use.pattern_no, count(*) as row_count
            from patterned_uses as use
            inner join judged_leads as lead on use.lead_no = lead.lead_no
            group by lead.delivery_date, use.channel, use.pattern_no
        ) as met on cell.delivery_date = met.delivery_date and cell.channel = met.channel
        left join use_patterns as judged on met.pattern_no = judged.pattern_no
        group by cell.vendor, cell.delivery_date, cell.channel"""
    by_lead = f"""
        select
            delivered.vendor, delivered.delivery_date,
            cast(null as varchar) as channel{_counts_by_rule(leads)}
        from delivery_dossier as delivered
        left join (
            select lead.delivery_date, by_lead.pattern_no, count(*) as row_count
            from patterned_leads as by_lead
            inner join judged_leads as lead on by_lead.lead_no = lead.lead_no
            group by lead.delivery_date, by_lead.pattern_no
        ) as met on delivered.delivery_date = met.delivery_date
        left join lead_patterns as judged on met.pattern_no = judged.pattern_no
        group by delivered.vendor, delivered.delivery_date"""
    by_delivery = f"""
        select
            delivered.vendor, delivered.delivery_date,
            cast(null as varchar) as channel{_counts_by_rule(deliveries)}
        from delivery_dossier as delivered
        left join (select *, 1 as row_count from judged_deliveries) as judged
            on delivered.delivery_date = judged.delivery_date
        group by delivered.vendor, delivered.delivery_date"""
    sources = {"by_use": uses, "by_lead": leads, "by_delivery": deliveries}
    branches = [_scorecard_rows(rules, source) for source, rules in sources.items() if rules]
    return f"""
        with by_use as ({by_use}),
        by_lead as ({by_lead}),
        by_delivery as ({by_delivery}),
        blamed as materialized (
            select delivery_date, channel, rule_id, count(*) as blamed_count
            from all_findings
            where code in {FAILED} and party = 'vendor'
            group by delivery_date, channel, rule_id
        ),
        counted as ({" union all ".join(branches)})
        select counted.*, coalesce(blamed.blamed_count, 0) as vendor_attributable_count
        from counted
        left join blamed
            on counted.delivery_date = blamed.delivery_date
            and counted.channel is not distinct from blamed.channel
            and counted.rule_id = blamed.rule_id"""


def _counts_by_rule(rules: Sequence[CompiledRule]) -> str:
    codes = {"p": f"= {Code.PASS}", "f": f"in {FAILED}", "u": f"in {UNKNOWN}", "n": f"= {Code.NOT_APPLICABLE}"}
    return "".join(
        f",\ncast(sum(case when judged.f_{rule.id} {test} then row_count else 0 end) as bigint) as {letter}_{rule.id}"
        for rule in rules
        for letter, test in codes.items()
    )


def _scorecard_rows(rules: Sequence[CompiledRule], source: str) -> str:
    """A row a rule, of what was counted in columns; one list, because a select for each rule takes longer to plan."""
    rows = ", ".join(
        f"""
            struct_pack(
                rule_id := '{rule.id}', dimension := '{rule.card.dimension}',
                pass_count := p_{rule.id}, fail_count := f_{rule.id},
                unknown_count := u_{rule.id}, not_applicable_count := n_{rule.id}
            )"""
        for rule in rules
    )
    return f"""
        select vendor, delivery_date, channel, unnest([{rows}], recursive := true)
        from {source}"""

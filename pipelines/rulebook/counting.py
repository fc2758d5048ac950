"""What the outcomes of rules come to: verdicts, scorecards, and which leads are rated. SQL only."""

from typing import Final

from pipelines.rulebook.compiler import FAILED, UNKNOWN, Code
from pipelines.rulebook.patterns import RATED_OVER_JUDGED

PATTERN_VERDICTS: Final = """
    select
        met.use_pattern_no, met.lead_pattern_no, of_use.verdict,
        list_sort(list_concat(of_use.failed_rules, of_lead.failed_rules)) as failed_rules,
        list_sort(list_concat(of_use.unknown_rules, of_lead.unknown_rules)) as unknown_rules
    from (
        select distinct pattern_no as use_pattern_no, lead_pattern_no
        from patterned_uses
    ) as met
    inner join patterns as of_use on met.use_pattern_no = of_use.pattern_no
    inner join patterns as of_lead on met.lead_pattern_no = of_lead.pattern_no"""
"""Verdict and rules of each pattern of a lead use with each pattern of its lead, as far as they met."""

_ANY_USE: Final = ", ".join(f"bool_or(pattern.{name}) as {name}" for name in RATED_OVER_JUDGED)
_FILE_OF: Final = "inner join lead_files as files on use.lead_no >> 32 = files.file_no"
"""A number of a lead begins with that of its file, which is found without looking for the lead."""
RATED_LEADS: Final = f"""
    with use as (
        select patterned_uses.lead_no, {_ANY_USE}
        from patterned_uses
        inner join patterns as pattern on patterned_uses.pattern_no = pattern.pattern_no
        group by patterned_uses.lead_no
    )

    select use.*, files.delivery_date
    from use
    anti join duplicates on use.lead_no = duplicates.lead_no
    {_FILE_OF}"""
"""Leads with a use, duplicates left out, with a flag a dimension: whether any of its rules passed or failed on one."""


def _count_where(test: str) -> str:
    return f"cast(sum(case when said.code {test} then said.row_count else 0 end) as bigint)"


_PASSED, _FAILED = _count_where(f"= {Code.PASS}"), _count_where(f"in {FAILED}")
_UNKNOWN, _NOT_APPLICABLE = _count_where(f"in {UNKNOWN}"), _count_where(f"= {Code.NOT_APPLICABLE}")
SCORECARDS: Final = f"""
    with cells as (
        select vendor, delivery_date, 'lead_use' as grain, unnest(contract_channels) as channel
        from delivery_dossier
        union all
        select vendor, delivery_date, unnest(['lead', 'delivery']) as grain, cast(null as varchar) as channel
        from delivery_dossier
    ),

    met as (
        select files.delivery_date, use.channel, use.pattern_no, count(*) as row_count
        from patterned_uses as use
        {_FILE_OF}
        group by files.delivery_date, use.channel, use.pattern_no
        union all
        select files.delivery_date, cast(null as varchar) as channel, use.pattern_no, count(*) as row_count
        from patterned_leads as use
        {_FILE_OF}
        group by files.delivery_date, use.pattern_no
        union all
        select delivery_date, cast(null as varchar) as channel, pattern_no, 1 as row_count
        from patterned_deliveries
    ),

    said as (
        select met.delivery_date, met.channel, said.rule_no, said.code, met.row_count
        from met
        inner join pattern_outcomes as said on met.pattern_no = said.pattern_no
    ),

    blamed as materialized (
        select delivery_date, channel, rule_id, count(*) as blamed_count
        from all_findings
        where code in {FAILED} and party = 'vendor'
        group by delivery_date, channel, rule_id
    ),

    counted as (
        select
            cells.vendor, cells.delivery_date, cells.channel, rules.rule_id, rules.dimension,
            {_PASSED} as pass_count,
            {_FAILED} as fail_count,
            {_UNKNOWN} as unknown_count,
            {_NOT_APPLICABLE} as not_applicable_count
        from cells
        inner join rules on cells.grain = rules.grain
        left join said
            on cells.delivery_date = said.delivery_date
            and cells.channel is not distinct from said.channel
            and rules.rule_no = said.rule_no
        group by cells.vendor, cells.delivery_date, cells.channel, rules.rule_id, rules.dimension
    )

    select counted.*, coalesce(blamed.blamed_count, 0) as vendor_attributable_count
    from counted
    left join blamed
        on counted.delivery_date = blamed.delivery_date
        and counted.channel is not distinct from blamed.channel
        and counted.rule_id = blamed.rule_id"""
"""The statement of the table `scorecards`: one row a rule, and a channel where the rule knows channels."""

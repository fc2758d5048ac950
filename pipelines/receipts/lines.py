"""The statements that make the lines of receipts, in order. What they may tell is said in `receipt`.

They read `deliveries`, `rejected_rows`, `leads`, `findings` and `verdicts`, all of one vendor, and three small tables
that are made of what they find: `refusals`, `evidence` and `days`.
"""

from collections.abc import Collection
from typing import Final

from pipelines.receipts.receipt import OPPOSED, UNDER_REVIEW, VENDORS_OWN
from pipelines.vocabulary.words import ACCEPTED_STATUSES

COLUMNS: Final = (
    "file_name",
    "role",
    "row_number",
    "last_row_number",
    "row_count",
    "sheet_row",
    "lead_id",
    "channel",
    "form",
    "verdict",
    "reason_code",
    "column",
    "severity",
    "deadline",
    "text_key",
)
"""Of a line, and of its JSON object, in order."""


BETWEEN_FACTS: Final = ","
"""Between missing facts that are told in one text."""


def _sql_list(words: Collection[str]) -> str:
    return ", ".join(f"'{word}'" for word in words) or "null"


IS_OPPOSITION: Final = f"(dimension = 'opposition' and rule_id not in ({_sql_list(VENDORS_OWN)}))"
"""Whether a finding is told as `opposed` alone."""

FILES: Final = """
    select * from deliveries where file_digest is not null order by delivery_date, file_name, file_digest, role desc
"""

REJECTED: Final = f"""
    with read_files as (
        select delivery_date, file_digest, file_name, role
        from deliveries
        where status in ({_sql_list(ACCEPTED_STATUSES)})
        qualify row_number() over (partition by delivery_date, file_digest, role order by file_name) = 1
    )

    select
        delivery_date, file_name, role, row_number, case when row_count > 1 then last_row_number end as last_row_number,
        case when row_count > 1 then row_count end as row_count,
        sheet_row, lead_id, reason, "column", expected, cause, figures
    from rejected_rows
    left join read_files using (delivery_date, file_digest, role)
    where row_number is not null
    union all
    select
        deliveries.delivery_date, deliveries.file_name, deliveries.role, null, null, null, null, null,
        deliveries.reason, refusal."column", refusal.expected, refusal.cause, refusal.figures
    from deliveries
    left join (select distinct * from rejected_rows where row_number is null) as refusal
        on deliveries.delivery_date = refusal.delivery_date and deliveries.file_digest = refusal.file_digest
        and deliveries.role is not distinct from refusal.role and deliveries.reason = refusal.reason
    where deliveries.status = 'refused'
"""
REFUSALS: Final = """
    select distinct delivery_date, role, reason, "column", expected, cause, figures from rejected order by all
"""
"""What `refusals` has to hold, with the `name` of the column for the vendor and a `text_key`."""


FORM_OF_PROOF: Final = """concat_ws(
    ' ', json_extract_string(facts, '$.proof_form_id'), json_extract_string(facts, '$.proof_form_version')
)"""
"""As the proof names it, where the rule's evidence says; "" where it does not."""
FORM_OF_LEAD: Final = "nullif(concat_ws(' ', leads.form_id, leads.form_version), '')"
"""As the lead names it; NULL where it does not."""


def told(rules: Collection[str]) -> str:
    """The findings that are told of leads, lead uses and deliveries; the facts of some rules alone are kept."""
    return f"""
        select
            delivery_date, lead_id, channel, rule_id, severity,
            case when outcome = 'unknown' then 'unknown' when is_proven then 'fail' else 'not_proven' end as state,
            case when rule_id in ({_sql_list(rules)}) then facts end as facts,
            array_to_string(missing_facts, '{BETWEEN_FACTS}') as missing_facts,
            {FORM_OF_PROOF} as form
        from findings
        where (outcome = 'fail' or pending_on = 'vendor') and not {IS_OPPOSITION}
    """


DIFFERENCES: Final = """
    select distinct delivery_date, unnest(format_differences) as difference, unnest(format_causes) as cause
    from deliveries
"""
"""The cause of each difference of format, which findings hold as it is published."""
EVIDENCE: Final = """
    select distinct delivery_date, rule_id, state, facts, missing_facts
    from told
    where facts is not null or missing_facts <> ''
    order by all
"""
"""What `evidence` has to hold, with the `name` of columns for the vendor and a `text_key`."""
OPPOSED_LEADS: Final = f"""
    select distinct delivery_date, lead_id from findings where {IS_OPPOSITION} and lead_id is not null
"""
PLACED_LEADS: Final = f"""
    select
        leads.delivery_date, leads.lead_id, leads.row_number, leads.sheet_row, deliveries.file_name,
        {FORM_OF_LEAD} as form
    from leads
    semi join findings on leads.delivery_date = findings.delivery_date and leads.lead_id = findings.lead_id
    left join deliveries
        on leads.delivery_date = deliveries.delivery_date and leads.file_digest = deliveries.file_digest
        and deliveries.role = 'leads' and deliveries.status in ({_sql_list(ACCEPTED_STATUSES)})
"""
USED_LEADS: Final = """
    select lead.delivery_date, lead.lead_id
    from placed_leads as lead
    semi join verdicts on lead.delivery_date = verdicts.delivery_date and lead.lead_id = verdicts.lead_id
"""
ALL_USED_LEADS: Final = "select delivery_date, lead_id from placed_leads"
"""The same, where it is known that every lead has a use."""
UNUSABLE_USES: Final = "select delivery_date, lead_id, channel, verdict from verdicts where verdict <> 'usable'"
LEAD_VERDICTS: Final = """
    select
        delivery_date, lead_id, opposed.lead_id is not null as is_opposed,
        case when opposed.lead_id is not null or unusable.is_blocked then 'blocked' else 'on_hold' end as verdict
    from (
        select delivery_date, lead_id, bool_or(verdict = 'blocked') as is_blocked
        from unusable_uses
        group by delivery_date, lead_id
    ) as unusable
    full join opposed using (delivery_date, lead_id)
"""
"""Of leads that are not usable on all their channels. A channel that an opposition leaves usable must not tell itself
from one that it blocks."""

_REJECTED_LINES: Final = """
    select
        rejected.delivery_date, rejected.file_name, rejected.role, rejected.row_number, rejected.last_row_number,
        rejected.row_count, rejected.sheet_row, rejected.lead_id, cast(null as varchar) as channel,
        cast(null as varchar) as form, 'rejected' as verdict,
        rejected.reason as reason_code, refusals.name as "column",
        cast(null as varchar) as severity, cast(null as varchar) as deadline, refusals.text_key
    from rejected
    inner join refusals
        on rejected.delivery_date = refusals.delivery_date and rejected.reason = refusals.reason
        and rejected.role is not distinct from refusals.role
        and rejected."column" is not distinct from refusals."column"
        and rejected.cause is not distinct from refusals.cause
        and rejected.figures is not distinct from refusals.figures
"""
_FOUND_LINES: Final = """
    select
        told.delivery_date, lead.file_name, null, lead.row_number, null, null, lead.sheet_row, told.lead_id,
        told.channel,
        coalesce(nullif(told.form, ''), lead.form),
        case
            when whole.is_opposed then 'blocked'
            when told.channel is not null then coalesce(use.verdict, 'usable')
            else coalesce(whole.verdict, case when used.lead_id is not null then 'usable' end)
        end,
        told.rule_id, evidence.name, told.severity, case when told.state = 'unknown' then days.deadline end,
        coalesce(evidence.text_key, told.rule_id || '.' || told.state)
    from told
    inner join days on told.delivery_date = days.delivery_date
    left join placed_leads as lead on told.delivery_date = lead.delivery_date and told.lead_id = lead.lead_id
    left join lead_verdicts as whole on told.delivery_date = whole.delivery_date and told.lead_id = whole.lead_id
    left join unusable_uses as use
        on told.delivery_date = use.delivery_date and told.lead_id = use.lead_id and told.channel = use.channel
    left join used_leads as used
        on told.delivery_date = used.delivery_date and told.lead_id = used.lead_id and told.channel is null
    left join evidence
        on told.delivery_date = evidence.delivery_date and told.rule_id = evidence.rule_id
        and told.state = evidence.state and told.facts is not distinct from evidence.facts
        and told.missing_facts is not distinct from evidence.missing_facts
"""
_OPPOSED_LINES: Final = f"""
    select
        opposed.delivery_date, lead.file_name, null, lead.row_number, null, null, lead.sheet_row, opposed.lead_id, null,
        null, 'blocked', '{OPPOSED}', null, 'blocking', null, '{OPPOSED}'
    from opposed
    left join placed_leads as lead on opposed.delivery_date = lead.delivery_date and opposed.lead_id = lead.lead_id
"""
_UNDER_REVIEW_LINES: Final = f"""
    select distinct
        held.delivery_date, lead.file_name, null, lead.row_number, null, null, lead.sheet_row, held.lead_id,
        held.channel, lead.form, 'on_hold', '{UNDER_REVIEW}', null, null, null, '{UNDER_REVIEW}'
    from findings as held
    inner join unusable_uses as use
        on held.delivery_date = use.delivery_date and held.lead_id = use.lead_id and held.channel = use.channel
    anti join opposed on held.delivery_date = opposed.delivery_date and held.lead_id = opposed.lead_id
    left join placed_leads as lead on held.delivery_date = lead.delivery_date and held.lead_id = lead.lead_id
    where
        held.outcome = 'unknown' and held.pending_on <> 'vendor' and held.severity = 'blocking'
        and use.verdict = 'on_hold'
"""
LINES: Final = " union all ".join((_REJECTED_LINES, _FOUND_LINES, _OPPOSED_LINES, _UNDER_REVIEW_LINES))

_NAMES: Final = ", ".join(f'"{name}"' for name in COLUMNS)
_PAIRS: Final = ", ".join(f'"{name}": "{name}"' for name in COLUMNS)
STREAM: Final = f"""
    select delivery_date, {_NAMES}, cast(to_json({{{_PAIRS}}}) as varchar) as json
    from lines
    order by
        delivery_date, file_name nulls last, row_number nulls first, lead_id nulls first, channel nulls first,
        reason_code, role desc nulls first, "column" nulls first, text_key, sheet_row nulls first
"""
LINE_COUNTS: Final = """
    select
        delivery_date, text_key, count(*) as line_count, cast(sum(coalesce(row_count, 1)) as bigint) as told_count
    from lines
    group by delivery_date, text_key
    order by delivery_date, told_count desc, text_key
"""
UNUSABLE_COUNTS: Final = """
    select
        delivery_date,
        count(*) filter (verdict = 'blocked') as blocked_count,
        count(*) filter (verdict = 'on_hold') as on_hold_count
    from lead_verdicts
    group by delivery_date
"""

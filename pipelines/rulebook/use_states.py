"""What stands of each lead use: verdict, rules, and in what its lead counts against the vendor, in SQL.

The same statement reads what is published and what is judged anew, since both are tables `verdicts` and `findings`.
"""

from typing import Final

import pyarrow as pa

from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.patterns import RATED_OVER_JUDGED
from pipelines.vocabulary.words import CORRECTION_CAUSES, RATED_DIMENSIONS

DUPLICATE: Final = "lead_duplicate"
"""The rule that finds what the dimensions rated over judged leads leave out."""
TWINS: Final = pa.schema({"rule_id": pa.string(), "twin_id": pa.string()})
CAUSE_PLACE: Final = f"list_position([{', '.join(repr(cause) for cause in CORRECTION_CAUSES)}], cause)"
"""In what order corrections of one instant follow one another."""


def _words_in_sql(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


USE_STATES: Final = f"""
    with fails as (
        select delivery_date, lead_id, channel, rule_id, severity, dimension, attributable_to
        from findings
        where outcome = 'fail' and lead_id is not null
    ),

    subsumed as (
        select distinct one.delivery_date, one.lead_id, one.channel, one.rule_id
        from fails as one
        inner join twins on one.rule_id = twins.rule_id
        inner join fails as twin
            on twins.twin_id = twin.rule_id
            and one.delivery_date = twin.delivery_date
            and one.lead_id = twin.lead_id
            and one.channel is not distinct from twin.channel
    ),

    charged as (
        select fails.*, subsumed.rule_id is null and fails.severity <> 'info' as is_defect
        from fails
        left join subsumed
            on fails.delivery_date = subsumed.delivery_date
            and fails.lead_id = subsumed.lead_id
            and fails.channel is not distinct from subsumed.channel
            and fails.rule_id = subsumed.rule_id
        where fails.attributable_to = 'vendor'
    ),

    repeated as (
        select distinct delivery_date, lead_id
        from fails
        where rule_id = '{DUPLICATE}'
    ),

    defects as (
        select charged.delivery_date, charged.lead_id, charged.dimension
        from charged
        left join repeated
            on charged.delivery_date = repeated.delivery_date and charged.lead_id = repeated.lead_id
        where
            charged.is_defect
            and charged.dimension in ({_words_in_sql(RATED_DIMENSIONS)})
            and (repeated.lead_id is null or charged.dimension not in ({_words_in_sql(RATED_OVER_JUDGED)}))
        union all
        select delivery_date, lead_id, 'all' as dimension
        from charged
        where is_defect
    ),

    by_lead as (
        select delivery_date, lead_id, list_sort(list(distinct dimension)) as dimensions
        from defects
        group by delivery_date, lead_id
    ),

    by_use as (
        select
            verdicts.delivery_date,
            verdicts.lead_id,
            verdicts.channel,
            list_sort(list(distinct charged.rule_id)) as rules
        from verdicts
        inner join charged
            on verdicts.delivery_date = charged.delivery_date
            and verdicts.lead_id = charged.lead_id
            and (charged.channel is null or charged.channel = verdicts.channel)
        group by verdicts.delivery_date, verdicts.lead_id, verdicts.channel
    )

    select
        verdicts.delivery_date,
        verdicts.lead_id,
        verdicts.channel,
        verdicts.verdict,
        list_sort(list_concat(verdicts.failed_rules, verdicts.unknown_rules)) as rules,
        coalesce(by_use.rules, []) as charged_rules,
        coalesce(by_lead.dimensions, []) as charged_dimensions
    from verdicts
    left join by_use
        on verdicts.delivery_date = by_use.delivery_date
        and verdicts.lead_id = by_use.lead_id
        and verdicts.channel = by_use.channel
    left join by_lead
        on verdicts.delivery_date = by_lead.delivery_date and verdicts.lead_id = by_lead.lead_id
"""
"""A row a lead use, of the session's `verdicts`, `findings` and `twins`; which dimensions count is as in scorecards."""


def twins_of(catalogue: Catalogue) -> pa.Table:
    """Rules and those that already count the same defect; schema `TWINS`."""
    rows = [{"rule_id": card.id, "twin_id": twin} for card in catalogue.cards for twin in card.subsumed_by]
    return pa.Table.from_pylist(rows, schema=TWINS)

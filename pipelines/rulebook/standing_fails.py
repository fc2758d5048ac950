"""Which fails stand at the vendor's account: those that were published, with what corrections turned of them, in SQL.

Statements that count what fails put these in front, instead of reading `findings` alone.
"""

from typing import Final

from pipelines.rulebook.use_states import CAUSE_PLACE

RULE_TURNS: Final = f"""
    turns as (
        select delivery_date, lead_id, channel, known_at, {CAUSE_PLACE} as place,
            unnest(charged_rules) as rule_id, true as is_charged
        from corrections
        union all
        select delivery_date, lead_id, channel, known_at, {CAUSE_PLACE} as place,
            unnest(released_rules) as rule_id, false as is_charged
        from corrections
    ),

    corrected as (
        select delivery_date, lead_id, channel, rule_id, last(is_charged order by known_at, place) as is_charged
        from turns
        group by delivery_date, lead_id, channel, rule_id
    )
"""
"""`corrected`: what the session's `corrections` said last of each rule of a lead use."""
STANDING_FAILS: Final = f"""{RULE_TURNS},

    published as (
        select delivery_date, lead_id, rule_id, channel
        from findings
        where outcome = 'fail' and attributable_to = 'vendor' and lead_id is not null
    ),

    standing as (
        select published.*
        from published
        anti join (select * from corrected where not is_charged) as released
            on published.delivery_date = released.delivery_date
            and published.lead_id = released.lead_id
            and published.rule_id = released.rule_id
            and (published.channel is null or published.channel = released.channel)
        union all
        select delivery_date, lead_id, rule_id, channel
        from corrected
        where is_charged
    )
"""
"""`standing`: the fails of the session's `findings` at the vendor's account, and those of its `corrections`."""

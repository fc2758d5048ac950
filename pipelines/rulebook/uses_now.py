"""Lead uses on the clock *today*: verdict, until when it holds, and which rules stand against it. One query.

It runs once the steps of a judgement stand, up to `verdicts`, of leads that were judged as if used now.
"""

from datetime import date, timedelta

from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.compiler import Code
from pipelines.rulebook.judgement import Judgement
from pipelines.rulebook.patterns import final_outcomes


def uses_now_statement(judgement: Judgement) -> str:
    """The columns of `usable_leads`, and what a call list needs of each use."""
    ending = [rule for rule in judgement.lead_use if rule.card.severity == "blocking" and rule.card.holds_until]
    ends = [f"case when ending.f_{rule.id} = {Code.PASS} then dossier.{rule.card.holds_until} end" for rule in ending]
    usable_until = f"least({', '.join(ends)})" if ends else "cast(null as timestamp)"
    return f"""
        select
            lead.vendor, lead.delivery_date, lead.lead_id, use.channel,
            pattern.verdict,
            case when pattern.verdict = 'usable' then {usable_until} end as usable_until,
            pattern.against as reasons,
            lead.used_at as as_of,
            lead.delivered_at, lead.product, lead.email_key, lead.phone_key, dossier.proof_consent_id
        from patterned_uses as use
        inner join patterns as pattern on use.pattern_no = pattern.pattern_no
        inner join ({final_outcomes(ending, judgement.grains)}) as ending on use.pattern_no = ending.pattern_no
        inner join judged_leads as lead on use.lead_no = lead.lead_no
        inner join dossier
            on use.lead_no = dossier.lead_no
            and use.channel = dossier.channel
            and use.proof_no is not distinct from dossier.proof_no"""


def next_change_on(catalogue: Catalogue, after: date) -> date | None:
    """The first civil date after one on which another law is in force: a card's period or a dated value; None if none.

    What is usable now says nothing from that date on.
    """
    periods = [card.in_force for card in catalogue.cards if card.severity == "blocking"]
    begins = [period.from_ for period in periods if period.from_]
    ends = [period.to + timedelta(days=1) for period in periods if period.to]
    dated = [day for parameter in catalogue.parameters.values() for day, _ in parameter.values]
    return min((day for day in (*begins, *ends, *dated) if day > after), default=None)

"""Lead uses on the clock *today*: verdict, until when it holds, and which rules stand against it. One query.

It runs once the steps of a judgement stand, up to `verdicts`, of leads that were judged as if used now.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.compiler import Code, CompiledRule
from pipelines.rulebook.counting import blocking_rules, rule_ids, verdict_case

_AGAINST = f"({Code.FAIL}, {Code.NOT_PROVEN}, {Code.UNKNOWN}, {Code.OWED})"


def uses_now_statement(rules: Sequence[CompiledRule]) -> str:
    """The columns of `usable_leads`, and what a call list needs of each use. `rules`: those of grain lead use."""
    blocking = sorted(blocking_rules(rules), key=lambda rule: rule.id)
    return f"""
        select
            lead.vendor, lead.delivery_date, lead.lead_id, use.channel,
            {verdict_case(rules)} as verdict,
            case when ({verdict_case(rules)}) = 'usable' then {_usable_until(blocking)} end as usable_until,
            {rule_ids(blocking, _AGAINST)} as reasons,
            lead.used_at as as_of,
            lead.delivered_at, lead.product, lead.email_key, lead.phone_key, dossier.proof_consent_id
        from judged_uses as use
        inner join judged_leads as lead on use.lead_no = lead.lead_no
        inner join dossier
            on use.lead_no = dossier.lead_no
            and use.channel = dossier.channel
            and use.proof_no is not distinct from dossier.proof_no"""


def _usable_until(blocking: Sequence[CompiledRule]) -> str:
    """The first instant at which one of the rules that pass no longer does; NULL where none ends."""
    ends = [
        f"case when use.f_{rule.id} = {Code.PASS} then dossier.{rule.card.holds_until} end"
        for rule in blocking
        if rule.card.holds_until
    ]
    return f"least({', '.join(ends)})" if ends else "cast(null as timestamp)"


def next_change_on(catalogue: Catalogue, after: date) -> date | None:
    """The first civil date after one on which another law is in force: a card's period or a dated value; None if none.

    What is usable now says nothing from that date on.
    """
    periods = [card.in_force for card in catalogue.cards if card.severity == "blocking"]
    begins = [period.from_ for period in periods if period.from_]
    ends = [period.to + timedelta(days=1) for period in periods if period.to]
    dated = [day for parameter in catalogue.parameters.values() for day, _ in parameter.values]
    return min((day for day in (*begins, *ends, *dated) if day > after), default=None)

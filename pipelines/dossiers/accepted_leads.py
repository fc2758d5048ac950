"""Every accepted lead of a vendor, alike ones together, as the money of a dossier needs them: counted by the engine."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from pipelines.dossiers.failed_leads import LEADS_WITH_FAILS, counted_leads, listed_grounds
from pipelines.engines.interface import Session
from pipelines.rulebook.use_states import CAUSE_PLACE
from pipelines.verdicts.claims import FailedLeads

_ACCEPTED: Final = f"""
    with {LEADS_WITH_FAILS},

    turned as (
        select delivery_date, lead_id, channel, last(to_verdict order by known_at, {CAUSE_PLACE}) as verdict
        from corrections
        group by delivery_date, lead_id, channel
    ),

    known as (
        select
            verdicts.delivery_date,
            verdicts.lead_id,
            bool_or(
                case when turned.lead_id is null then verdicts.verdict else turned.verdict end
                is not distinct from 'usable'
            ) as is_usable
        from verdicts
        left join turned
            on
                verdicts.delivery_date = turned.delivery_date
                and verdicts.lead_id = turned.lead_id
                and verdicts.channel = turned.channel
        group by verdicts.delivery_date, verdicts.lead_id
    )

    select
        leads.delivery_date,
        complete.delivered_at,
        coalesce(failed.fails, []) as fails,
        coalesce(uses.channels, []) as channels,
        coalesce(known.is_usable, false) as is_usable,
        count(*) as leads_count
    from leads
    inner join complete on leads.delivery_date = complete.delivery_date
    left join failed on leads.delivery_date = failed.delivery_date and leads.lead_id = failed.lead_id
    left join uses on leads.delivery_date = uses.delivery_date and leads.lead_id = uses.lead_id
    left join known on leads.delivery_date = known.delivery_date and leads.lead_id = known.lead_id
    group by all
    order by all
"""


@dataclass(frozen=True)
class AcceptedLeads:
    """Leads of one delivery that are alike: what they failed at the vendor's account, and whether they may be used."""

    leads: FailedLeads
    is_usable: bool
    """On one channel at least, as far as is known now."""


def accepted_leads(session: Session, rules: Collection[str]) -> list[AcceptedLeads]:
    """Accepted leads, counted by delivery, their fails of some rules at the vendor's account, channels and verdict.

    Read are the session's tables `leads`, `findings`, `verdicts`, `deliveries` and `corrections`.
    """
    rows = session.fetch(_ACCEPTED.format(grounds=listed_grounds(rules))).to_pylist()
    return [AcceptedLeads(counted_leads(row), row["is_usable"]) for row in rows]

"""Leads that failed at the vendor's account, corrections included, counted for its claims; these are in `verdicts`."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from pipelines.engines.interface import Session, text_in_sql
from pipelines.rulebook.standing_fails import STANDING_FAILS
from pipelines.verdicts.claims import Fail, FailedLeads

LEADS_WITH_FAILS: Final = f"""{STANDING_FAILS},

    fails as (
        select distinct delivery_date, lead_id, {{{{'rule_id': rule_id, 'channel': channel}}}} as fail
        from standing
        where rule_id in ({{grounds}})
    ),

    failed as (
        select delivery_date, lead_id, list(fail order by fail) as fails
        from fails
        group by delivery_date, lead_id
    ),

    uses as (
        select delivery_date, lead_id, list(channel order by channel) as channels, bool_and(is_final) as is_final
        from verdicts
        group by delivery_date, lead_id
    ),

    complete as (
        select delivery_date, max(delivered_at) as delivered_at
        from deliveries
        where delivered_at is not null
        group by delivery_date
    )
"""
"""What claims rest on, by lead: its fails on `grounds` (see `listed_grounds`), its channels, when it was complete."""
_FAILED_LEADS: Final = f"""
    with {LEADS_WITH_FAILS}
    select
        failed.delivery_date,
        complete.delivered_at,
        failed.fails,
        coalesce(uses.channels, []) as channels,
        count(*) as leads_count
    from failed
    inner join complete on failed.delivery_date = complete.delivery_date
    left join uses on failed.delivery_date = uses.delivery_date and failed.lead_id = uses.lead_id
    group by all
    order by all
"""


def failed_leads(session: Session, grounds: Collection[str]) -> list[FailedLeads]:
    """Leads that failed one of some rules at the vendor's account, counted by delivery, fails and channels.

    Read are the session's tables `findings`, `verdicts`, `deliveries` and `corrections`. Leads of a day that has no
    lead file any more, and waits for another judgement, are left out.
    """
    rows = session.fetch(_FAILED_LEADS.format(grounds=listed_grounds(grounds))).to_pylist()
    return [counted_leads(row) for row in rows]


def listed_grounds(grounds: Collection[str]) -> str:
    """Rules as a list of SQL; one that holds nothing where there are none."""
    return ", ".join(map(text_in_sql, sorted(grounds))) or "null"


def counted_leads(row: Mapping[str, Any]) -> FailedLeads:
    """Alike leads from a row of the engine that counts them."""
    return FailedLeads(
        delivery_date=row["delivery_date"],
        delivered_at=row["delivered_at"],
        fails=tuple(Fail(**fail) for fail in row["fails"]),
        channels=tuple(row["channels"]),
        leads_count=row["leads_count"],
    )

"""A vendor's findings for people, each with what became of the vendor's answer to it. Written by `findings_csv`."""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from pipelines.disputes.dispute import RecordedDispute
from pipelines.disputes.told_findings import DISPUTABLE, IS_DISPUTED, NamedFinding, named_table
from pipelines.engines.interface import Session

_STATES: Final = ("accepted", "pending", "refused")
"""Of several answers to one finding the first of these is told: what was accepted stays so, what is open is to be
decided on."""
_FINDINGS: Final = f"""
    with answered as (
        select told.delivery_date, told.lead_id, told.channel, told.rule_id, min(disputed.state_place) as state_place
        from ({DISPUTABLE}) as told
        inner join disputed on {IS_DISPUTED}
        group by told.delivery_date, told.lead_id, told.channel, told.rule_id
    )

    select
        findings.delivery_date, findings.lead_id, findings.channel, findings.rule_id, outcome, is_proven, severity,
        attributable_to, pending_on, dimension, missing_facts, states.state as dispute
    from findings
    left join answered
        on findings.delivery_date = answered.delivery_date and findings.lead_id = answered.lead_id
        and findings.channel is not distinct from answered.channel and findings.rule_id = answered.rule_id
    left join states on answered.state_place = states.state_place
"""


def disputed_findings(session: Session, disputes: Sequence[RecordedDispute]) -> pa.Table:
    """Every finding of a session that holds the vendor's `findings`; `dispute`: the state of the answer, if any."""
    named = [NamedFinding(one.delivery_date, one.lead_id, one.rule, one.channel) for one in disputes]
    places = pa.array([_STATES.index(one.state) for one in disputes], pa.int64())
    session.register("disputed", named_table(named).append_column("state_place", places))
    session.register("states", pa.table({"state_place": range(len(_STATES)), "state": _STATES}))
    return session.fetch(_FINDINGS)

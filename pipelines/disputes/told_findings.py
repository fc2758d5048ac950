"""Findings that receipts told of a lead, as a vendor can name them. What else is known of it can't be asked about.

What a receipt calls `opposed` can be disputed under that word alone: whether another rule of the kind stands behind it
must not be found out by trying (`receipts.receipt`).
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, NamedTuple

import pyarrow as pa

from pipelines.engines.interface import Engine
from pipelines.receipts.lines import IS_OPPOSITION
from pipelines.receipts.receipt import OPPOSED
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_schema

DISPUTABLE: Final = f"""
    select
        *,
        case when {IS_OPPOSITION} then '{OPPOSED}' else rule_id end as told_rule,
        case when not {IS_OPPOSITION} then channel end as told_channel
    from findings
    where lead_id is not null and (outcome = 'fail' or {IS_OPPOSITION})
"""
"""Of the session's `findings`, those that can be disputed, with what a receipt calls the rule, and on which channel."""
IS_DISPUTED: Final = """
    told.delivery_date = disputed.delivery_date and told.lead_id = disputed.lead_id
    and told.told_rule = disputed.rule
    and (disputed.channel is null or told.told_channel is null or told.told_channel = disputed.channel)
"""
"""Joins `told`, of `DISPUTABLE`, with `disputed`, of `NAMED`: without a channel all are meant, and what is of the whole
lead is on each."""
NAMED: Final = pa.schema(
    {
        "place": pa.int64(),
        "delivery_date": pa.date32(),
        "lead_id": pa.string(),
        "rule": pa.string(),
        "channel": pa.string(),
    }
)
_TOLD: Final = f"""
    select distinct disputed.place
    from disputed
    inner join ({DISPUTABLE}) as told on {IS_DISPUTED}
"""


class DamagedDaysError(RuntimeError):
    """Findings that answers ask about are not what was published; the message names days and remedy."""

    def __init__(self, days: Collection[date]) -> None:
        named = ", ".join(day.isoformat() for day in sorted(days))
        super().__init__(
            f"findings of {named} are damaged: run `opposable lake repair`; answers about them are left until then"
        )
        self.days = frozenset(days)


class NamedFinding(NamedTuple):
    """A finding as a vendor names it."""

    delivery_date: date
    lead_id: str
    rule: str
    channel: str | None


def named_table(findings: Sequence[NamedFinding]) -> pa.Table:
    """Findings as `NAMED`, by their place."""
    return pa.Table.from_pylist([{"place": place, **one._asdict()} for place, one in enumerate(findings)], schema=NAMED)


def told_places(engine: Engine, lake: Lake, vendor: str, findings: Sequence[NamedFinding]) -> set[int]:
    """Places of those that receipts told, among the vendor's published days.

    Raises:
        DamagedDaysError: days that are asked for can't be read now; that says nothing of what was told.
    """
    asked = {one.delivery_date for one in findings}
    days = [day for day in lake.partition_days(vendor, "scorecards") if day in asked]
    damaged = [day for day in days if not lake.is_whole(vendor, day, "scorecards")]
    if damaged:
        raise DamagedDaysError(damaged)
    files = [lake.partition("findings", vendor, day) for day in days]
    with engine.session() as session:
        session.read_files("findings", files, arrow_schema("findings"))
        session.register("disputed", named_table(findings))
        return set(session.fetch(_TOLD)["place"].to_pylist())

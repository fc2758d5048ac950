"""Leads that were delivered, alike ones together, and those that lines name: counted by the engine."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa

from pipelines.dossiers.failed_leads import LEADS_WITH_FAILS, counted_leads, listed_grounds
from pipelines.engines.interface import Session
from pipelines.verdicts.claims import FailedLeads

_DELIVERED: Final = f"""
    with {LEADS_WITH_FAILS}
    select
        leads.delivery_date,
        leads.lead_id,
        complete.delivered_at,
        coalesce(failed.fails, []) as fails,
        coalesce(uses.channels, []) as channels,
        coalesce(uses.is_final, false) as is_final
    from leads
    inner join complete on leads.delivery_date = complete.delivery_date
    left join failed on leads.delivery_date = failed.delivery_date and leads.lead_id = failed.lead_id
    left join uses on leads.delivery_date = uses.delivery_date and leads.lead_id = uses.lead_id
"""
_ALIKE: Final = """
    with counted as (
        select delivery_date, delivered_at, fails, channels, is_final, count(*) as leads_count
        from delivered_leads
        group by all
    )

    select *, row_number() over (order by delivery_date, delivered_at, fails, channels, is_final) - 1 as place
    from counted
"""
_OF_LINES: Final = """
    with delivered as (
        select
            delivered_leads.lead_id,
            alike_leads.place as alike,
            row_number() over (partition by delivered_leads.lead_id order by delivered_leads.delivery_date) as turn
        from delivered_leads
        inner join alike_leads
            on
                delivered_leads.delivery_date = alike_leads.delivery_date
                and delivered_leads.fails = alike_leads.fails
                and delivered_leads.channels = alike_leads.channels
                and delivered_leads.is_final = alike_leads.is_final
    ),

    known as (
        select distinct lead_id
        from delivered
    )

    select asked.place, delivered.alike
    from lead_lines as asked
    inner join known on asked.lead_id = known.lead_id
    left join delivered on asked.lead_id = delivered.lead_id and asked.turn = delivered.turn
    order by asked.place
"""
_LINES_SCHEMA: Final = pa.schema([("place", pa.int64()), ("lead_id", pa.string()), ("turn", pa.int64())])


@dataclass(frozen=True)
class AlikeLeads:
    """Leads of one delivery that are alike: fails at the vendor's account, channels, whether it is decided."""

    leads: FailedLeads
    is_final: bool

    @property
    def day(self) -> date:
        """Of their delivery."""
        return self.leads.delivery_date


@dataclass(frozen=True)
class Delivered:
    """A vendor's accepted leads."""

    alike: tuple[AlikeLeads, ...]
    of_lines: Mapping[int, int | None]
    """By the place of a line that names a lead: which alike leads it is of; None where each delivery of it was asked
    for by a line before. A line whose lead was never delivered is not among them."""


def delivered_leads(
    session: Session, grounds: Collection[str], lead_lines: Iterable[tuple[int, str, int]]
) -> Delivered:
    """What a vendor delivered, and the leads that lines name.

    Args:
        session: holds the vendor's published tables.
        grounds: rules for whose breach its contracts let leads be refused.
        lead_lines: place and lead of each line that names one, and for which delivery of the lead it is, from 1.
    """
    session.create("delivered_leads", _DELIVERED.format(grounds=listed_grounds(grounds)))
    session.create("alike_leads", _ALIKE)
    session.register("lead_lines", _lines_table(lead_lines))
    alike = session.fetch("select * from alike_leads order by place").to_pylist()
    found = session.fetch(_OF_LINES)
    places, which = (found[name].to_pylist() for name in ("place", "alike"))
    return Delivered(tuple(map(_alike_leads, alike)), dict(zip(places, which, strict=True)))


def _lines_table(lead_lines: Iterable[tuple[int, str, int]]) -> pa.Table:
    columns = list(zip(*lead_lines, strict=True)) or [()] * len(_LINES_SCHEMA)
    return pa.table(dict(zip(_LINES_SCHEMA.names, columns, strict=True)), schema=_LINES_SCHEMA)


def _alike_leads(row: Mapping[str, Any]) -> AlikeLeads:
    return AlikeLeads(counted_leads(row), bool(row["is_final"]))

"""What of the oppositions a judgement of published days reads, as one digest a day.

Of a settled day those that its leads meet and that were recorded by the instant up to which facts count: a thousand new
ones move only the days whose leads they meet. A day that is not settled comes out otherwise at the next instant anyway:
no lead of it is looked at, and any change of the registry moves it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

import pyarrow as pa

from pipelines.engines.interface import Engine
from pipelines.oppositions.lead_keys import KEY_COLUMNS, LEAD_KEYS
from pipelines.storage.opposition_rows import read_oppositions, snapshot_digest
from pipelines.verdicts.day_terms import DeliveredDay
from pipelines.verdicts.judge import Reach
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_columns

_KNOWN: Final = pa.schema({"delivery_date": pa.date32(), "known_at": pa.timestamp("us")})
_MET: Final = f"""
    with keys as (
        select delivery_date, unnest({LEAD_KEYS}) as met_key
        from leads
    ),

    opposed as (
        select identity_key as met_key, oppositions.*
        from oppositions
        union all
        select alias_key as met_key, oppositions.*
        from oppositions
        where alias_key is not null
    ),

    met as (
        select distinct keys.delivery_date, cast(to_json(opposed) as varchar) as opposition
        from keys
        inner join opposed on keys.met_key = opposed.met_key
        inner join known on keys.delivery_date = known.delivery_date
        where opposed.recorded_at <= known.known_at
    )

    select delivery_date, sha256(string_agg(opposition, chr(10) order by opposition)) as digest
    from met
    group by delivery_date
"""
_FIRST_HASHED: Final = "select min(recorded_at) as at from oppositions where kind in ('email_sha256', 'phone_sha256')"
"""From then on a lead that was never compared with hashes is told so."""


def met_digests(reach: Reach, engine: Engine, *, as_of: datetime) -> dict[date, str]:
    """By day of a reach what tells whether the oppositions that its judgement reads are the same.

    `engine`: the embedded one. `as_of`: timezone-aware.
    """
    at = as_lake(as_of)
    clocks = {day: _clocks_of(reach.delivered.get(day)) for day in reach.days}
    open_days = {day for day, those in clocks.items() if any(at < clock.deadline_at for clock in those)}
    known = {
        day: [clock.known_at(at) for clock in those] for day, those in clocks.items() if those and day not in open_days
    }
    whole = snapshot_digest(reach.lake) if open_days else ""
    met = _met_by_settled_day(reach, engine, known) if known else {}
    return {day: whole if day in open_days else met.get(day, "") for day in reach.days}


def _clocks_of(day: DeliveredDay | None) -> tuple[DeliveredDay, ...]:
    return () if day is None else day.clocks


def _met_by_settled_day(reach: Reach, engine: Engine, known: Mapping[date, list[datetime]]) -> dict[date, str]:
    """By day the oppositions that its leads meet, and on which of its clocks hashed ones were known."""
    last = [{"delivery_date": day, "known_at": max(instants)} for day, instants in known.items()]
    leads = [reach.lake.partition("leads", reach.vendor, day) for day in known]
    with engine.session([*leads, *reach.lake.opposition_files()]) as session:
        session.read_files("leads", leads, arrow_columns("leads", ("delivery_date", *KEY_COLUMNS)))
        read_oppositions(session, reach.lake)
        session.register("known", pa.Table.from_pylist(last, schema=_KNOWN))
        first_hashed: datetime | None = session.fetch(_FIRST_HASHED)["at"][0].as_py()
        met = {row["delivery_date"]: row["digest"] for row in session.fetch(_MET).to_pylist()}
    hashed = {day: [first_hashed is not None and first_hashed <= at for at in known[day]] for day in known}
    return {day: f"{hashed[day]} {met.get(day)}" for day in known}

"""Hashed lists that meet no lead, which a spelling that nobody foresaw explains better than chance."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pipelines.engines.interface import Engine
from pipelines.oppositions.lead_keys import KEY_COLUMNS, LEAD_KEYS
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_columns, arrow_schema

WATCHED: Final = timedelta(days=31)
"""So long leads have to come in without one of a list being met, and so long the list has to be known."""
_STATEMENT: Final = """
    with hashed as (
        select coalesce(origin, '') as origin, identity_key
        from oppositions
        where kind in ('email_sha256', 'phone_sha256') and revoked_at is null and recorded_at < timestamp '{known}'
    ),

    delivered as (
        select unnest({keys}) as identity_key from leads
    ),

    met as (
        select hashed.origin, hashed.identity_key
        from hashed
        semi join delivered on hashed.identity_key = delivered.identity_key
    )

    select origin, count(distinct identity_key) as entry_count
    from hashed
    where origin not in (select met.origin from met) and exists (select 1 from delivered)
    group by origin
    order by origin
"""


@dataclass(frozen=True)
class UnmetList:
    """The hashed entries of one origin, none of which met a lead."""

    origin: str
    """Empty where the file said none."""
    entry_count: int

    def __str__(self) -> str:
        return (
            f"{self.origin or 'without origin'}: none of {self.entry_count} hashed entries met a lead in "
            f"{WATCHED.days} days: ask how they were spelt before they were hashed, or for clear ones "
            "(docs/oppositions.md)"
        )


def unmet_lists(engine: Engine, lake: Lake, today: date) -> list[UnmetList]:
    """Origins whose hashes were known for a month and met no lead delivered in the month before a day, by name.

    None where no lead was delivered in that month. Leads taken in before the registry held hashes are among them: see
    `uncompared`.
    """
    since = today - WATCHED
    files = [
        lake.partition("leads", vendor, day)
        for vendor in lake.vendors()
        for day in lake.published_days(vendor)
        if since <= day <= today
    ]
    with engine.session() as session:
        session.read_files("leads", files, arrow_columns("leads", KEY_COLUMNS))
        session.read_files("oppositions", lake.opposition_files(), arrow_schema("oppositions"))
        found = session.fetch(_STATEMENT.format(known=since.isoformat(), keys=LEAD_KEYS))
    return [UnmetList(row["origin"], row["entry_count"]) for row in found.to_pylist()]

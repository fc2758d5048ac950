"""The published days behind the judgement of one: those that hold a row which it can meet. Nothing is judged here.

A judgement meets rows of other days by references and identity keys alone: leads of the same reference or person, what
was said of them, leads of whoever has the same consent; and by the numbers of manifests. A lead of a long history is so
explained from the few days that hold any: the others are neither read whole nor hashed; and a day more is judged from
them, so that its cost hardly grows with the history.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import islice
from typing import Final, cast

import pyarrow.compute as pc

from pipelines.engines.interface import Engine, EngineError, Session, text_in_sql
from pipelines.rulebook.references import with_reference_keys
from pipelines.storage.lake import Lake
from pipelines.verdicts.judge import Reach
from pipelines.vocabulary.tables import arrow_columns

_KEYED: Final = ("delivery_date", "lead_id", "consent_id", "email_key", "phone_key")
_NUMBERED: Final = ("delivery_date", "role", "sequence")
_WITH_REFERENCES: Final = with_reference_keys("""
    select
        delivery_date, email_key, phone_key,
        reference_key(lead_id) as lead_reference, reference_key(consent_id) as consent_reference
    from """)
_MET: Final = """
    with mine as (
        select * from sold where delivery_date in ({days})
    ),

    said_of_mine as (
        select said.* from said semi join mine on said.consent_reference = mine.consent_reference
        union all
        select said.* from said semi join mine on said.lead_reference = mine.lead_reference
        union all
        select said.* from said semi join mine on said.email_key = mine.email_key
        union all
        select said.* from said semi join mine on said.phone_key = mine.phone_key
    ),

    consents as (
        select consent_reference from mine
        union
        select consent_reference from said_of_mine
    ),

    said_of_consents as (
        select said.* from said semi join consents on said.consent_reference = consents.consent_reference
    ),

    unnamed as (
        select * from sold where consent_reference is null
    ),

    met as (
        select delivery_date from said_of_mine
        union all
        select delivery_date from said_of_consents
        union all
        select sold.delivery_date from sold semi join consents on sold.consent_reference = consents.consent_reference
        union all
        select unnamed.delivery_date
        from unnamed semi join said_of_consents as said on unnamed.lead_reference = said.lead_reference
        union all
        select unnamed.delivery_date
        from unnamed semi join said_of_consents as said on unnamed.email_key = said.email_key
        union all
        select unnamed.delivery_date
        from unnamed semi join said_of_consents as said on unnamed.phone_key = said.phone_key
        union all
        select sold.delivery_date from sold semi join mine on sold.lead_reference = mine.lead_reference
        union all
        select sold.delivery_date from sold semi join mine on sold.email_key = mine.email_key
        union all
        select sold.delivery_date from sold semi join mine on sold.phone_key = mine.phone_key
    )

    select distinct delivery_date from met order by delivery_date
"""
"""Days of rows that the steps before the dossier join with leads of a day: duplicates, re-used consents, proofs on any
path with all records of their consent, objections."""


def days_behind(
    engine: Engine, lake: Lake, vendor: str, lead_id: str, *, on: date | None = None
) -> dict[date, tuple[date, ...]]:
    """By published day on which a lead was accepted, in order: the days that the day's judgement rests on, in order.

    Itself is among them. `on`: that day alone. Days whose files are not those that were published are no days here.
    """
    try:
        return _days_behind(engine, lake, vendor, lake.partition_days(vendor), lead_id, on)
    except EngineError:  # one of the files can't be read: their digests tell which days are published
        return _days_behind(engine, lake, vendor, lake.published_days(vendor), lead_id, on)


def from_days_behind(engine: Engine, reach: Reach) -> Reach:
    """The same days to be judged, in a lake of those alone that their judgement rests on: it comes out the same.

    Asking costs a quarter of reading every published day whole. `engine`: the embedded one.
    """
    lake, vendor, days = reach.lake, reach.vendor, reach.days
    published = lake.published_days(vendor)
    with engine.session() as session:
        _read_columns(session, lake, "leads", vendor, published, _KEYED)
        _create_keyed(session, lake, vendor, published)
        behind = {*days, *_days_told(session, _met_by(days))}
        for before in _numbered_before(session, lake, vendor, published, days, published.__contains__).values():
            behind.update(before)
    return replace(reach, lake=lake.as_found_of(vendor, sorted(behind)))


def _met_by(days: Iterable[date]) -> str:
    return _MET.format(days=", ".join(f"date '{day}'" for day in days))


def _days_behind(
    engine: Engine, lake: Lake, vendor: str, days: Sequence[date], lead_id: str, on: date | None
) -> dict[date, tuple[date, ...]]:
    @cache
    def is_whole(day: date) -> bool:
        return lake.is_whole(vendor, day)

    with engine.session() as session:
        _read_columns(session, lake, "leads", vendor, days, _KEYED)
        asked = f"select distinct delivery_date from leads_read where lead_id = {text_in_sql(lead_id)} order by 1"
        found = [day for day in _days_told(session, asked) if on in (None, day) and is_whole(day)]
        if not found:
            return {}
        _create_keyed(session, lake, vendor, days)
        met = {day: {day, *filter(is_whole, _days_told(session, _met_by([day])))} for day in found}
        numbered = _numbered_before(session, lake, vendor, days, found, is_whole)
    return {day: tuple(sorted({*met[day], *numbered.get(day, ())})) for day in found}


def _create_keyed(session: Session, lake: Lake, vendor: str, days: Sequence[date]) -> None:
    """Tables `sold`, of leads, and `said`, of what came about them, with the keys by which a judgement joins them."""
    for table in ("consent_proofs", "unread_objections"):
        _read_columns(session, lake, table, vendor, days, _KEYED)
    session.create("sold", f"{_WITH_REFERENCES} leads_read")
    session.create(
        "said", f"{_WITH_REFERENCES} consent_proofs_read union all {_WITH_REFERENCES} unread_objections_read"
    )


def _numbered_before(
    session: Session,
    lake: Lake,
    vendor: str,
    days: Sequence[date],
    found: Sequence[date],
    is_whole: Callable[[date], bool],
) -> dict[date, tuple[date, ...]]:
    """By day that has a manifest: the earlier day whose manifest bears the greatest number, if there is one."""
    ours = lake.read("deliveries", vendor, list(found), _NUMBERED)
    with_manifest = set(ours.filter(pc.equal(ours["role"], "manifest"))["delivery_date"].to_pylist())
    if not with_manifest:
        return {}
    _read_columns(session, lake, "deliveries", vendor, days, _NUMBERED)
    by_number = _days_told(
        session,
        """
        select delivery_date from deliveries_read where role = 'manifest' and sequence > 0
        group by delivery_date order by max(sequence) desc, delivery_date""",
    )
    earlier = {day: (one for one in by_number if one < day and is_whole(one)) for day in with_manifest}
    return {day: tuple(islice(before, 1)) for day, before in earlier.items()}


def _read_columns(
    session: Session, lake: Lake, table: str, vendor: str, days: Sequence[date], columns: Sequence[str]
) -> None:
    files = [lake.partition(table, vendor, day) for day in days]
    session.read_files(f"{table}_read", files, arrow_columns(table, columns))


def _days_told(session: Session, asked: str) -> list[date]:
    return cast("list[date]", session.fetch(asked)["delivery_date"].to_pylist())

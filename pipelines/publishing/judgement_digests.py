"""What the verdicts of published days are made from: everything that a judgement of them reads, as one digest a day.

A day is judged by itself, by earlier days (persons and references that came before), and by later ones with proofs from
before its deadline: as `Judge.reach` has it. Of the oppositions it reads those that its leads meet and that were
recorded by the instant up to which facts count: a thousand new ones move only the days whose leads they meet.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from itertools import accumulate
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.sorted_rows import cut_by_day
from pipelines.engines.interface import Engine, Session
from pipelines.oppositions.lead_keys import LEAD_KEYS
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.catalogue_text import catalogue_text
from pipelines.storage.digests import digest_of_file
from pipelines.storage.lake import Lake
from pipelines.storage.program_digest import program_digest
from pipelines.verdicts.day_terms import DeliveredDay
from pipelines.verdicts.judge import Reach
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_schema

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
    )

    select distinct keys.delivery_date, opposed.*
    from keys
    inner join opposed on keys.met_key = opposed.met_key
    inner join known on keys.delivery_date = known.delivery_date
    where opposed.recorded_at <= known.known_at
    order by all
"""
_FIRST_HASHED: Final = "select min(recorded_at) as at from oppositions where kind in ('email_sha256', 'phone_sha256')"
"""From then on a lead that was never compared with hashes is told so."""


def judgement_digests(reach: Reach, catalogue: Catalogue, engine: Engine, *, as_of: datetime) -> dict[date, str]:
    """By day of a reach SHA-256, lower-case hex, of what its judgement and its receipt are made from.

    `engine`: the embedded one. `as_of`: timezone-aware.
    """
    at = as_lake(as_of)
    law = f"{program_digest()} {catalogue.digest} {sha256(catalogue_text(catalogue).encode()).hexdigest()}"
    days = reach.lake.published_days(reach.vendor)
    others = _OtherDays(reach, {day: _intake_of_day(reach.lake, reach.vendor, day) for day in days})
    met = _met_by_day(reach, engine, at)
    return {
        day: sha256(
            f"{law} {_terms_as_known(reach.delivered.get(day), at)} {others.read_by(day)} {met[day]}".encode()
        ).hexdigest()
        for day in reach.days
    }


def delivered_digests(reach: Reach) -> dict[date, str]:
    """By day of a reach SHA-256, lower-case hex, over the vendor's files that its judgement reads."""
    others = _OtherDays(reach, _digests_of_files_by_day(reach.deliveries))
    return {day: sha256(repr(others.read_by(day)).encode()).hexdigest() for day in reach.days}


def _digests_of_files_by_day(deliveries: pa.Table) -> dict[date, str]:
    found: dict[date, set[str]] = {}
    for row in deliveries.select(["delivery_date", "file_digest"]).to_pylist():
        found.setdefault(row["delivery_date"], set()).add(row["file_digest"] or "")
    return {day: f"{day} {sorted(digests)}" for day, digests in found.items()}


def _terms_as_known(day: DeliveredDay | None, as_of: datetime) -> str:
    """The contract of a day, and what each of its clocks says at an instant (zone-less UTC)."""
    if day is None:
        return "no contract"
    clocks = [
        (clock.acted_at, clock.is_assumed, clock.known_at(as_of), as_of >= clock.deadline_at) for clock in day.clocks
    ]
    return repr((day.contract, clocks))


class _OtherDays:
    """What a day reads of the others: digests over days by date, and over those with proofs by when the first came."""

    def __init__(self, reach: Reach, taken_in: Mapping[date, str]) -> None:
        """`taken_in`: by published day what of it counts."""
        self._delivered = reach.delivered
        days = sorted(taken_in)
        self._up_to = dict(zip(days, _chain_of(taken_in[day] for day in days), strict=True))
        proven = sorted((at, day) for day, at in _first_proofs(reach.deliveries).items())
        self._instants = [at for at, _ in proven]
        self._proven = list(_chain_of(taken_in[day] for _, day in proven))

    def read_by(self, day: date) -> tuple[str, str]:
        """The days up to it, and those with a proof up to its last deadline."""
        if day not in self._delivered:
            return self._up_to[day], ""
        deadline = max(clock.deadline_at for clock in self._delivered[day].clocks)
        place = bisect_right(self._instants, deadline)
        return self._up_to[day], self._proven[place - 1] if place else ""


def _chain_of(digests: Iterable[str]) -> Iterable[str]:
    """For each of some digests, one over it and all before it."""
    return accumulate(digests, lambda before, one: sha256(f"{before} {one}".encode()).hexdigest())


def _intake_of_day(lake: Lake, vendor: str, day: date) -> str:
    """The intake's tables of a day: the marker has the digests of the others."""
    return f"{day} {digest_of_file(lake.partition('deliveries', vendor, day))}"


def _first_proofs(deliveries: pa.Table) -> Mapping[date, datetime]:
    proofs = deliveries.filter(pc.equal(deliveries["role"], "consent_proofs"))
    first = proofs.group_by("delivery_date").aggregate([("received_at", "min")]).to_pylist()
    return {row["delivery_date"]: row["received_at_min"] for row in first if row["received_at_min"] is not None}


def _met_by_day(reach: Reach, engine: Engine, as_of: datetime) -> Mapping[date, str]:
    """By day the oppositions that its leads meet, and on which of its clocks hashed ones were known."""
    known = {day: _known_by_clock(reach.delivered.get(day), as_of) for day in reach.days}
    lake, vendor = reach.lake, reach.vendor
    with engine.session() as session:
        leads = [lake.partition("leads", vendor, day) for day, instants in known.items() if instants]
        session.read_files("leads", leads, arrow_schema("leads"))
        session.read_files("oppositions", lake.opposition_files(), arrow_schema("oppositions"))
        session.register("known", _known_table(known))
        first_hashed: datetime | None = session.fetch(_FIRST_HASHED)["at"][0].as_py()
        met = _digests_of_rows(session)
    hashed = {day: [first_hashed is not None and first_hashed <= at for at in known[day]] for day in known}
    return {day: f"{hashed[day]} {met.get(day)}" for day in known}


def _known_by_clock(day: DeliveredDay | None, as_of: datetime) -> list[datetime]:
    """By clock of a day, up to when facts count."""
    return [] if day is None else [clock.known_at(as_of) for clock in day.clocks]


def _known_table(known: Mapping[date, Sequence[datetime]]) -> pa.Table:
    rows = [{"delivery_date": day, "known_at": max(instants)} for day, instants in known.items() if instants]
    return pa.Table.from_pylist(rows, schema=_KNOWN)


def _digests_of_rows(session: Session) -> dict[date, str]:
    rows = session.fetch(_MET)
    return {day: _digest_of_values(found.to_pylist()) for day, found in cut_by_day(rows).items()}


def _digest_of_values(rows: Sequence[Mapping[str, Any]]) -> str:
    return sha256(repr([tuple(row.values()) for row in rows]).encode()).hexdigest()

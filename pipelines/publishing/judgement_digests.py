"""What the verdicts of published days are made from beside the program: all that a judgement of them reads, as digests.

A day is judged by itself, by earlier days (persons and references that came before), and by later ones with proofs from
before its deadline: as `Judge.reach` has it. What of the oppositions it reads is in `met_oppositions`, which costs more
and is asked for only where all else stands.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from itertools import accumulate

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.catalogue_text import catalogue_text
from pipelines.storage.digests import digest_of_file
from pipelines.storage.lake import Lake
from pipelines.verdicts.day_terms import DeliveredDay
from pipelines.verdicts.judge import Reach
from pipelines.vocabulary.clock import as_lake


def judgement_digests(reach: Reach, catalogue: Catalogue, dialect: str, *, as_of: datetime) -> dict[date, str]:
    """By day of a reach SHA-256, lower-case hex, of what its judgement and its receipt are made from but oppositions.

    `dialect`: the SQL of the engine that judges. `as_of`: timezone-aware.
    """
    at = as_lake(as_of)
    days = reach.lake.published_days(reach.vendor)
    others = _OtherDays(reach, {day: _intake_of_day(reach.lake, reach.vendor, day) for day in days})
    law = f"{dialect} {catalogue.digest} {sha256(catalogue_text(catalogue).encode()).hexdigest()}"
    return {
        day: sha256(f"{law} {_terms_as_known(reach.delivered.get(day), at)} {others.read_by(day)}".encode()).hexdigest()
        for day in reach.days
    }


def delivered_digests(reach: Reach) -> dict[date, str]:
    """By day of a reach SHA-256, lower-case hex, over the vendor's files that its judgement reads."""
    others = _OtherDays(reach, _digests_of_files_by_day(reach))
    return {day: sha256(repr(others.read_by(day)).encode()).hexdigest() for day in reach.days}


def _digests_of_files_by_day(reach: Reach) -> dict[date, str]:
    found: dict[date, set[str]] = {day: set() for day in reach.days}  # a day without any file has no row
    for row in reach.deliveries.select(["delivery_date", "file_digest"]).to_pylist():
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

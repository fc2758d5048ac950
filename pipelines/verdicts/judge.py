"""One vendor's days, judged: lake and contracts in, published tables out. What the rules mean is in `rulebook`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.engines.interface import Engine, Session
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.judgement import Judgement, judgement_of
from pipelines.rulebook.parameters import MAX_AGE
from pipelines.storage.lake import Lake
from pipelines.storage.opposition_rows import read_oppositions
from pipelines.verdicts.day_terms import NO_HINDSIGHT, DeliveredDay, Hindsight, day_terms_table, form_reviews_table
from pipelines.verdicts.judged_tables import JudgedDay, JudgedTables, facts_of_days
from pipelines.verdicts.steps_run import run_steps
from pipelines.verdicts.working_days import callback_ends
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import VERDICT_TABLES, arrow_schema

_INPUT_TABLES: Final = {
    "all_leads": "leads",
    "all_deliveries": "deliveries",
    "all_proofs": "consent_proofs",
    "all_unread_objections": "unread_objections",
    "all_rejected_rows": "rejected_rows",
}
DAY_COLUMNS: Final = (
    "delivery_date",
    "delivered_at",
    "is_received_at_assumed",
    "received_at",
    "role",
    "file_digest",
)
"""Columns of `deliveries` that say what came of which days, and when."""


@dataclass(frozen=True)
class Reach:
    """Days of a vendor to be judged together, and what is delivered and published as one reader finds it."""

    vendor: str
    lake: Lake
    deliveries: pa.Table
    """`DAY_COLUMNS` of every published day."""
    delivered: Mapping[date, DeliveredDay]
    """Published days that a contract judges."""
    days: tuple[date, ...]
    """In order; those without a contract in force are among them."""

    def only(self, days: Collection[date]) -> "Reach":
        """The same with some of its days."""
        return replace(self, days=tuple(day for day in self.days if day in days))


class Judge:
    """Judges vendors' days under one catalogue."""

    def __init__(self, *, engine: Engine, lake: Lake, catalogue: Catalogue) -> None:
        self.engine = engine
        self._lake = lake
        self.catalogue = catalogue
        self._judgement: Judgement = judgement_of(catalogue, dialect=engine.dialect)

    def reading(self, lake: Lake) -> "Judge":
        """The same judge of another lake, or of the lake as one reader found it."""
        other = copy(self)
        other._lake = lake
        return other

    @property
    def judgement(self) -> Judgement:
        """The compiled rules."""
        return self._judgement

    def judge(
        self, contracts: Sequence[Contract], vendor: str, changed: Sequence[date], *, as_of: datetime
    ) -> list[JudgedDay]:
        """The tables of the changed days, and of every published day that the change can reach.

        `as_of`: timezone-aware. Days without a contract in force get tables of no rows.
        """
        with self.judging(self.reach(contracts, vendor, changed), as_of=as_of) as judged:
            return judged.days()

    def reach(self, contracts: Sequence[Contract], vendor: str, changed: Sequence[date]) -> Reach:
        """Published days whose verdicts a change of some days can move, those days included."""
        lake = self._lake.as_found()
        published = lake.published_days(vendor)
        deliveries = lake.read("deliveries", vendor, published, DAY_COLUMNS)
        delivered = {day.day: day for day in delivered_days(vendor, contracts, deliveries)}
        reached = self.reading(lake)._reached(vendor, list(delivered.values()), deliveries, changed)
        return Reach(vendor, lake, deliveries, delivered, tuple(sorted(set(changed) & set(published) | reached)))

    @contextmanager
    def judging(self, reach: Reach, *, as_of: datetime) -> Iterator[JudgedTables]:
        """The days that a change reaches, judged, while their tables are read; `as_of`: timezone-aware."""
        nothing = {"catalogue_digest": self.catalogue.digest, "is_final": "true"}
        days = [reach.delivered[day] for day in reach.days if day in reach.delivered]
        if not days:
            yield JudgedTables(None, dict.fromkeys(reach.days, nothing))
            return
        with self.reading(reach.lake)._judged(reach.vendor, days, as_of) as judged:
            yield replace(judged, facts={day: judged.facts.get(day, nothing) for day in reach.days})

    def judge_days(self, vendor: str, days: Sequence[DeliveredDay], *, as_of: datetime) -> dict[date, JudgedDay]:
        """The tables of exactly these days, each under its own contract. `as_of`: timezone-aware."""
        with self._judged(vendor, days, as_of) as judged:
            return {one.day: one for one in judged.days()}

    @contextmanager
    def _judged(self, vendor: str, days: Sequence[DeliveredDay], as_of: datetime) -> Iterator[JudgedTables]:
        contracts = {day.day: day.contract.digest for day in days}
        with self.session(vendor, days, as_of=as_of, read_after=VERDICT_TABLES) as session:
            yield JudgedTables(session, facts_of_days(session, self.catalogue.digest, contracts))

    @contextmanager
    def session(
        self,
        vendor: str,
        days: Sequence[DeliveredDay],
        *,
        as_of: datetime,
        until: str | None = None,
        read_after: Collection[str] | None = None,
        is_today: bool = False,
        hindsight: Hindsight = NO_HINDSIGHT,
    ) -> Iterator[Session]:
        """A session in which the days' judgement stands; `until` stops after that step.

        `read_after`: tables that are read then, where it is known: of the others nothing is kept longer than needed.
        `is_today`: judged as if every lead were used at `as_of`, instead of when it was delivered. `hindsight`: what
        counts of it all the same, though it came after a delivery's own clock.
        """
        published = self._lake.published_days(vendor)
        files = {
            name: [self._lake.partition(table, vendor, day) for day in published]
            for name, table in _INPUT_TABLES.items()
        }
        read = [file for listed in files.values() for file in listed]
        with self.engine.session([*read, *self._lake.opposition_files()]) as session:
            for name, listed in files.items():
                session.read_files(name, listed, arrow_schema(_INPUT_TABLES[name]))
            read_oppositions(session, self._lake)
            session.register("callback_ends", callback_ends())
            session.register("clocks", self._clocks(session, days, as_of, is_today, hindsight))
            session.register(
                "form_reviews", form_reviews_table({day.contract.digest: day.contract for day in days}.values())
            )
            session.register("rules", self._judgement.rules)
            run_steps(
                session,
                self._judgement.steps,
                until=until,
                read_after=None if read_after is None else {*read_after, "clocks"},
            )
            yield session

    def _clocks(
        self,
        session: Session,
        days: Sequence[DeliveredDay],
        as_of: datetime,
        is_today: bool,
        hindsight: Hindsight,
    ) -> pa.Table:
        spellings = session.fetch("select distinct unnest(recipients) as recipient from all_proofs")[
            "recipient"
        ].to_pylist()
        max_ages = self.catalogue.parameters[MAX_AGE]

        def max_age_months(on: date) -> int | None:
            return cast("int | None", max_ages.at(on))

        return day_terms_table(
            days,
            as_of=as_lake(as_of),
            max_age_months=max_age_months,
            recipients=[name for name in spellings if name],
            functions=_functions_delivered(session, days),
            is_today=is_today,
            hindsight=hindsight,
        )

    def _reached(
        self, vendor: str, days: Sequence[DeliveredDay], deliveries: pa.Table, changed: Sequence[date]
    ) -> set[date]:
        """Published days whose verdict the changed days can move: earlier ones by proofs, later ones by persons."""
        if not changed:
            return set()
        is_proof = pc.and_(
            pc.is_in(deliveries["delivery_date"], pa.array(changed, pa.date32())),
            pc.equal(deliveries["role"], "consent_proofs"),
        )
        first_proof_at = pc.min(deliveries.filter(is_proof)["received_at"]).as_py()
        later = {day.day for day in days if day.day > min(changed)}
        earlier = {
            day.day
            for day in days
            if first_proof_at is not None and any(clock.deadline_at >= first_proof_at for clock in day.clocks)
        }
        return (later | earlier) & set(self._lake.published_days(vendor, "scorecards"))


def delivered_days(vendor: str, contracts: Sequence[Contract], deliveries: pa.Table) -> list[DeliveredDay]:
    """The days of a `deliveries` table that a contract judges, in date order."""
    rows = deliveries.select(["delivery_date", "delivered_at", "is_received_at_assumed", "role"]).to_pylist()
    by_day: dict[date, list[dict[str, Any]]] = {}
    for row in rows:
        by_day.setdefault(row["delivery_date"], []).append(row)
    found = []
    for day, files in sorted(by_day.items()):
        contract = contract_in_force(tuple(contracts), day)
        if contract is None:
            continue
        found.append(_delivered_day(vendor, day, contract, files))
    return found


def _delivered_day(vendor: str, day: date, contract: Contract, files: Sequence[Mapping[str, Any]]) -> DeliveredDay:
    """A day with its clock, and those of files that came later or nobody knows when."""
    is_recorded: dict[datetime, bool] = {}
    for file in files:
        if file["role"] == "leads" and file["delivered_at"] is not None:
            at = file["delivered_at"]
            is_recorded[at] = is_recorded.get(at, False) or not file["is_received_at_assumed"]
    clocks = sorted(at for at, recorded in is_recorded.items() if recorded) or sorted(is_recorded)
    delivered_at = clocks[0] if clocks else None
    later = tuple(
        DeliveredDay(vendor, day, contract, at, not recorded)
        for at, recorded in sorted(is_recorded.items())
        if at != delivered_at
    )
    return DeliveredDay(
        vendor, day, contract, delivered_at, delivered_at is not None and not is_recorded[delivered_at], later
    )


def _functions_delivered(session: Session, days: Sequence[DeliveredDay]) -> list[str]:
    """Functions in companies as leads spell them; none are looked for where no contract names any."""
    if all(day.contract.target_functions is None for day in days):
        return []
    found = "select distinct job_function from all_leads where job_function is not null"
    return cast("list[str]", session.fetch(found)["job_function"].to_pylist())

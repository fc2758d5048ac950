"""Judged days published, with their receipts; days that would come out as they are published are left as they are.

What their judgement is made from is said in `judgement_digests` and `met_oppositions`, how that is noted in
`storage.outcome_notes`. The caller holds the vendor's lock.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contracts.contract import Contract
from pipelines.engines.interface import Engine
from pipelines.publishing.judgement_digests import delivered_digests, judgement_digests
from pipelines.publishing.met_oppositions import met_digests
from pipelines.receipts.writer import ReceiptWriter
from pipelines.storage.lake import Lake
from pipelines.storage.outcome_notes import Counts, NotedOutcome, OutcomeNotes
from pipelines.verdicts.days_behind import from_days_behind
from pipelines.verdicts.due_days import is_unjudged
from pipelines.verdicts.judge import Judge, Reach
from pipelines.verdicts.judged_tables import reopens
from pipelines.vocabulary.tables import VERDICT_TABLES
from pipelines.vocabulary.words import VERDICTS

_MARKER: Final = "scorecards"
LONG: Final = 60
"""Days beside those to be judged from which on it is asked which of them count, before any is read whole."""


def _told_verdict(verdict: str) -> str:
    return verdict.replace("_", " ")


_TOLD: Final = ("lead uses", *map(_told_verdict, VERDICTS), "findings")
"""What is counted of a day, in order."""


@dataclass(frozen=True)
class JudgedDays:
    """What became of days that a run can reach."""

    counts: Mapping[date, Counts]
    """By day that is published as it comes out now, what is told of it."""
    unchanged: frozenset[date]
    """Those of them that were not judged again."""
    reopened: tuple[date, ...]
    """Days whose verdicts stay final, since less was known at the run's instant."""
    fresh_receipt_count: int

    def __str__(self) -> str:
        looked_at, unchanged = len(self.counts) + len(self.reopened), len(self.unchanged)
        days = f"{looked_at} days looked at, {looked_at - unchanged} judged, {unchanged} left as published, unchanged"
        return f"{days}; new receipts: {self.fresh_receipt_count}"


@dataclass(frozen=True)
class JudgedPublication:
    """Judges and publishes one vendor's days."""

    judge: Judge
    lake: Lake
    receipts: ReceiptWriter
    questions: Engine
    """The embedded engine, for what is asked of published leads and oppositions."""

    def publish(
        self,
        contracts: Sequence[Contract],
        vendor: str,
        days: Sequence[date],
        as_of: datetime,
        *,
        is_anew: bool = False,
    ) -> JudgedDays:
        """Publish what a change of some days reaches, and prepare the receipts.

        `as_of`: timezone-aware. `is_anew`: none of the days is left as it is published.
        """
        reach = self.judge.reach(contracts, vendor, days)
        made_from = judgement_digests(reach, self.judge.catalogue, self.judge.engine.dialect, as_of=as_of)
        published = frozenset(reach.lake.published_days(vendor, _MARKER))
        notes = OutcomeNotes(self.lake, vendor, _MARKER, published, is_anew)
        noted = self._noted(reach, notes, made_from)
        met = met_digests(reach.only(noted), self.questions, as_of=as_of)
        unchanged = self._unchanged(notes, {day: one for day, one in noted.items() if one.met == met[day]})
        due = reach.only(set(reach.days) - unchanged.keys())
        met |= met_digests(due.only(set(due.days) - met.keys()), self.questions, as_of=as_of)  # before they are read
        judged, reopened = self._publish_judged(due, as_of)
        delivered = delivered_digests(reach.only(judged))
        fresh_count = self.receipts.prepare(vendor, contracts, list(judged), delivered, as_of=as_of) if judged else 0
        prepared = self.receipts.digests(vendor)
        for day, counts in judged.items():
            notes.note(day, made_from[day], prepared(day), {"verdicts": counts}, met=met[day])
        return JudgedDays({**unchanged, **judged}, frozenset(unchanged), tuple(reopened), fresh_count)

    def _noted(self, reach: Reach, notes: OutcomeNotes, made_from: Mapping[date, str]) -> dict[date, NotedOutcome]:
        """Days that stand, as far as the oppositions are the same."""
        prepared = self.receipts.digests(reach.vendor)
        found = {day: notes.standing(day, made_from[day], partial(prepared, day)) for day in reach.days}
        return {day: noted for day, noted in found.items() if noted is not None}

    def _unchanged(self, notes: OutcomeNotes, noted: Mapping[date, NotedOutcome]) -> dict[date, Counts]:
        for day in noted:
            self._let_stand(notes.vendor, day)
        return {day: notes.told(day, one)["verdicts"] for day, one in noted.items()}

    def _let_stand(self, vendor: str, day: date) -> None:
        """An intake that came to the same bytes asks for no judgement: `due_days` goes by which is newer."""
        if is_unjudged(self.lake, vendor, day):
            os.utime(self.lake.partition(_MARKER, vendor, day))
            self.lake.move_stamp(vendor)  # who looked in between saw a day that was not judged

    def _publish_judged(self, reach: Reach, as_of: datetime) -> tuple[Mapping[date, Counts], list[date]]:
        with self.judge.judging(self._from_few_days(reach), as_of=as_of) as judged:
            noted = {day: self.lake.facts(reach.vendor, day, _MARKER) for day in judged.facts}
            reopened = [day for day, facts in judged.facts.items() if reopens(noted[day], facts, as_of)]
            facts = {day: facts for day, facts in judged.facts.items() if day not in reopened}
            counts = _CountedPieces(facts)
            tables = {table: counts.passing(table, judged.pieces(table)) for table in VERDICT_TABLES}
            self.lake.publish_days(reach.vendor, tables, facts)
        return counts.told, reopened

    def _from_few_days(self, reach: Reach) -> Reach:
        """What is judged, without the days of a long history that it does not rest on."""
        others = len(reach.lake.published_days(reach.vendor)) - len(reach.days)
        is_asked = others > LONG and others > len(reach.days) > 0
        return from_days_behind(self.questions, reach) if is_asked else reach


class _CountedPieces:
    """Counts what is told of each day while its rows go by."""

    def __init__(self, days: Iterable[date]) -> None:
        self.told: dict[date, dict[str, int]] = {day: dict.fromkeys(_TOLD, 0) for day in days}

    def passing(self, table: str, pieces: Iterable[tuple[date, pa.Table]]) -> Iterator[tuple[date, pa.Table]]:
        """The same pieces."""
        for day, rows in pieces:
            for name, count in _counts_of_piece(table, rows).items() if day in self.told else ():
                self.told[day][name] += count
            yield day, rows


def _counts_of_piece(table: str, rows: pa.Table) -> dict[str, int]:
    if table == "findings":
        return {"findings": rows.num_rows}
    if table != "verdicts":
        return {}
    found = pc.value_counts(rows["verdict"]).to_pylist()
    return {"lead uses": rows.num_rows} | {_told_verdict(one["values"]): int(one["counts"]) for one in found}

"""Judged days published, with their receipts; days that would come out as they are published are left as they are.

What their judgement is made from is said in `judgement_digests`, how that is noted in `storage.outcome_notes`. The
caller holds the vendor's lock.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import pyarrow.compute as pc

from pipelines.contracts.contract import Contract
from pipelines.engines.interface import Engine
from pipelines.publishing.judgement_digests import delivered_digests, judgement_digests
from pipelines.receipts.writer import ReceiptWriter
from pipelines.storage.lake import Lake
from pipelines.storage.outcome_notes import Counts, OutcomeNotes
from pipelines.verdicts.due_days import is_unjudged
from pipelines.verdicts.judge import Judge, JudgedDay, Reach, reopens
from pipelines.vocabulary.words import VERDICTS

_MARKER: Final = "scorecards"


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

    def publish(self, contracts: Sequence[Contract], vendor: str, days: Sequence[date], as_of: datetime) -> JudgedDays:
        """Publish what a change of some days reaches, and prepare the receipts. `as_of`: timezone-aware."""
        reach = self.judge.reach(contracts, vendor, days)
        made_from = judgement_digests(reach, self.judge.catalogue, self.questions, as_of=as_of)
        notes = OutcomeNotes(self.lake, vendor, _MARKER, frozenset(reach.lake.published_days(vendor, _MARKER)))
        unchanged = self._unchanged(reach, notes, made_from)
        due = [day for day in reach.days if day not in unchanged]
        judged, reopened = self._publish_judged(reach.only(due), as_of)
        delivered = delivered_digests(reach.only(judged))
        fresh_count = self.receipts.prepare(vendor, contracts, list(judged), delivered, as_of=as_of) if judged else 0
        prepared = self.receipts.digests(vendor, list(judged))
        for day, counts in judged.items():
            notes.note(day, made_from[day], prepared[day], {"verdicts": counts})
        return JudgedDays({**unchanged, **judged}, frozenset(unchanged), tuple(reopened), fresh_count)

    def _unchanged(self, reach: Reach, notes: OutcomeNotes, made_from: Mapping[date, str]) -> dict[date, Counts]:
        prepared = self.receipts.digests(reach.vendor, reach.days)
        found: dict[date, Counts] = {}
        for day in reach.days:
            told = notes.standing(day, made_from[day], lambda day=day: prepared[day])  # type: ignore[misc]
            if told is not None:
                found[day] = told["verdicts"]
                self._let_stand(reach.vendor, day)
        return found

    def _let_stand(self, vendor: str, day: date) -> None:
        """An intake that came to the same bytes asks for no judgement: `due_days` goes by which is newer."""
        if is_unjudged(self.lake, vendor, day):
            os.utime(self.lake.partition(_MARKER, vendor, day))

    def _publish_judged(self, reach: Reach, as_of: datetime) -> tuple[dict[date, Counts], list[date]]:
        counts: dict[date, Counts] = {}
        reopened = []
        for judged in self.judge.judge_reached(reach, as_of=as_of):
            if reopens(self.lake.facts(reach.vendor, judged.day, _MARKER), judged.facts, as_of):
                reopened.append(judged.day)
                continue
            self.lake.publish(reach.vendor, judged.day, judged.tables, facts=judged.facts)
            counts[judged.day] = _verdict_counts(judged)
        return counts, reopened


def _verdict_counts(judged: JudgedDay) -> Counts:
    values = pc.value_counts(judged.tables["verdicts"]["verdict"]).to_pylist()
    found = {value["values"]: int(value["counts"]) for value in values}
    counts = {verdict.replace("_", " "): found.get(verdict, 0) for verdict in VERDICTS}
    return {"lead uses": judged.tables["verdicts"].num_rows, **counts, "findings": judged.tables["findings"].num_rows}

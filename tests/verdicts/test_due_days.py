"""Which days are due for another word: deadlines, news and runs that did not come to their verdicts."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.storage.lake import Lake
from pipelines.verdicts.due_days import LOOK_BACK, due_days
from pipelines.vocabulary.clock import tick_of
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES, arrow_schema
from tests.support.intake_boxes import contract

DAY = date(2026, 8, 11)
SENT = datetime(2026, 8, 11, 16)
"""18:00 in Paris; the proof deadline is 72 hours later, on the 14th."""


class Ledger:
    """A lake with what due_days looks at: when files came, and what the verdicts noted."""

    def __init__(self, root: Path) -> None:
        self.lake = Lake(root)

    def take_in(self, day: date, *files: tuple[str | None, datetime | None]) -> None:
        rows = [
            {
                "vendor": "acme",
                "delivery_date": day,
                "role": role,
                "received_at": received_at,
                "delivered_at": max((at for role, at in files if role == "leads" and at), default=None),
                "is_received_at_assumed": False,
                "status": "accepted" if role else "no_delivery",
            }
            for role, received_at in files
        ]
        tables = {table: arrow_schema(table).empty_table() for table in INTAKE_TABLES}
        self._publish(day, tables | {"deliveries": pa.Table.from_pylist(rows, schema=arrow_schema("deliveries"))}, {})

    def judge(self, day: date, known_at: datetime, *, is_final: bool = False) -> None:
        facts = {"known_at": known_at.isoformat(), "is_final": str(is_final).lower()}
        self._publish(day, {table: arrow_schema(table).empty_table() for table in VERDICT_TABLES}, facts)

    def due(self, as_of: datetime, before: date = date(2026, 8, 20)) -> list[date]:
        return due_days(self.lake, (contract(),), "acme", before=before, as_of=as_of)

    def _publish(self, day: date, tables: dict[str, pa.Table], facts: dict[str, str]) -> None:
        with self.lake.writing("acme"):
            self.lake.publish("acme", day, tables, facts=facts)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "lake")


def tick(day: int) -> datetime:
    return tick_of(date(2026, 8, day))


def known(day: int) -> datetime:
    return tick(day).replace(tzinfo=None)


def test_a_provisional_day_is_due_from_its_proof_deadline_on_to_the_instant(ledger: Ledger) -> None:
    ledger.take_in(DAY, ("leads", SENT))
    ledger.judge(DAY, known(12))
    deadline = (SENT + timedelta(hours=72)).replace(tzinfo=UTC)
    assert ledger.due(deadline - timedelta(microseconds=1)) == []
    assert ledger.due(deadline) == [DAY]
    ledger.judge(DAY, SENT + timedelta(hours=72), is_final=True)
    assert ledger.due(tick(30)) == []


def test_a_due_day_without_a_delivery_waits_for_the_deadline_after_its_cut_off(ledger: Ledger) -> None:
    """Cut-off 23:59 in Paris, 21:59 UTC on the 11th; 72 hours later it is 21:59 UTC on the 14th."""
    ledger.take_in(DAY, (None, None))
    ledger.judge(DAY, known(12))
    assert ledger.due(datetime(2026, 8, 14, 21, 58, tzinfo=UTC)) == []
    assert ledger.due(datetime(2026, 8, 14, 21, 59, tzinfo=UTC)) == [DAY]


def test_a_file_of_the_day_that_came_after_its_verdict_is_news_from_the_next_tick_on(ledger: Ledger) -> None:
    ledger.take_in(DAY, ("leads", SENT), ("manifest", datetime(2026, 8, 12, 10)))
    ledger.judge(DAY, known(12))
    assert ledger.due(tick(12)) == []
    assert ledger.due(tick(13)) == [DAY]
    ledger.judge(DAY, known(13))
    assert ledger.due(tick(13)) == []


def test_proofs_in_a_later_folder_are_news_for_every_provisional_day_before(ledger: Ledger) -> None:
    other = date(2026, 8, 12)
    ledger.take_in(DAY, ("leads", SENT))
    ledger.take_in(other, ("leads", datetime(2026, 8, 12, 16)), ("consent_proofs", datetime(2026, 8, 13, 9)))
    for day in (DAY, other):
        ledger.judge(day, known(13))
    assert ledger.due(tick(13)) == []
    assert ledger.due(tick(14)) == [DAY, other]


def test_leads_in_another_folder_and_what_a_final_day_gets_are_no_news(ledger: Ledger) -> None:
    final, other = date(2026, 8, 10), date(2026, 8, 12)
    ledger.take_in(final, ("leads", datetime(2026, 8, 10, 16)), ("consent_proofs", datetime(2026, 8, 13, 9)))
    ledger.judge(final, datetime(2026, 8, 12, 16), is_final=True)
    ledger.take_in(DAY, ("leads", SENT))
    ledger.judge(DAY, known(13))
    ledger.take_in(other, ("leads", datetime(2026, 8, 13, 16)))
    ledger.judge(other, known(14))
    assert ledger.due(tick(14)) == []


@pytest.mark.fault(
    area="runs",
    fault="A run was killed after the intake and before judging",
    promise="The day is judged by the next schedule.",
)
def test_a_day_taken_in_but_not_judged_since_is_due_final_or_not(ledger: Ledger) -> None:
    """The run was killed between the two, or failed: the next tick finishes its work."""
    ledger.take_in(DAY, ("leads", SENT))
    assert ledger.due(tick(12)) == [DAY]
    ledger.judge(DAY, known(20), is_final=True)
    assert ledger.due(tick(12)) == []
    judged_ns = ledger.lake.partition("scorecards", "acme", DAY).stat().st_mtime_ns
    ledger.take_in(DAY, ("leads", SENT))
    os.utime(ledger.lake.partition("deliveries", "acme", DAY), ns=(judged_ns + 1, judged_ns + 1))
    assert ledger.due(tick(12)) == [DAY]


def test_days_that_were_never_taken_in_or_lie_too_far_back_are_a_backfills(ledger: Ledger) -> None:
    old = DAY - LOOK_BACK
    ledger.take_in(old, ("leads", datetime(2025, 7, 7, 16)))
    assert ledger.due(tick(12), before=DAY) == [old]
    assert ledger.due(tick(12), before=DAY + timedelta(days=1)) == []


def test_a_day_whose_contract_is_gone_is_judged_once_more(ledger: Ledger) -> None:
    ledger.take_in(DAY, ("leads", SENT))
    ledger.judge(DAY, known(12))
    assert due_days(ledger.lake, (), "acme", before=date(2026, 8, 13), as_of=tick(13)) == [DAY]

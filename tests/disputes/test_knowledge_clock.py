"""Since when a defect is known to whom, worked out by hand from dates."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pytest

from pipelines.disputes.dispute import DisputeDecision, RecordedDispute
from pipelines.disputes.knowledge_clock import KnowledgeLine, clock_tables, knowledge_clock
from pipelines.disputes.told_before import told_before
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.engines.interface import Session
from pipelines.receipts.notices import Notice
from pipelines.receipts.told_defects import OTHER_FORMS, ToldDefect, ToldReceipt
from pipelines.vocabulary.tables import arrow_schema

RULE, FORM = "proof_individual_record", "devis 7"
FIRST, SECOND, THIRD = date(2026, 9, 1), date(2026, 9, 10), date(2026, 9, 20)
LEADS = {FIRST: ("A", "B"), SECOND: ("C",), THIRD: ("D",)}


def at(day: int, hour: int = 8, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def filled(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """A table of some columns; the others are empty."""
    return pa.Table.from_pylist([{"vendor": "acme", **row} for row in rows], schema=arrow_schema(name))


@contextmanager
def tables(
    days: Sequence[date],
    corrections: Sequence[Mapping[str, Any]] = (),
    known_at: Mapping[date, datetime] = MappingProxyType({}),
) -> Iterator[Session]:
    """Each delivered at eight, final after three days. A, B and C lack their proof by phone; by e-mail B and C may be
    used. `known_at`: of days that were judged again since."""
    uses = [(day, lead, channel) for day in days for lead in LEADS[day] for channel in ("email", "phone")]
    usable = {("B", "email"), ("C", "email"), ("D", "email"), ("D", "phone")}
    with DuckDBEngine().session() as session:
        session.register("deliveries", filled("deliveries", [
            {"delivery_date": day, "role": "leads", "rows_accepted": len(LEADS[day]), "delivered_at": morning(day)}
            for day in days
        ]))  # fmt: skip
        session.register("leads", filled("leads", [
            {"delivery_date": day, "lead_id": lead, "form_id": "devis", "form_version": "7"}
            for day in days for lead in LEADS[day]
        ]))  # fmt: skip
        session.register("verdicts", filled("verdicts", [
            {"delivery_date": day, "lead_id": lead, "channel": channel, "is_final": True,
             "verdict": "usable" if (lead, channel) in usable else "blocked",
             "known_at": known_at.get(day, morning(day) + timedelta(days=3))}
            for day, lead, channel in uses
        ]))  # fmt: skip
        session.register("findings", filled("findings", [
            {"delivery_date": day, "lead_id": lead, "channel": channel, "rule_id": RULE, "outcome": "fail",
             "severity": "blocking", "dimension": "proof", "attributable_to": "vendor"}
            for day, lead, channel in uses if channel == "phone" and lead != "D"
        ]))  # fmt: skip
        session.register("corrections", filled("corrections", corrections))
        yield session


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8)


def receipt(day: date, prepared_at: datetime, acknowledged_at: datetime | None) -> Notice:
    return Notice(
        vendor="acme", delivery_date=day, digest=prepared_at.isoformat(), is_final=True, line_count=1,
        prepared_at=prepared_at, acknowledged_at=acknowledged_at,
    )  # fmt: skip


def told(notice: Notice, *forms: str) -> ToldReceipt:
    """What was recorded of a receipt when it was prepared."""
    defects = tuple(ToldDefect(RULE, RULE, "blocking", form, 1) for form in forms)
    return ToldReceipt(
        "acme", notice.delivery_date, notice.digest, notice.prepared_at, is_filled_in=False, defects=defects
    )


RECEIPTS = (receipt(FIRST, at(2), at(2, 12)), receipt(FIRST, at(5), at(6)), receipt(SECOND, at(14), None))
TOLD = (told(RECEIPTS[0]), told(RECEIPTS[1], FORM), told(RECEIPTS[2], FORM))
"""The first was acknowledged before anything was found: it told of nothing. The third is not acknowledged."""
REFUSED = DisputeDecision(outcome="refused", reason="Nothing was shown.", decided_by="A. Martin", decided_at=at(16))


def disputed(*decisions: DisputeDecision) -> RecordedDispute:
    return RecordedDispute(
        id=1, vendor="acme", delivery_date=FIRST, lead_id="A", channel=None, rule=RULE, statement_digest="b" * 64,
        evidence_digests=(), file_digest="c" * 64, row_number=1, received_at=at(12), notified_at=at(6), due_at=None,
        decisions=decisions,
    )  # fmt: skip


def line(
    days: Sequence[date],
    as_of: datetime,
    *disputes: RecordedDispute,
    receipts: Sequence[Notice] = RECEIPTS,
    known_at: Mapping[date, datetime] = MappingProxyType({}),
) -> KnowledgeLine:
    with tables(days, known_at=known_at) as session:
        clock_tables(session, [RULE], told_before(TOLD, receipts, (), as_of))
        [found] = knowledge_clock(session, disputes, reaction=timedelta(days=15), cure_days=5, as_of=as_of)
    return found


def test_each_step_has_its_date() -> None:
    found = line((FIRST, SECOND, THIRD), at(1, month=10), disputed(REFUSED))
    assert (found.rule_id, found.form) == (RULE, FORM)
    assert (found.detected_at, found.notified_at) == (at(4), at(6))
    assert (found.answered_at, found.decided_at) == (at(12), at(16))
    assert (found.last_at, found.is_stopped) == (at(10), True)
    assert (found.leads_count, found.after_count, found.usable_count) == (3, 1, 1)
    assert found.waits_for is None


def test_days_that_are_judged_again_leave_the_first_detection_where_it_was_told() -> None:
    again = {day: datetime(2026, 9, 25, 4) for day in (FIRST, SECOND)}
    found = line((FIRST, SECOND), at(1, month=10), known_at=again)
    assert (found.detected_at, found.notified_at) == (at(5), at(6))
    assert (found.after_count, found.usable_count) == (1, 1)  # C came on the tenth
    first_is_gone = line((SECOND,), at(1, month=10), known_at=again)
    assert (first_is_gone.detected_at, first_is_gone.notified_at) == (at(5), at(6))


def test_every_step_that_is_open_says_by_when() -> None:
    found = line((FIRST, SECOND), at(13), disputed())
    assert found.waits == (("decision", at(27)), ("stop", at(11)))
    assert line((FIRST,), at(5), receipts=()).waits == (("notice", at(19)),)


@pytest.mark.parametrize(
    ("as_of", "disputes", "receipts", "waits_for", "due_at"),
    [
        (at(19, 9), (), (), "notice", at(19)),
        (at(19, 8), (), (), None, None),
        (at(11, 9), (), RECEIPTS, "stop", at(11)),
        (at(11, 7), (), RECEIPTS, None, None),
        (at(28), (disputed(),), RECEIPTS, "stop", at(11)),
    ],
    ids=["told too late", "still in time to tell", "goes on", "still in time to stop", "the longest wait is told"],
)
def test_what_waits_longer_than_it_may_is_told(
    as_of: datetime, disputes: Sequence[RecordedDispute], receipts: Sequence[Notice], waits_for: str | None, due_at: Any
) -> None:
    found = line((FIRST, SECOND), as_of, *disputes, receipts=receipts)
    assert (found.waits_for, found.due_at) == (waits_for, due_at)


def test_an_answer_that_nobody_decides_on_is_told_after_the_policy() -> None:
    days = (FIRST, SECOND, THIRD)
    assert line(days, at(27, 8), disputed()).waits_for is None
    found = line(days, at(27, 9), disputed())
    assert (found.waits_for, found.due_at, found.decided_at) == ("decision", at(27), None)


@pytest.mark.parametrize(
    ("then", "now", "detected_at"),
    [
        (("v1", [FORM]), [("v1", [])], at(13)),
        (("v1", [FORM]), [("v2", [])], at(2)),
        ((None, [FORM]), [(None, [])], at(2)),
        (("v1", [FORM]), [("v2", []), ("v2", [])], at(2)),
        (("v1", [FORM]), [("v2", [FORM]), ("v2", [])], at(13)),
        (("v1", [FORM]), [("v1", []), ("v1", [FORM])], at(4)),
        (("v1", [FORM]), [("v1", [OTHER_FORMS])], at(2)),
    ],
    ids=[
        "our error", "the vendor mended it", "nobody knows whose", "mended, then judged anew", "ours, after more came",
        "told again", "told among others",
    ],
)  # fmt: skip
def test_what_we_told_by_an_error_of_ours_is_known_no_more_once_it_is_withdrawn(
    then: tuple[str | None, list[str]], now: Sequence[tuple[str | None, list[str]]], detected_at: datetime
) -> None:
    """Receipts of the first day, one a day from the second on. What fails now is of the tenth, known on the 13th."""
    receipts = [receipt(FIRST, at(day), None) for day in range(2, 3 + len(now))]
    states = zip(receipts, [then, *now], strict=True)
    kept = [replace(told(notice, *forms), delivered_digest=files) for notice, (files, forms) in states]
    with tables((SECOND,)) as session:
        clock_tables(session, [RULE], told_before(kept, receipts, (), at(30)))
        [found] = knowledge_clock(session, (), reaction=timedelta(days=15), cure_days=None, as_of=at(30))
    assert found.detected_at == detected_at


def test_a_form_that_was_told_among_others_is_known_since_then_and_the_rarest_forms_share_a_line() -> None:
    """A of a form of its own on the first day, of which a receipt told others only; then three of each of 23 forms."""
    notice = receipt(FIRST, at(2), at(3))
    others = ToldReceipt(
        "acme", FIRST, notice.digest, at(2), is_filled_in=False,
        defects=(ToldDefect(RULE, RULE, "blocking", OTHER_FORMS, 9),),
    )  # fmt: skip
    with tables((FIRST, SECOND)) as session:
        rows = [("A", "devis", FIRST), *((f"{n}/{m}", f"session {n:02}", SECOND) for n in range(23) for m in range(3))]
        found = [{"delivery_date": day, "lead_id": lead, "form_id": form} for lead, form, day in rows]
        failed = {"rule_id": RULE, "outcome": "fail", "severity": "blocking", "dimension": "proof", "channel": "phone"}
        session.register("leads", filled("leads", found))
        session.register("findings", filled("findings", [
            {"delivery_date": day, "lead_id": lead, **failed} for lead, _, day in rows
        ]))  # fmt: skip
        clock_tables(session, [RULE], told_before([others], [notice], (), at(30)))
        lines = knowledge_clock(session, (), reaction=timedelta(days=15), cure_days=None, as_of=at(30))
    assert [line.form for line in lines] == [OTHER_FORMS, *(f"session {n:02}" for n in range(20))]
    assert (lines[0].detected_at, lines[0].notified_at, lines[0].leads_count) == (at(2), at(3), 10)
    assert {(line.detected_at, line.notified_at, line.leads_count) for line in lines[1:]} == {(at(13), None, 3)}


def test_what_a_correction_charged_is_known_from_the_correction_on() -> None:
    late = {
        "delivery_date": THIRD, "lead_id": "D", "channel": "phone", "known_at": datetime(2026, 11, 2, 4),
        "cause": "form_reviewed", "charged_rules": ["consent_box_not_prechecked"],
    }  # fmt: skip
    with tables((THIRD,), [late]) as session:
        clock_tables(session, ["consent_box_not_prechecked"], ())
        [found] = knowledge_clock(session, (), reaction=timedelta(days=15), cure_days=None, as_of=at(1, month=12))
    assert (found.detected_at, found.form) == (datetime(2026, 11, 2, 4, tzinfo=UTC), FORM)
    assert (found.waits_for, found.due_at) == ("notice", datetime(2026, 11, 17, 4, tzinfo=UTC))

"""What receipts told stays in the registry as it was, on both databases; what was told before is filled in, marked."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from pipelines.receipts.notices import PreparedReceipt
from pipelines.receipts.records import record_prepared
from pipelines.receipts.told_defects import OTHER_FORMS, ToldDefect
from pipelines.receipts.told_records import receipts_unrecorded, told_receipts
from pipelines.storage.registry.database import open_registry, registry_engine, writing
from pipelines.storage.registry.upgrades import config
from tests.support.postgres import postgres_server, postgres_url, registry_url  # noqa: F401
from tests.support.receipt_lake import (
    DAY,
    FINAL,
    VENDOR,
    accepted,
    found,
    judged,
    lead,
    opposed,
    prepare,
    receipts_of,
    signed_house,
    unknown,
    use,
)

AT, LATER = datetime(2026, 9, 5, 4, tzinfo=UTC), datetime(2026, 9, 9, 4, tzinfo=UTC)
NEVER = datetime(2030, 1, 1, tzinfo=UTC)
RECEIPT = PreparedReceipt(vendor="acme", delivery_date=DAY, digest="d" * 64, is_final=True, line_count=1)
MISSING = ToldDefect("proof_individual_record", "proof_individual_record", "blocking", "devis 7", 2)
FORM_OF_PROOF = '{"proof_form_id": "jeu", "proof_form_version": "2"}'
OPPOSED = ToldDefect("opposed", "opp_before_delivery", "blocking", "", 1)


def told(engine: sa.Engine, vendor: str = "acme") -> list[tuple[datetime, bool, tuple[ToldDefect, ...]]]:
    return [(one.told_at, one.is_filled_in, one.defects) for one in told_receipts(engine, vendor, before=NEVER)]


@pytest.mark.fault(
    area="scores",
    fault="What a receipt told is changed or removed in the registry",
    promise="The database itself refuses it: since when the house knew of a defect can't be rewritten.",
)
def test_what_was_told_is_recorded_once_and_no_statement_changes_it(registry_url: str) -> None:  # noqa: F811
    engine = open_registry(registry_url)
    assert record_prepared(engine, [RECEIPT], {DAY: (MISSING,)}, prepared_at=AT) == 1
    assert record_prepared(engine, [RECEIPT], {DAY: (MISSING,)}, prepared_at=LATER) == 0
    assert told(engine) == [(AT, False, (MISSING,))]
    record_prepared(engine, [RECEIPT], {DAY: (MISSING, OPPOSED)}, prepared_at=LATER)  # behind the same lines
    assert told(engine) == [(AT, False, (MISSING,)), (LATER, False, (MISSING, OPPOSED))]
    assert [one.told_at for one in told_receipts(engine, "acme", before=AT)] == [AT]
    for deed in ("update told_receipts set vendor = 'x'", "delete from told_defects", "delete from told_receipts"):
        with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="append-only"):
            connection.execute(sa.text(deed))


def test_what_a_receipt_tells_is_counted_by_rule_and_form_without_what_is_still_owed(tmp_path: Path) -> None:
    house = signed_house(tmp_path)
    judged(house, {
        "deliveries": [accepted("leads_1.csv", 3)],
        "leads": [lead("A", 1) | {"form_id": "devis", "form_version": "7"}, lead("B", 2), lead("C", 3)],
        "verdicts": [use(name, channel, "blocked") for name in "ABC" for channel in ("email", "phone")],
        "findings": [
            found("proof_individual_record", "A", "email"), found("proof_individual_record", "A", "phone"),
            found("proof_individual_record", "B", "phone"),
            found("consent_box_not_prechecked", "B", "phone", facts=FORM_OF_PROOF),
            opposed("C", "phone"), unknown("consent_not_in_terms", "C", "email", "vendor"),
            found("sequence_gap", None),
        ],
    })  # fmt: skip
    prepare(house)
    rule = "proof_individual_record"
    assert told(house.registry, VENDOR) == [
        (FINAL, False, (
            ToldDefect("consent_box_not_prechecked", "consent_box_not_prechecked", "blocking", "jeu 2", 1),
            ToldDefect("opposed", "opp_vendor_redelivery", "blocking", "", 1),
            ToldDefect(rule, rule, "blocking", "", 1),
            ToldDefect(rule, rule, "blocking", "devis 7", 1),
        ))
    ]  # fmt: skip


def test_of_a_rule_twenty_forms_are_told_by_name_and_no_name_is_one_that_a_registry_refuses(tmp_path: Path) -> None:
    house, rule = signed_house(tmp_path), "proof_individual_record"
    names = [f"{number:02}" for number in range(23)]
    leads = [*names, "twice"]
    forms = {**{name: f"session {name}" for name in names}, "twice": "session 22", "00": "a\x00b"}
    judged(house, {
        "deliveries": [accepted("leads_1.csv", len(leads))],
        "leads": [lead(name, place) | {"form_id": forms[name]} for place, name in enumerate(leads, 1)],
        "verdicts": [use(name, "phone", "blocked") for name in leads],
        "findings": [found(rule, name, "phone") for name in leads],
    })  # fmt: skip
    prepare(house)
    [(_, _, defects)] = told(house.registry, VENDOR)
    named = ["a\N{REPLACEMENT CHARACTER}b", *(f"session {number:02}" for number in (*range(1, 19), 22))]
    assert {one.form: one.lead_count for one in defects} == {**dict.fromkeys(named, 1), "session 22": 2, OTHER_FORMS: 3}


def test_a_day_that_tells_less_or_of_other_files_is_recorded_anew(tmp_path: Path) -> None:
    engine = open_registry(f"sqlite:///{tmp_path / 'registry.db'}")
    steps = [("v1", MISSING), ("v1", MISSING), ("v2", MISSING), ("v2", None), ("v3", None), ("v3", MISSING)]
    for number, (files, defect) in enumerate(steps):
        defects = (defect,) if defect else ()
        record_prepared(engine, [RECEIPT], {DAY: defects}, {DAY: files}, prepared_at=AT + timedelta(days=number))
    recorded = [
        ((one.told_at - AT).days, one.delivered_digest, one.defects)
        for one in told_receipts(engine, "acme", before=NEVER)
    ]
    assert recorded == [(0, "v1", (MISSING,)), (2, "v2", (MISSING,)), (3, "v2", ()), (5, "v3", (MISSING,))]


def test_of_the_days_of_its_receipts_alone_a_writer_reads_what_was_told(tmp_path: Path) -> None:
    engine = open_registry(f"sqlite:///{tmp_path / 'registry.db'}")
    record_prepared(engine, [RECEIPT], {DAY: (MISSING,)}, prepared_at=AT)
    read: list[tuple[str, Sequence[object]]] = []
    sa.event.listen(engine, "after_cursor_execute", lambda *said: read.append((said[2], said[3])))
    other = replace(RECEIPT, delivery_date=date(2026, 9, 2))
    record_prepared(engine, [other], {}, prepared_at=LATER)
    of_told = [values for statement, values in read if "FROM told_" in statement]
    assert len(of_told) == 2
    assert all("2026-09-02" in values and "2026-09-01" not in values for values in of_told)


@pytest.fixture
def old_home(tmp_path: Path) -> Path:
    """Its registry is of the revision before, with a receipt that another replaced."""
    engine = registry_engine(f"sqlite:///{tmp_path / 'registry.db'}")
    with engine.connect() as connection, writing(connection):
        command.upgrade(config(connection), "v0014")
    with engine.begin() as connection:
        for digest, prepared_at in (("a" * 64, "2026-09-02 04:00:00.000000"), ("b" * 64, "2026-09-04 08:00:00.000000")):
            connection.execute(
                sa.text(
                    "insert into receipts (vendor, delivery_date, digest, is_final, line_count, prepared_at) "
                    "values (:vendor, :day, :digest, true, 1, :at)"
                ),
                {"vendor": VENDOR, "day": DAY.isoformat(), "digest": digest, "at": prepared_at},
            )
    engine.dispose()
    return tmp_path


def test_what_receipts_told_before_is_filled_in_from_what_is_published_then_stays(old_home: Path) -> None:
    house = signed_house(old_home)
    tables = {"deliveries": [accepted("leads_1.csv", 1)], "leads": [lead("A", 1)], "verdicts": [use("A", "email")]}
    assert house.receipts.fill_in(VENDOR) == 0  # nothing is published of the day
    assert [one.digest for one in receipts_unrecorded(house.registry, VENDOR)] == ["b" * 64]
    judged(house, {**tables, "findings": [found("proof_individual_record", "A", "email")]})
    scorecards, deliveries = (house.lake.partition(name, VENDOR, DAY) for name in ("scorecards", "deliveries"))
    judged_at = scorecards.stat().st_mtime_ns
    os.utime(deliveries, ns=(judged_at + 1, judged_at + 1))
    assert house.receipts.fill_in(VENDOR) == 0  # taken in anew: its findings are of other leads
    os.utime(deliveries, ns=(judged_at, judged_at))
    assert [house.receipts.fill_in(VENDOR) for _ in range(2)] == [1, 0]
    rule = "proof_individual_record"
    before = (FINAL, True, (ToldDefect(rule, rule, "blocking", "", 1),))
    assert told(house.registry, VENDOR) == [before]
    judged(house, tables)
    prepare(house, as_of=LATER)
    assert told(house.registry, VENDOR) == [before, (LATER, False, ())]
    assert len(receipts_of(house.registry, VENDOR, DAY)) == 3


def test_a_receipt_from_before_that_is_prepared_again_alike_told_it_when_it_was_first(tmp_path: Path) -> None:
    engine = open_registry(f"sqlite:///{tmp_path / 'registry.db'}")
    record_prepared(engine, [RECEIPT], {}, prepared_at=AT)
    day = date(2026, 9, 2)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "insert into receipts (vendor, delivery_date, digest, is_final, line_count, prepared_at) "
                "values ('acme', '2026-09-02', 'e', true, 1, '2026-09-03 04:00:00.000000')"
            )
        )
    again = PreparedReceipt(vendor="acme", delivery_date=day, digest="e", is_final=True, line_count=1)
    assert record_prepared(engine, [again], {day: (MISSING,)}, prepared_at=LATER) == 0
    assert told(engine)[1:] == [(datetime(2026, 9, 3, 4, tzinfo=UTC), True, (MISSING,))]

"""Missing, late and refused: told from the ledger of deliveries and the contract's calendar and cut-off."""

from datetime import date, datetime, time
from typing import Any

import pyarrow as pa
import pytest

from pipelines.checks.delivery_faults import late_deliveries, missing_deliveries, refused_files
from pipelines.contracts.contract import Contract
from pipelines.vocabulary.tables import arrow_schema
from tests.support.intake_boxes import contract

TUESDAY, SATURDAY = date(2026, 8, 11), date(2026, 8, 15)
CUT_OFF = datetime(2026, 8, 11, 14)
"""16:00 in Paris, in the lake."""


def in_force(vendor: str, day: date) -> Contract:
    return contract(vendor=vendor, cut_off=time(16), calendar="0 0 * * 1-5")


def row(**values: Any) -> dict[str, Any]:
    good = {
        "vendor": "acme",
        "delivery_date": TUESDAY,
        "file_digest": "ab" * 32,
        "file_name": "leads jeanne.dupont@example.org.csv",
        "role": "leads",
        "delivered_at": CUT_OFF,
        "is_received_at_assumed": False,
        "status": "accepted",
    }
    return good | values


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=arrow_schema("deliveries"))


def test_a_due_day_without_leads_is_missing_and_told_once() -> None:
    missing = row(status="no_delivery", role=None, file_digest=None, file_name=None, delivered_at=None)
    other = missing | {"vendor": "beta", "delivery_date": date(2026, 8, 12)}
    assert list(map(str, missing_deliveries(table(row(), missing, other)))) == ["beta 2026-08-12", "acme 2026-08-11"]


@pytest.mark.parametrize(
    ("delivered_at", "told"),
    [
        (CUT_OFF, []),
        (datetime(2026, 8, 11, 14, 0, 1), ["acme 2026-08-11: 0 h 00 min after the cut-off"]),
        (datetime(2026, 8, 13, 15, 30), ["acme 2026-08-11: 49 h 30 min after the cut-off"]),
    ],
)
def test_leads_that_were_complete_after_the_cut_off_are_late_to_the_second(
    delivered_at: datetime, told: list[str]
) -> None:
    rows = (row(delivered_at=delivered_at), row(delivered_at=delivered_at, file_digest="cd" * 32))
    assert list(map(str, late_deliveries(table(*rows), in_force))) == told


def test_an_assumed_arrival_a_day_that_was_not_due_and_proofs_are_never_late() -> None:
    late = datetime(2026, 8, 20)
    assert late_deliveries(table(row(delivered_at=late, is_received_at_assumed=True)), in_force) == []
    assert late_deliveries(table(row(delivered_at=late, delivery_date=SATURDAY)), in_force) == []
    assert late_deliveries(table(row(delivered_at=late, role="consent_proofs")), in_force) == []
    assert late_deliveries(table(row(delivered_at=late)), lambda vendor, day: None) == []


def test_a_file_that_nobody_noted_excuses_no_late_one() -> None:
    unlisted = row(delivered_at=CUT_OFF, is_received_at_assumed=True, file_digest="cd" * 32)
    [fault] = late_deliveries(table(row(delivered_at=datetime(2026, 8, 12, 14)), unlisted), in_force)
    assert str(fault) == "acme 2026-08-11: 24 h 00 min after the cut-off"


def test_each_delivery_is_measured_by_its_vendors_contract_in_force_on_its_day() -> None:
    """From Wednesday on acme has to deliver by noon in Paris; beta may take until the evening."""
    wednesday = date(2026, 8, 12)

    def terms(vendor: str, day: date) -> Contract:
        hour = 20 if vendor == "beta" else 12 if day >= wednesday else 16
        return contract(vendor=vendor, cut_off=time(hour))

    on_wednesday = row(delivery_date=wednesday, delivered_at=datetime(2026, 8, 12, 13))
    rows = (row(delivered_at=datetime(2026, 8, 11, 13)), on_wednesday, on_wednesday | {"vendor": "beta"})
    assert [str(told) for told in late_deliveries(table(*rows), terms)] == [
        "acme 2026-08-12: 3 h 00 min after the cut-off"
    ]


def test_refused_files_are_told_by_reason_and_digest_and_never_by_name() -> None:
    refused = row(status="refused", role=None, reason="file_unclaimed")
    (told,) = refused_files(table(row(), refused, row(status="duplicate"), row(status="superseded")))
    assert (told.vendor, told.day) == ("acme", TUESDAY)
    assert str(told) == "acme 2026-08-11: file_unclaimed, file abababababab…"


def test_an_empty_ledger_tells_nothing() -> None:
    nothing = table()
    assert missing_deliveries(nothing) == late_deliveries(nothing, in_force) == refused_files(nothing) == []

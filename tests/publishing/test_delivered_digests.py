"""What was delivered of a day is its files and the proofs that count, and no file that its judgement never reads."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.house import House
from pipelines.publishing.judgement_digests import delivered_digests
from pipelines.verdicts.day_terms import DeliveredDay
from pipelines.verdicts.judge import DAY_COLUMNS, Reach
from pipelines.vocabulary.tables import arrow_schema
from tests.support.receipt_lake import VENDOR, signed_house

FIRST, SECOND = date(2026, 9, 1), date(2026, 9, 2)
"""The contract's proof deadline is 72 hours."""
LEADS = {"delivery_date": FIRST, "role": "leads", "file_digest": "a", "received_at": datetime(2026, 9, 1, 8)}
PROOFS = {"delivery_date": SECOND, "role": "consent_proofs", "file_digest": "b"}


def digest_of_first(house: House, *more: Mapping[str, object]) -> str:
    schema = pa.schema([arrow_schema("deliveries").field(name) for name in DAY_COLUMNS])
    [contract] = house.contracts().of(VENDOR)
    delivered = {
        day: DeliveredDay(VENDOR, day, contract, datetime(2026, 9, day.day, 8), is_assumed=False)
        for day in (FIRST, SECOND)
    }
    reach = Reach(VENDOR, house.lake, pa.Table.from_pylist([LEADS, *more], schema=schema), delivered, (FIRST,))
    return delivered_digests(reach)[FIRST]


@pytest.mark.parametrize(
    ("more", "is_read"),
    [
        ({**PROOFS, "received_at": datetime(2026, 9, 2, 8)}, True),
        ({**PROOFS, "received_at": datetime(2026, 9, 4, 9)}, False),
        ({**LEADS, "delivery_date": SECOND}, False),
        ({**LEADS, "file_digest": "c"}, True),
    ],
    ids=["proofs in time", "proofs after the deadline", "leads of a later day", "another file of the day"],
)
def test_a_day_is_of_its_files_and_of_proofs_that_count(
    tmp_path: Path, more: Mapping[str, object], is_read: bool
) -> None:
    house = signed_house(tmp_path)
    assert (digest_of_first(house, more) != digest_of_first(house)) is is_read


def test_a_day_on_which_nothing_came_is_of_no_files(tmp_path: Path) -> None:
    """A published day without a contract that asked for it has no row of `deliveries`."""
    house = signed_house(tmp_path)
    schema = pa.schema([arrow_schema("deliveries").field(name) for name in DAY_COLUMNS])
    reach = Reach(VENDOR, house.lake, pa.Table.from_pylist([LEADS], schema=schema), {}, (FIRST, SECOND))
    found = delivered_digests(reach)
    assert found.keys() == {FIRST, SECOND}
    assert found[FIRST] != found[SECOND]

"""Gates count what stands: what was given back since opens none, what was charged later does, from its instant on."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.house import House
from pipelines.scores.corrected import corrected_fails
from pipelines.scores.counted import counted_days
from pipelines.storage.kept_corrections import TABLE, account_digest
from pipelines.vocabulary.tables import arrow_schema
from tests.support.houses import house_at
from tests.support.receipt_lake import DAY, VENDOR, judged, lead, opposed, use

REDELIVERY = "opp_vendor_redelivery"
RELEASED, CHARGED = datetime(2026, 9, 10, 4, tzinfo=UTC), datetime(2026, 9, 12, 4, tzinfo=UTC)
Turn = tuple[str, str, datetime, str]
"""A lead, its channel, when it became known, and which list of rules tells it."""


def corrected(house: House, turns: Sequence[Turn]) -> None:
    lists = ("rules", "charged_rules", "released_rules", "charged_dimensions", "released_dimensions")
    rows: list[dict[str, Any]] = [
        {
            "vendor": VENDOR,
            "delivery_date": DAY,
            "lead_id": lead_id,
            "channel": channel,
            "known_at": at.replace(tzinfo=None),
            "cause": "accepted_dispute" if which == "released_rules" else "new_withdrawal",
            "attributable_to": "advertiser",
            **{name: [REDELIVERY] if name == which else [] for name in lists},
            "catalogue_digest": "c" * 64,
            "account_digest": account_digest(house.lake, VENDOR, DAY),
        }
        for lead_id, channel, at, which in turns
    ]
    table = pa.Table.from_pylist(rows, schema=arrow_schema(TABLE))
    with house.lake.writing(VENDOR):
        house.lake.replace_file(house.lake.vendor_file(TABLE, VENDOR), TABLE, table, is_noted=True)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Leads 1, 2 and 3 are delivered again after a notice, lead 1 on two channels; leads 4 and 5 are right."""
    house = house_at(tmp_path / "home")
    uses = [("1", "email"), ("1", "phone"), ("2", "phone"), ("3", "phone"), ("4", "phone"), ("5", "phone")]
    tables = {
        "leads": [lead(number, int(number)) for number in "12345"],
        "verdicts": [use(*one) for one in uses],
        "findings": [opposed(*one) for one in uses[:4]],
    }
    judged(house, tables)
    return house


def failed(house: House, as_of: datetime, rules: Collection[str] = (REDELIVERY,)) -> dict[str, dict[Any, int]]:
    published = {day: one.failed for day, one in counted_days(house.engine, house.lake, VENDOR).items()}
    return corrected_fails(house.engine, house.lake, VENDOR, published, rules, as_of)


def test_fails_that_were_given_back_are_counted_no_more_from_their_instant_on(house: House) -> None:
    given = [(one, "phone", RELEASED, "released_rules") for one in "123"]
    corrected(house, given)
    assert failed(house, RELEASED.replace(day=9)) == {REDELIVERY: {DAY: 3}}
    assert failed(house, RELEASED) == {REDELIVERY: {DAY: 1}}  # lead 1 still fails by e-mail
    corrected(house, [*given, ("1", "email", RELEASED, "released_rules")])
    assert failed(house, RELEASED) == {}


def test_fails_that_were_charged_later_are_counted_from_their_instant_on(house: House) -> None:
    corrected(house, [("2", "phone", RELEASED, "released_rules"), ("4", "phone", CHARGED, "charged_rules")])
    assert failed(house, RELEASED) == {REDELIVERY: {DAY: 2}}
    assert failed(house, CHARGED) == {REDELIVERY: {DAY: 3}}


def test_days_outside_the_window_and_other_rules_are_left_out(house: House) -> None:
    corrected(house, [("4", "phone", CHARGED, "charged_rules")])
    assert corrected_fails(house.engine, house.lake, VENDOR, {}, {REDELIVERY}, CHARGED) == {}
    assert failed(house, CHARGED, {"lead_duplicate"}) == {}
    assert failed(house, CHARGED, ()) == {}

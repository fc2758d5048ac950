"""What an accepted dispute gives back where facts give back another rule of the same dimension, before or after."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from pipelines.comparisons.accepted_disputes import given_back
from pipelines.comparisons.ladder import Ladder, judges_of
from pipelines.comparisons.standpoints import PastDay
from pipelines.disputes.dispute import DisputeDecision, RecordedDispute
from pipelines.house import House
from pipelines.storage.kept_corrections import TABLE
from pipelines.vocabulary.tables import arrow_schema
from tests.support.contract_files import shipped_catalogue
from tests.support.houses import house_at
from tests.support.receipt_lake import DAY, DELIVERED_AT, VENDOR, found, judged, lead, use

AT, EARLIER = datetime(2026, 9, 20, 4, tzinfo=UTC), datetime(2026, 9, 10, 4)
DISPUTED, OTHER = "proof_integrity", "proof_matches_lead"
BOTH_USES = ("email", "phone")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One lead fails both rules by phone, and nothing by e-mail."""
    house = house_at(tmp_path_factory.mktemp("given") / "home")
    fails = [found(rule, "L", "phone", dimension="proof") for rule in (DISPUTED, OTHER)]
    uses = [use("L", "email"), use("L", "phone", "blocked")]
    judged(house, {"leads": [lead("L", 1)], "verdicts": uses, "findings": fails})
    return house


def corrected(cause: str, *released: str, dimensions: tuple[str, ...] = ()) -> dict[str, Any]:
    """A row of the use by phone."""
    lists: dict[str, Any] = {name: [] for name in ("rules", "charged_rules", "charged_dimensions")}
    given: dict[str, Any] = {"released_rules": [*released], "released_dimensions": [*dimensions]}
    keys = {"vendor": VENDOR, "delivery_date": DAY, "lead_id": "L", "channel": "phone", "known_at": EARLIER}
    digests = {"catalogue_digest": "c" * 64, "account_digest": "a" * 64}
    return {**keys, **lists, **given, **digests, "cause": cause, "attributable_to": "advertiser"}


def accepted(rule: str) -> RecordedDispute:
    said = DisputeDecision(outcome="accepted", reason="The record was ours.", decided_by="A. Martin", decided_at=AT)
    return RecordedDispute(
        vendor=VENDOR,
        delivery_date=DAY,
        lead_id="L",
        channel=None,
        rule=rule,
        statement_digest="s" * 64,
        evidence_digests=(),
        file_digest="f" * 64,
        row_number=1,
        received_at=AT,
        notified_at=None,
        due_at=None,
        id=1,
        decisions=(said,),
    )


def given(house: House, *standing: dict[str, Any]) -> list[tuple[str, list[str], list[str]]]:
    catalogue = shipped_catalogue()
    ladder = Ladder(house.engine, house.lake, VENDOR, catalogue, judges_of(house.engine, house.lake))
    day = PastDay(DAY, catalogue.digest, None, DELIVERED_AT, True, AT, catalogue, None, "a" * 64)
    known = pa.Table.from_pylist(list(standing), schema=arrow_schema(TABLE))
    rows = given_back(ladder, [day], [accepted(DISPUTED)], known, AT).sort_by("channel").to_pylist()
    return [(row["channel"], row["released_rules"], row["released_dimensions"]) for row in rows]


def test_the_other_rule_holds_the_dimension(house: House) -> None:
    assert given(house) == [("phone", [DISPUTED], [])]


def test_the_last_rule_of_a_dimension_releases_it_where_a_fact_gave_back_the_other_before(house: House) -> None:
    before = corrected("rule_changed", OTHER)
    assert given(house, before) == [("phone", [DISPUTED], ["all", "proof"])]


def test_a_fact_that_gives_back_the_other_afterwards_releases_the_dimension_too_and_once(house: House) -> None:
    """The fact's own row can't: judged anew, the disputed rule fails as before."""
    before = [corrected("accepted_dispute", DISPUTED), corrected("rule_changed", OTHER)]
    assert given(house, *before) == [(channel, [], ["all", "proof"]) for channel in BOTH_USES]
    released = corrected("accepted_dispute", dimensions=("all", "proof"))
    assert given(house, *before, released) == []

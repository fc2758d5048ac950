"""A NO is taken back by a correction in time alone: overwritten later it was said, whoever asks, and whenever."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.verdicts.uses_now import uses_now
from tests.support.clean_market import LATE, MONDAY, SOON, VENDOR, CleanMarket, Row, lead, proof

TUESDAY = MONDAY + timedelta(days=1)
DEADLINE = datetime.fromisoformat("2026-09-10T08:00:00+00:00")
"""Of Monday: its leads came at ten in Paris; 72 hours later."""
DEADLINE_WITHOUT_LEADS = datetime.fromisoformat("2026-09-11T14:00:00+00:00")
"""Of Tuesday, which has none: its cut-off at 16:00 in Paris; 72 hours later."""
SECOND = timedelta(seconds=1)


def withdrawn(number: int) -> Row:
    return proof(number, withdrawn_at="2026-09-07T09:00:00+02:00")


def unreadable(number: int) -> Row:
    return proof(number, decision="pas d'accord")


NOES: dict[int, tuple[Row, date, datetime]] = {
    1: (withdrawn(1), MONDAY, DEADLINE + SECOND),
    2: (unreadable(2), MONDAY, DEADLINE + SECOND),
    3: (withdrawn(3), TUESDAY, DEADLINE_WITHOUT_LEADS + SECOND),
    4: (withdrawn(4), MONDAY, DEADLINE),
    5: (unreadable(5), MONDAY, SOON),
    6: (withdrawn(6), TUESDAY, DEADLINE_WITHOUT_LEADS),
}
"""By lead: what was said, in which folder, and when its file was overwritten. The last three are corrected in time."""


@pytest.mark.fault(
    area="folders",
    fault="A file of withdrawals and refusals is overwritten after the proof deadline",
    promise="They are never taken back: call lists, too, go by what was said once.",
)
def test_today_a_no_that_was_overwritten_late_still_counts_and_one_corrected_in_time_does_not(tmp_path: Path) -> None:
    market = CleanMarket(tmp_path, {"channels": ["email"]}, first=MONDAY)
    market.deliver([lead(number) for number in NOES], "leads.csv")
    market.deliver([proof(number) for number in NOES], "proofs.csv")
    for number, (said, day, _) in NOES.items():
        market.deliver([said], f"proofs-no-{number}.csv", day)
    market.take_in(until=TUESDAY)
    assert today(market, SOON) == dict.fromkeys(NOES, False)
    for number, (_, day, at) in NOES.items():
        market.deliver([proof(number + 100)], f"proofs-no-{number}.csv", day, at=at)
    market.take_in(until=TUESDAY)
    expected = {1: False, 2: False, 3: False, 4: True, 5: True, 6: True}
    assert today(market, LATE) == expected
    market.deliver([lead(50)], "leads.csv", TUESDAY, at=LATE - timedelta(hours=1))
    market.take_in(until=TUESDAY)
    assert today(market, LATE) == expected | {50: False}, (
        "a first lead file that comes late moves no deadline that had passed"
    )


def today(market: CleanMarket, as_of: datetime) -> dict[int, bool]:
    """Whether each lead may be used now."""
    house = market.house
    contracts = house.contracts().of(VENDOR)
    rows = uses_now(house.judge, house.lake, contracts, VENDOR, [MONDAY, TUESDAY], as_of=as_of).to_pylist()
    return {int(row["lead_id"].removeprefix("L-")): row["verdict"] == "usable" for row in rows}

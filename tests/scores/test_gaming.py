"""Tricks that a vendor may try on its score: each leaves it where honesty puts it, or lower.

Twenty-five leads a day on five days; on each, one without any proof.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.scores.scorer import Scorer
from tests.support.clean_market import MONDAY, VENDOR, CleanMarket, Row, lead, proof

DAYS = [MONDAY + timedelta(days=number) for number in range(5)]
SIZE = 25
PROOFLESS = 1
JUDGED = datetime(2026, 9, 30, 8, tzinfo=UTC)
"""When every deadline has passed."""
CAME_LATER = datetime(2026, 9, 29, 8, tzinfo=UTC)


def numbers_of(day: date) -> range:
    first = 1000 + DAYS.index(day) * SIZE
    return range(first, first + SIZE)


def leads_of(day: date) -> list[Row]:
    return [lead(number, day) for number in numbers_of(day)]


def proofs_of(day: date) -> list[Row]:
    """All but the last ones' proofs."""
    return [proof(number, day) for number in numbers_of(day)[:-PROOFLESS]]


def deliver_honestly(market: CleanMarket) -> None:
    for day in DAYS:
        market.deliver(leads_of(day), "leads.csv", day)
        market.deliver(proofs_of(day), "proofs.csv", day)


def judge(market: CleanMarket, at: datetime = JUDGED) -> None:
    market.reconcile(at, until=DAYS[-1])


def points_of(market: CleanMarket, at: datetime = JUDGED) -> dict[str, float]:
    house = market.house
    scorer = Scorer(house.engine, house.lake, house.contracts(), house.registry)
    scored = scorer.score(VENDOR, at)
    return {score.dimension: round(score.points, 6) for score in scored.scores}


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    market = CleanMarket(tmp_path_factory.mktemp("honest"))
    deliver_honestly(market)
    judge(market)
    return points_of(market)


def test_honesty_by_hand(honest: dict[str, float]) -> None:
    """One lead of 25 without a proof, so 4 % where 1 % is tolerated: four times, 20 points; the total at most 40."""
    assert honest == {"consent": 100, "proof": 20, "opposition": 100, "conformity": 100, "quality": 100, "total": 40}


def played(home: Path, trick: Callable[[CleanMarket], None]) -> dict[str, float]:
    """The score after honest deliveries that were judged, and a trick."""
    market = CleanMarket(home)
    deliver_honestly(market)
    trick(market)
    judge(market)
    return points_of(market)


def correct_after_the_deadline(market: CleanMarket) -> None:
    """Judged as it was; then a corrected file without the leads that have no proof, under a numbered manifest."""
    judge(market)
    for day in DAYS:
        kept = leads_of(day)[:-PROOFLESS]
        market.deliver(kept, "leads_2.csv", day, at=CAME_LATER)
        market.announce(["leads_2.csv"], 2, day)


def prove_after_the_deadline(market: CleanMarket) -> None:
    judge(market)
    for day in DAYS:
        late = [proof(number, day) for number in numbers_of(day)[-PROOFLESS:]]
        market.deliver(late, "proofs_2.csv", day, at=CAME_LATER)


def add_one_lead_to_old_folders(market: CleanMarket) -> None:
    """One more lead in a file of its own moves nobody else's proof deadline, and keeps no day from being final."""
    for number, day in enumerate(DAYS):
        market.deliver([lead(9000 + number, day)], "leads_2.csv", day, at=JUDGED - timedelta(hours=1))
        late = [proof(one, day) for one in (*numbers_of(day)[-PROOFLESS:], 9000 + number)]
        market.deliver(late, "proofs_2.csv", day, at=JUDGED - timedelta(hours=1))


def spoil_the_bad_ones(market: CleanMarket) -> None:
    for day in DAYS:
        spoilt = [{**row, "collected_at": "le 7 septembre"} for row in leads_of(day)]
        market.deliver(spoilt, "leads.csv", day)


def add_empty_rows(market: CleanMarket) -> None:
    for day in DAYS:
        market.deliver([{"lead_id": f"E-{day}-{number}"} for number in range(3 * SIZE)], "leads_2.csv", day)


def send_good_ones_again(market: CleanMarket) -> None:
    for day in DAYS:
        again = [
            {**row, "lead_id": f"{row['lead_id']}-{time}"} for row in leads_of(day)[:-PROOFLESS] for time in range(3)
        ]
        market.deliver(again, "leads_2.csv", day)


@pytest.mark.fault(
    area="scores",
    fault="Late corrections and proofs, extra leads in old folders, spoiled or empty rows, good ones sent again",
    promise="No trick gives a better score than honesty.",
)
@pytest.mark.parametrize(
    "trick",
    [
        correct_after_the_deadline,
        prove_after_the_deadline,
        add_one_lead_to_old_folders,
        spoil_the_bad_ones,
        add_empty_rows,
        send_good_ones_again,
    ],
)
def test_no_trick_lifts_a_score_above_honesty(
    tmp_path: Path, honest: dict[str, float], trick: Callable[[CleanMarket], None]
) -> None:
    found = played(tmp_path, trick)
    assert found["total"] <= honest["total"]
    assert all(found[name] <= honest[name] for name in ("consent", "proof", "opposition") if name in found)


def test_everything_spoiled_is_not_enough_evidence_for_a_dimension(tmp_path: Path) -> None:
    assert played(tmp_path, spoil_the_bad_ones) == {"conformity": 0, "total": 0}


def verdict_bytes(market: CleanMarket) -> Iterator[tuple[Path, bytes]]:
    lake = market.house.lake
    for day in DAYS:
        path = lake.partition("verdicts", VENDOR, day)
        yield path, path.read_bytes()


@pytest.mark.fault(area="scores", fault="Proofs are made up after the deadline", promise="Final verdicts stay.")
def test_what_came_after_the_deadline_changes_no_final_word(tmp_path: Path) -> None:
    market = CleanMarket(tmp_path)
    deliver_honestly(market)
    judge(market)
    before = dict(verdict_bytes(market))
    correct_after_the_deadline(market)
    prove_after_the_deadline(market)
    judge(market, JUDGED + timedelta(days=30))
    assert dict(verdict_bytes(market)) == before


def test_a_late_file_is_judged_on_its_own_clock(tmp_path: Path) -> None:
    market = CleanMarket(tmp_path)
    deliver_honestly(market)
    market.deliver([lead(9000)], "leads_2.csv", at=CAME_LATER)
    judge(market)
    late = {row["lead_id"]: row for row in market.rows("leads")}["L-9000"]
    finals = {row["lead_id"]: row["is_final"] for row in market.rows("verdicts")}
    assert late["delivered_at"] == CAME_LATER.replace(tzinfo=None)
    assert (finals["L-1000"], finals["L-9000"]) == (True, False)
    judge(market, CAME_LATER + timedelta(hours=72))
    assert all(row["is_final"] for row in market.rows("verdicts"))

"""What a vendor may say of its bad leads to make them look good: each day of one market is such a trick.

Twelve leads a day; one has no proof, of another the proof tells of a box that was ticked beforehand. No trick gets a
day better points than the honest day's, under the newest method: under version 1 a defect of consent cost a little more
than one of proof, so that to withhold the proof that tells of it paid.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from pipelines.scores.method import shipped_methods
from pipelines.scores.points import LeadCounts, score_vendor
from tests.support.clean_market import MONDAY, CleanMarket, Row, lead, proof

SIZE: Final = 12
JUDGED: Final = datetime(2026, 10, 15, 8, tzinfo=UTC)
METHOD: Final = shipped_methods().versions[-1].scoring
TOLERANCES: Final = {"consent": 0.2, "proof": 0.2, "opposition": 0.2, "conformity": 1.0, "quality": 1.0}
"""One to five, as by default, and so wide that no day is at 0 points."""
BEFORE_THE_LAW: Final = "2026-07-01T08:00:00+02:00"


@dataclass
class Day:
    """What is delivered on a day: the leads, and proofs of all but the first."""

    leads: list[Row]
    proofs: list[Row]

    @property
    def bad(self) -> list[Row]:
        """The lead without a proof, and the one whose box was ticked."""
        return self.leads[:2]


def honest(day: Day) -> None:
    """As it is."""


def antedate(day: Day) -> None:
    """The bad ones were collected before the law, and consented then."""
    for row in day.bad:
        row["collected_at"] = BEFORE_THE_LAW
    day.proofs[0]["consent_at"] = BEFORE_THE_LAW


def postdate(day: Day) -> None:
    """The bad one's consent is of after its collection."""
    day.proofs[0]["consent_at"] = "2026-09-30T08:00:00+02:00"


def withhold_the_form(day: Day) -> None:
    for row in (*day.bad, day.proofs[0]):
        row["form_id"] = row["form_version"] = ""


def withhold_the_reference(day: Day) -> None:
    for row in day.bad:
        row["consent_id"] = ""


def withhold_the_proof(day: Day) -> None:
    del day.proofs[0]


def pad_channels(day: Day) -> None:
    for row in (*day.leads, *day.proofs):
        row["channels"] = "email|sms|phone"


def sell_one_channel_only(day: Day) -> None:
    for row in day.bad:
        row["channels"] = "email"


def declare_professionals(day: Day) -> None:
    for row in day.bad:
        row |= {"audience": "professional", "claimed_basis": "b2b", "company_siren": "552100554"}


def declare_callbacks(day: Day) -> None:
    for row in day.bad:
        row["claimed_basis"] = "callback_request"


def declare_an_interest(day: Day) -> None:
    for row in day.bad:
        row["claimed_basis"] = "legitimate_interest"


def borrow_a_proof(day: Day) -> None:
    """The lead without a proof refers to somebody else's."""
    day.leads[0]["consent_id"] = day.leads[5]["consent_id"]


def reorder(day: Day) -> None:
    day.leads.reverse()
    day.proofs.reverse()


TRICKS: Final[tuple[Callable[[Day], None], ...]] = (
    honest, antedate, postdate, withhold_the_form, withhold_the_reference, withhold_the_proof,
    pad_channels, sell_one_channel_only, declare_professionals, declare_callbacks, declare_an_interest, borrow_a_proof,
    reorder,
)  # fmt: skip
DATES: Final = {trick: MONDAY + timedelta(days=number) for number, trick in enumerate(TRICKS)}


def played(trick: Callable[[Day], None], on: date) -> Day:
    first = 1000 + SIZE * TRICKS.index(trick)
    numbers = range(first, first + SIZE)
    day = Day([lead(number, on) for number in numbers], [proof(number, on) for number in numbers[1:]])
    day.proofs[0]["box_prechecked"] = "true"
    trick(day)
    return day


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> dict[date, dict[str, LeadCounts]]:
    """Of each day, by dimension, the leads rated and those that count against the vendor."""
    market = CleanMarket(tmp_path_factory.mktemp("claims"), first=MONDAY)
    for trick, on in DATES.items():
        day = played(trick, on)
        market.deliver(day.leads, "leads.csv", on)
        market.deliver(day.proofs, "proofs.csv", on)
    market.reconcile(JUDGED, until=max(DATES.values()))
    counts: dict[date, dict[str, LeadCounts]] = {}
    for row in market.rows("dimension_scorecards"):
        one = LeadCounts(row["leads_received"], row["leads_vendor_defective"])
        counts.setdefault(row["delivery_date"], {})[row["dimension"]] = one
    return counts


def total_of(counts: dict[str, LeadCounts]) -> float:
    return score_vendor(counts, TOLERANCES, METHOD)[-1].points


def test_honesty_by_hand(counted: dict[date, dict[str, LeadCounts]]) -> None:
    """One lead of twelve is bad in consent and one in proof; against a tolerance of 1 in 5 each has 100 - 100 / 12."""
    counts = counted[DATES[honest]]
    assert counts["all"] == LeadCounts(12, 2)
    assert (counts["consent"].leads_vendor_defective, counts["proof"].leads_vendor_defective) == (1, 1)
    assert total_of(counts) == pytest.approx(100 - 0.54 * 100 / 12)


@pytest.mark.fault(
    area="scores",
    fault="Bad leads are antedated, stripped of fields, sold on other channels, called professionals or callbacks",
    promise="No such day has better points than the honest one, and as many leads of it count against the vendor.",
)
@pytest.mark.parametrize("trick", TRICKS[1:], ids=lambda trick: trick.__name__)
def test_no_trick_beats_honesty(counted: dict[date, dict[str, LeadCounts]], trick: Callable[[Day], None]) -> None:
    found, best = counted[DATES[trick]], counted[DATES[honest]]
    assert found["all"].leads_vendor_defective >= best["all"].leads_vendor_defective
    assert total_of(found) <= total_of(best) + 1e-9

"""Why a published total moved: late data, corrections, deliveries, method; by hand, and always to the sum."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dossiers.model import VendorDossier
from pipelines.dossiers.writer import DossierWriter
from pipelines.scores.contributions import Contribution
from pipelines.scores.method import shipped_methods
from pipelines.scores.moves import CORRECTIONS, LATE, METHOD, Steps, explained, move_since
from pipelines.scores.points import TOTAL, ScoringMethod
from pipelines.scores.records import vendor_scores_as_of
from pipelines.scores.scorer import Scorer
from tests.scores.test_contributions import snapshot, snapshots, total_of
from tests.support.clean_market import MONDAY, VENDOR, CleanMarket, lead, proof

ONE = shipped_methods().versions[0].scoring
STEEPER = replace(ONE, slope_within=30)


def causes(parts: list[Contribution]) -> dict[tuple[str, str], float]:
    return {(part.dimension, part.cause): float(part.points) for part in parts}


def test_each_cause_by_hand() -> None:
    """Consent at 0.5, 0.6, 0.7 and 0.8 % of a tolerance of 1 %: 2 points a step, 0.6 of the total; then 30 a slope.

    At 0.8 % the slope of 30 gives 76 instead of 84 points: 0.3 x -8 = -2.4. No cap: 20 + 76 is more than the mean.
    """
    steps = Steps(*(snapshot(consent={"a": count}) for count in (5, 6, 7, 8)))
    assert causes(explained(steps, 97.0, ONE, STEEPER)) == {
        (TOTAL, LATE): pytest.approx(-0.6),
        (TOTAL, CORRECTIONS): pytest.approx(-0.6),
        ("consent", "a"): pytest.approx(-0.6),
        (TOTAL, METHOD): pytest.approx(-2.4),
    }


def test_what_came_late_and_meets_the_cap_is_told_as_late() -> None:
    """Consent from 1 to 2 %: the total from 94 to the cap of 70, all of it from what came late."""
    before, after = snapshot(consent={"a": 10}), snapshot(consent={"a": 20})
    assert causes(explained(Steps(before, after, after, after), 94.0, ONE, ONE)) == {(TOTAL, LATE): pytest.approx(-24)}


def test_what_the_same_method_makes_otherwise_now_is_told_as_the_methods() -> None:
    one = snapshot(consent={"a": 10})
    assert causes(explained(Steps(one, one, one, one), 90.0, ONE, ONE)) == {(TOTAL, METHOD): pytest.approx(4)}


@settings(max_examples=25, deadline=None)
@given(st.lists(snapshots(), min_size=4, max_size=4), st.sampled_from([ONE, STEEPER]), st.floats(0, 100))
def test_the_causes_sum_to_the_change_whatever_happened(
    found: list[dict[str, object]], method: ScoringMethod, published: float
) -> None:
    steps = Steps(*found)  # type: ignore[arg-type]
    parts = explained(steps, published, ONE, method)
    after = total_of(steps.now) if method is ONE else None
    change = sum((part.points for part in parts), Fraction(0))
    if after is not None:
        assert abs(change - (Fraction(after) - Fraction(published))) <= Fraction(1, 10**9)
    assert abs(float(change)) <= 100 + 1e-9


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[CleanMarket, datetime, datetime]:
    """Monday and Tuesday ten leads each, one of Monday's without a proof, and a score of Monday the week after.

    Later ten more leads come for Monday, three of them without a proof, on their own clock; then another score.
    """
    market, tuesday = CleanMarket(tmp_path_factory.mktemp("moves"), first=MONDAY), MONDAY + timedelta(days=1)
    first, second = datetime(2026, 9, 14, 4, tzinfo=UTC), datetime(2026, 9, 28, 4, tzinfo=UTC)
    for day, numbers, unproven in ((MONDAY, range(10), 1), (tuesday, range(10, 20), 0)):
        market.deliver([lead(number, day) for number in numbers], "leads.csv", day)
        market.deliver([proof(number, day) for number in numbers[unproven:]], "proofs.csv", day)
    judge_and_publish(market, first)
    came = first + timedelta(days=1)
    market.deliver([lead(number) for number in range(100, 110)], "leads_2.csv", at=came)
    market.deliver([proof(number) for number in range(103, 110)], "proofs_2.csv", at=came)
    judge_and_publish(market, second)
    return market, first, second


def scorer_of(market: CleanMarket) -> Scorer:
    house = market.house
    return Scorer(house.engine, house.lake, house.contracts(), house.registry, house.methods())


def written(market: CleanMarket, folder: Path, as_of: datetime) -> list[VendorDossier]:
    house, ours = market.house, market.house.settings
    return DossierWriter(scorer_of(market), house.catalogue, folder, as_of, ours.contracts, ours.policy).write_all()


def judge_and_publish(market: CleanMarket, as_of: datetime) -> None:
    market.reconcile(as_of, until=MONDAY + timedelta(days=1))
    scorer_of(market).score_all(as_of=as_of, catalogue=market.house.catalogue)


def test_from_published_scores_to_the_late_data_that_moved_them(
    told: tuple[CleanMarket, datetime, datetime],
) -> None:
    """One of 20 has no proof, 5 %: 80 - 30 x log2 5 = 10.34 points, the total at most 30.34; then 4 of 30: 0 and 20."""
    market, first, second = told
    scorer = scorer_of(market)
    published = vendor_scores_as_of(scorer.registry, VENDOR, first)
    parts = move_since(scorer, published, scorer.score(VENDOR, second), second)
    assert parts is not None
    assert causes(parts) == {(TOTAL, LATE): pytest.approx(-10.342, abs=1e-3)}
    now = vendor_scores_as_of(scorer.registry, VENDOR, second)[-1]
    assert float(sum(part.points for part in parts)) == pytest.approx(now.points - published[-1].points, abs=1e-9)


def test_dossier_and_portfolio_say_it_in_words(told: tuple[CleanMarket, datetime, datetime], tmp_path: Path) -> None:
    market, _, second = told
    [dossier] = written(market, tmp_path, second)
    assert dossier.move is not None
    assert [(line.version, line.points is not None) for line in dossier.versions] == [("1", True)]
    assert [event.kind for event in dossier.events][:2] == ["contract", "first_score"]
    page = (tmp_path / VENDOR / "2026-09-28" / "index.en.html").read_text(encoding="utf-8")
    assert "Data that came later" in page
    assert "do not predict the next ones" in page
    portfolio = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Données arrivées après coup −10,34" in portfolio
    assert "elles seules" in portfolio


def test_while_two_versions_are_shown_a_dossier_has_both(
    told: tuple[CleanMarket, datetime, datetime], tmp_path: Path
) -> None:
    market, _, _ = told
    [dossier] = written(market, tmp_path, datetime(2026, 12, 2, 5, tzinfo=UTC))
    assert [(line.version, line.since) for line in dossier.versions] == [("1", None), ("2", date(2026, 1, 1))]
    page = (tmp_path / VENDOR / "2026-12-02" / "index.html").read_text(encoding="utf-8")
    assert "montrée à côté, sans effet" in page


def test_the_digest_of_the_method_is_in_the_digest_of_what_a_score_was_made_from(
    told: tuple[CleanMarket, datetime, datetime],
) -> None:
    market, first, _ = told
    scorer = scorer_of(market)
    one, two = scorer.methods.versions[:2]
    other = replace(one, digest="0" * 64)
    digests = {scorer.score(VENDOR, first, method).inputs_digest for method in (one, two, other)}
    assert len(digests) == 3

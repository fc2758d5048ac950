"""Published scores are kept: what late data change stands beside what was said before, and weeks before are filled."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.scores.points import DimensionScore
from pipelines.scores.records import publish_scores, score_corrections, score_history, scores_as_of
from pipelines.scores.scorer import Scorer, weekly_ticks
from pipelines.storage.registry.database import open_registry
from pipelines.vocabulary.clock import tick_of
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at, reconcile
from tests.support.postgres import postgres_server, postgres_url, registry_url  # noqa: F401

AS_OF = datetime(2026, 9, 20, 4, tzinfo=UTC)
LATER = AS_OF + timedelta(days=2)
TOTAL = DimensionScore("total", 100, 1, 0.01, None, 89.1)
WORSE = replace(TOTAL, leads_vendor_defective=2, rate=0.02, points=70.0)


@pytest.fixture
def registry(registry_url: str) -> sa.Engine:  # noqa: F811
    return open_registry(registry_url)


def publish(registry: sa.Engine, *rows: DimensionScore, inputs: str = "1" * 64, run: datetime = AS_OF) -> int:
    return publish_scores(
        registry,
        {"acme": rows},
        as_of=AS_OF,
        methods="1",
        catalogue_digest="a" * 64,
        inputs={"acme": inputs},
        published_as_of=run,
    )


def test_late_data_add_a_line_and_what_was_published_is_kept_with_its_inputs(registry: sa.Engine) -> None:
    publish(registry, TOTAL)
    assert publish(registry, WORSE, inputs="2" * 64, run=LATER) == 1
    [standing] = scores_as_of(registry, AS_OF)
    assert (standing.points, standing.inputs_digest, standing.published_as_of) == (70.0, "2" * 64, LATER)
    [kept] = score_corrections(registry, "acme", "total", before=AS_OF)
    assert (kept.points, kept.inputs_digest, kept.corrected_at) == (89.1, "1" * 64, LATER)


def test_a_score_that_is_withdrawn_is_kept_too(registry: sa.Engine) -> None:
    publish(registry, TOTAL)
    publish(registry, run=LATER)
    assert scores_as_of(registry, AS_OF) == []
    assert [one.points for one in score_corrections(registry, "acme", "total", before=AS_OF)] == [89.1]


def test_another_run_that_says_the_same_corrects_nothing(registry: sa.Engine) -> None:
    publish(registry, TOTAL)
    assert publish(registry, TOTAL, run=LATER) == 0
    assert score_corrections(registry, "acme", "total", before=LATER) == []


@pytest.mark.fault(
    area="scores",
    fault="Somebody with access to the registry changes or removes a published score that was corrected",
    promise="The database refuses it: what was published stays beside what replaced it.",
)
@pytest.mark.parametrize("statement", ["update corrected_scores set points = 100", "delete from corrected_scores"])
def test_no_statement_changes_what_was_published(registry: sa.Engine, statement: str) -> None:
    publish(registry, TOTAL)
    publish(registry, WORSE, run=LATER)
    with pytest.raises(sa.exc.DBAPIError, match="kept as they were"), registry.begin() as connection:
        connection.execute(sa.text(statement))


def test_weeks_before_are_the_same_weekdays_ticks_back_to_the_first_day() -> None:
    """25 August 2026 less one week is the 18th, less two the 11th: nothing was delivered before that tick."""
    as_of, first = tick_of(date(2026, 8, 25)), date(2026, 8, 11)
    assert weekly_ticks([first, date(2026, 8, 14)], as_of) == [tick_of(date(2026, 8, 18))]
    assert weekly_ticks([], as_of) == []
    assert len(weekly_ticks([date(2020, 1, 1)], as_of)) == 13


def test_a_vendor_that_is_scored_first_has_the_weeks_before_it_from_what_was_known_then(tmp_path: Path) -> None:
    """Two leads on 11 August, whose proofs were due on the 14th; two on the 20th, due on the 23rd."""
    early, late = date(2026, 8, 11), date(2026, 8, 20)
    sign(tmp_path, "acme")
    for day in (early, late):
        deliver(tmp_path, "acme", day, received_at=datetime(2026, 8, day.day, 12, tzinfo=UTC))
    house, as_of = house_at(tmp_path), tick_of(date(2026, 8, 25))
    reconcile(house, ["acme"], [early, late], as_of)
    scorer = Scorer(house.judge.engine, house.lake, house.contracts(), house.registry)
    for _ in range(2):
        scorer.score_all(as_of=as_of, catalogue=house.catalogue)
    [before] = score_history(house.registry, "acme", "total", before=as_of)
    [now] = [row for row in scores_as_of(house.registry, as_of) if row.dimension == "total"]
    assert (before.as_of, before.leads_received, before.published_as_of) == (tick_of(date(2026, 8, 18)), 2, as_of)
    assert (now.leads_received, now.published_as_of) == (4, as_of)
    assert before.inputs_digest != now.inputs_digest

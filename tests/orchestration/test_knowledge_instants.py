"""A run on knowledge of the past takes no final verdict back, and none runs on knowledge of the future."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.house import House
from pipelines.vocabulary.clock import tick_of
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at, lake_bytes
from tests.support.instances import Daemon, instance_of

DAY = date(2026, 8, 11)
PROVISIONAL, FINAL = tick_of(date(2026, 8, 12)), tick_of(date(2026, 8, 20))
"""Before and after the proof deadline, 72 hours."""


@pytest.fixture
def house(tmp_path: Path) -> House:
    sign(tmp_path, "acme")
    deliver(tmp_path, "acme", DAY)
    return house_at(tmp_path, OPPOSABLE_THREADS="1")


@pytest.mark.fault(
    area="runs",
    fault="A run is started with a knowledge instant in the past",
    promise="Final verdicts stay as they are.",
)
def test_final_verdicts_stay_when_a_run_knows_less(house: House) -> None:
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=FINAL)
        daemon.register("acme")
        assert daemon.judge(("acme", "acme"), (DAY, DAY), FINAL).success
        before = lake_bytes(house.lake)
        again = daemon.judge(("acme", "acme"), (DAY, DAY), PROVISIONAL)
    assert not again.success  # it named a day that it did not do
    assert lake_bytes(house.lake) == before
    assert house.lake.facts("acme", DAY, "scorecards")["is_final"] == "true"


def test_provisional_verdicts_are_judged_again_on_any_knowledge(house: House) -> None:
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=FINAL)
        daemon.register("acme")
        later = PROVISIONAL + timedelta(hours=5)
        assert daemon.judge(("acme", "acme"), (DAY, DAY), later).success
        assert daemon.judge(("acme", "acme"), (DAY, DAY), PROVISIONAL).success
    assert house.lake.facts("acme", DAY, "scorecards")["is_final"] == "false"


@pytest.mark.fault(
    area="runs",
    fault="A run is started with an instant in the future",
    promise="It fails before any work: nothing becomes final early.",
)
@pytest.mark.parametrize("job", ["deliveries", "publish"])
def test_nothing_runs_on_knowledge_of_the_future(house: House, job: str) -> None:
    future = datetime.now(UTC) + timedelta(days=400)
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=FINAL)
        daemon.register("acme")
        tags = {"opposable/as_of": future.isoformat()}
        result = daemon.judge(("acme", "acme"), (DAY, DAY), future) if job == "deliveries" else daemon.run(job, tags)
    assert not result.success
    told = str([event.event_specific_data for event in result.all_events if event.is_step_failure])
    assert "lies in the future" in told
    assert not (house.settings.lake / "scorecards").exists()

"""Every run asks first whether it still hears invented persons who said no; one unheard stops it before any work."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from pipelines.canaries import watch as watching
from pipelines.canaries.market import Canary, canaries, person
from pipelines.canaries.watch import confirm_canaries, watch
from pipelines.engines.interface import EngineSettingError
from pipelines.house import House
from pipelines.identifiers.published_spellings import PUBLISHED_SPELLINGS
from pipelines.vocabulary.clock import tick_of
from pipelines.vocabulary.words import CHANNELS
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at
from tests.support.instances import Daemon, instance_of
from tests.support.rule_cards import OVERRIDE

DAY = date(2026, 8, 11)
AS_OF = tick_of(date(2026, 8, 20))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return house_at(tmp_path, OPPOSABLE_THREADS="1")


@pytest.mark.fault(
    area="objections",
    fault="A spelling, kind or channel of objection is not met any more (a fault of ours)",
    promise="Every run first judges invented persons who said no, in every way that we promise to hear.",
)
def test_every_canary_is_heard(house: House) -> None:
    watched = watch(house.engine, house.catalogue, canaries())
    assert watched.missed == ()
    published = sum(spelling.can_meet for spelling in PUBLISHED_SPELLINGS)
    assert watched.count == 2 * (len(CHANNELS) + 1) + 1 + published + 3


@pytest.mark.fault(
    area="objections",
    fault="The watch might be satisfied by blocking everybody",
    promise="An invented person who said nothing must stay usable, or the run fails.",
)
def test_somebody_who_said_nothing_is_blocked_by_nothing(house: House) -> None:
    silent = replace(person(1), said="nothing", closed=CHANNELS)
    assert watch(house.engine, house.catalogue, [silent, person(2)]).missed == ("nothing",)


def test_whom_only_a_rule_hears_that_the_house_switched_off_is_not_asked_about(house: House) -> None:
    rules = house.settings.home / "rules"
    rules.mkdir()
    (rules / "switched_off.yaml").write_text(yaml.safe_dump({"tel_consent_max_age_one_year": OVERRIDE}))
    some = [one for one in canaries() if "tel_consent_max_age_one_year" in one.heard_by] + canaries()[:1]
    watched = watch(house.engine, house.catalogue, some)
    assert (len(some), watched.count, watched.missed) == (2, 1, ())


def _of_other_spelling(one: Canary) -> Canary:
    return replace(one, oppositions=tuple({**row, "identifier": "0" * 63 + "1"} for row in one.oppositions))


def _too_late(one: Canary) -> Canary:
    late = {"opposed_at": "2026-09-08T08:00:00Z", "recorded_at": "2026-09-08T08:00:00Z"}
    return replace(one, oppositions=tuple({**row, **late} for row in one.oppositions))


def _for_other_reason(one: Canary) -> Canary:
    return replace(one, proof={"recipients": "Autre SA"}, oppositions=())


def hashed() -> Canary:
    return next(one for one in canaries() if one.said.startswith("an objection hashed"))


@pytest.mark.parametrize("spoil", [_of_other_spelling, _too_late, _for_other_reason])
def test_one_that_is_not_met_or_for_another_reason_alone_is_missed_by_what_was_said(
    house: House, spoil: Callable[[Canary], Canary]
) -> None:
    one = hashed()
    assert watch(house.engine, house.catalogue, [spoil(one), *canaries()[:2]]).missed == (one.said,)


def test_what_was_said_names_nobody() -> None:
    for one in canaries():
        assert one.email not in one.said
        assert one.phone not in one.said


def test_canaries_lie_in_the_lake_for_an_engine_that_sees_no_other_folder(house: House) -> None:
    unsaid = _of_other_spelling(hashed())
    assert watch(house.engine, house.catalogue, [unsaid, canaries()[0]], seen=house.lake).missed == (unsaid.said,)
    assert list(house.lake.canaries.iterdir()) == []


def test_what_lies_there_when_a_process_was_killed_is_no_data_of_the_house(house: House) -> None:
    left = house.lake.canaries / "left" / "part-0.parquet"
    left.parent.mkdir(parents=True)
    left.touch()
    assert not house.has_keyed_data()
    (house.settings.lake / "part-0.parquet").touch()
    assert house.has_keyed_data()


def test_canaries_are_judged_by_the_engine_that_publishes_or_not_at_all(tmp_path: Path) -> None:
    house = house_at(tmp_path, OPPOSABLE_ENGINE="spark", OPPOSABLE_SPARK_REMOTE="sc://127.0.0.1:9")
    with pytest.raises(EngineSettingError, match=r"OPPOSABLE_SPARK_REMOTE: no server answers at 127\.0\.0\.1:9;"):
        confirm_canaries(house, house.publishing_engine)
    assert confirm_canaries(house, house.engine).missed == ()


def test_a_run_says_before_any_work_what_mends_the_engine(tmp_path: Path) -> None:
    house = house_at(tmp_path, OPPOSABLE_ENGINE="spark", OPPOSABLE_SPARK_REMOTE="sc://127.0.0.1:9")
    sign(house.settings.home, "acme")
    deliver(house.settings.home, "acme", DAY)
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=AS_OF)
        daemon.register("acme")
        result = daemon.judge(("acme", "acme"), (DAY, DAY), AS_OF)
    assert not result.success
    assert "start it, or mend the address: docs/engines.md" in str(result.failure_data_for_node("intake"))
    assert not (house.settings.lake / "leads").exists()


@pytest.mark.fault(
    area="objections",
    fault="The invented persons might be counted as real ones",
    promise="They exist in that run alone: none is in a table, a count or a file.",
)
def test_a_run_says_how_many_were_met_and_leaves_nothing_of_them(house: House) -> None:
    sign(house.settings.home, "acme")
    deliver(house.settings.home, "acme", DAY)
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=AS_OF)
        daemon.register("acme")
        result = daemon.judge(("acme", "acme"), (DAY, DAY), AS_OF)
    count = len(canaries())
    [event] = result.asset_materializations_for_node("verdicts")[:1]
    assert event.metadata["canaries met"].value == f"{count} of {count}"
    assert not [path for path in house.settings.home.rglob("*") if "canari" in path.name]


@pytest.mark.fault(
    area="objections",
    fault="One of those invented persons is not heard",
    promise="The run fails before any work and says which kind of no was missed; nothing is published.",
)
def test_one_unheard_stops_a_run_before_any_work(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(house.settings.home, "acme")
    deliver(house.settings.home, "acme", DAY)
    monkeypatch.setattr(watching, "_FOUND", {})
    unheard = [_of_other_spelling(one) if one == hashed() else one for one in canaries()]
    monkeypatch.setattr(watching, "canaries", lambda: unheard)
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=AS_OF)
        daemon.register("acme")
        result = daemon.judge(("acme", "acme"), (DAY, DAY), AS_OF)
    assert not result.success
    told = str(result.failure_data_for_node("intake"))
    assert f"{len(unheard) - 1} of {len(unheard)} canaries were met, not: an objection hashed as" in told
    assert not (house.settings.lake / "leads").exists()

"""The process of one axis: every delivery of a home taken in, judged, told, scored, put into dossiers, timed by stage.

What the jobs do, without Dagster around it. Steps come from small to large, each on a home of its own; a line is
printed for each that is done. A tiny home goes through everything first, unmeasured, so that imports and the
compilation of the rules stand in no stage.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa

from benchmarks.figures.axes import ALL_CARDS, Sizes
from benchmarks.figures.homes import home_of
from benchmarks.other_work import OtherWork
from benchmarks.product import judge_days
from benchmarks.stopwatch import Stopwatch
from pipelines.dossiers.writer import DossierWriter
from pipelines.formats.isolated.desk import DESK
from pipelines.house import House
from pipelines.rulebook.catalogue import Catalogue, load_catalogue
from pipelines.scores.scorer import Scorer
from pipelines.settings import load_settings

_AFTER_DEADLINES = timedelta(days=42)
_TINY = Sizes(leads=10, oppositions=10)

Deliveries = Mapping[str, Sequence[date]]


def main() -> None:
    """Do the work of some steps, and print what the stages of each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of the homes")
    parser.add_argument("steps", help="sizes as JSON, a list of objects")
    options = parser.parse_args()
    for sizes in (Sizes(**one) for one in json.loads(options.steps)):
        print(json.dumps(_step(options.folder, sizes)), flush=True)


def _step(folder: Path, sizes: Sizes) -> dict[str, object]:
    catalogue = warm_cards(sizes.cards)
    home = home_of(folder, sizes)
    pa.default_memory_pool().release_unused()
    others = OtherWork()
    took = run_stages(home, catalogue, sizes.workers).took
    return {"stages": {name: asdict(one) for name, one in took.items()}, "other_cores": others.cores()}


@cache
def warm_cards(count: int) -> Catalogue:
    """`some_cards`, by which a tiny home was judged already."""
    catalogue = some_cards(count)
    with tempfile.TemporaryDirectory(prefix="opposable-tiny-") as name:
        run_stages(home_of(Path(name), _TINY), catalogue)
    return catalogue


def some_cards(count: int) -> Catalogue:
    """The catalogue with so many cards: one of each grain, since without them nothing can be judged, then by id."""
    catalogue = load_catalogue()
    if count == ALL_CARDS:
        return catalogue
    of_grain = {card.grain: card.id for card in catalogue.cards}
    ordered = sorted(catalogue.by_id, key=lambda name: (name not in of_grain.values(), name))
    return catalogue.without(ordered[count:])


def run_stages(home: Path, catalogue: Catalogue, workers: int | None = None) -> Stopwatch:
    """All stages of everything that was delivered to a home; `as_of` is after every proof deadline."""
    deliveries = _delivered(home / "inbox")
    days = [day for of_vendor in deliveries.values() for day in of_vendor]
    as_of = datetime.combine(max(days) + _AFTER_DEADLINES, time(4), UTC)
    house = _opened_house(home, catalogue, min(days), workers)
    watch = Stopwatch((home,))
    with watch.stage("intake"):
        _take_in_all(house, deliveries)
        DESK.end()  # what the reading process took is known then
    with watch.stage("judgement"):
        _judge_all(house, deliveries, as_of)
    with watch.stage("receipts"):
        _tell_all(house, deliveries, as_of)
    scorer = Scorer(house.engine, house.lake.as_found(), house.contracts(), house.registry, house.methods())
    with watch.stage("scores"):
        scorer.score_all(as_of=as_of, catalogue=catalogue)
    ours = house.settings
    with watch.stage("dossiers"):
        DossierWriter(scorer, catalogue, ours.dossiers, as_of, ours.contracts, ours.policy).write_all()
    return watch


def _delivered(inbox: Path) -> Deliveries:
    return {
        vendor.name: sorted(date.fromisoformat(day.name) for day in vendor.iterdir())
        for vendor in sorted(inbox.iterdir())
    }


def _opened_house(home: Path, catalogue: Catalogue, first_day: date, workers: int | None) -> House:
    """Its registry is open: a new one takes a while to be made."""
    given = {"OPPOSABLE_HOME": str(home), "OPPOSABLE_FIRST_DAY": first_day.isoformat()}
    house = House(load_settings(given | ({"OPPOSABLE_THREADS": f"{workers}"} if workers else {})))
    vars(house)["catalogue"] = catalogue
    _ = house.registry
    return house


def _take_in_all(house: House, deliveries: Deliveries) -> None:
    for vendor, days in deliveries.items():
        with house.lake.writing(vendor):
            for _ in house.intake.take_in(vendor, house.contracts((vendor,)).of(vendor), list(days)):
                pass


def _judge_all(house: House, deliveries: Deliveries, as_of: datetime) -> None:
    for vendor, days in deliveries.items():
        with house.lake.writing(vendor):
            judge_days(house, house.contracts((vendor,)).of(vendor), vendor, days, as_of)


def _tell_all(house: House, deliveries: Deliveries, as_of: datetime) -> None:
    for vendor, days in deliveries.items():
        with house.lake.writing(vendor):
            house.receipts.prepare(vendor, house.contracts((vendor,)).of(vendor), list(days), as_of=as_of)


if __name__ == "__main__":
    main()

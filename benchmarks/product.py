"""One delivery by the product: what the job `deliveries` does, without the orchestrator around it."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Final

from benchmarks.measure import peak_bytes
from pipelines.contracts.contract import Contract
from pipelines.formats.isolated.desk import DESK
from pipelines.house import House
from pipelines.settings import load_settings
from pipelines.vocabulary.tables import VERDICT_TABLES

IMPORTED_LATE: Final = (
    "pipelines.contracts.book",
    "pipelines.intake.vendor",
    "pipelines.engines.duckdb",
    "pipelines.rulebook.catalogue",
    "pipelines.verdicts.judge",
    "pipelines.receipts.writer",
)
"""What the house imports where it is asked for. The baselines' imports are start-up, so these are, too."""


def import_all() -> None:
    """Import everything that a delivery takes."""
    for name in IMPORTED_LATE:
        import_module(name)


def run(home: Path, *, vendor: str, day: date, as_of: datetime) -> None:
    """Write every table of the home's delivery into its lake; say on the standard error how long each half took."""
    house = House(load_settings({"OPPOSABLE_HOME": str(home)}))
    contracts = house.contracts().of(vendor)
    with house.lake.writing(vendor):
        with _stage("intake"):
            take_in(house, contracts, vendor, day)
        with _stage("judgement"):
            _judge(house, contracts, vendor, day, as_of)
    DESK.end()  # what the reading process took is known then


def take_in(house: House, contracts: Sequence[Contract], vendor: str, day: date) -> None:
    """Take a day in, without the vault: the baselines keep no identifiers."""
    for _ in replace(house.intake, vault=None).take_in(vendor, contracts, [day]):
        pass


def judge_days(house: House, contracts: Sequence[Contract], vendor: str, days: Sequence[date], as_of: datetime) -> None:
    """Judge days and write their tables, whatever is published of them."""
    with house.judge.judging(house.judge.reach(contracts, vendor, days), as_of=as_of) as judged:
        tables = {table: judged.pieces(table) for table in VERDICT_TABLES}
        house.lake.publish_days(vendor, tables, judged.facts)


def _judge(house: House, contracts: Sequence[Contract], vendor: str, day: date, as_of: datetime) -> None:
    judge_days(house, contracts, vendor, [day], as_of)
    with _stage("of which receipts"):
        house.receipts.prepare(vendor, contracts, [day], as_of=as_of)


@contextmanager
def _stage(name: str) -> Iterator[None]:
    before = time.perf_counter()
    yield
    took = time.perf_counter() - before
    print(f"{name}: {took:.1f} s, {peak_bytes() / 1e9:.2f} GB at most so far", file=sys.stderr)

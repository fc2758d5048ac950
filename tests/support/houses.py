"""A house in a temporary folder, and the steps of a reconciliation without the orchestrator around them."""

import shutil
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa

from pipelines.house import House
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.settings import load_settings
from pipelines.storage.lake import Lake
from pipelines.storage.outcome_notes import FOLDER

DEPENDENT_VENDORS: Final = ("agence-du-rhone", "multibase-pro", "relance-directe", "tardivo-data")
"""Of the simulated market, those whose days depend on each other: duplicates, re-used and late proofs, oppositions."""


def house_at(home: Path, **variables: str) -> House:
    return House(load_settings({"OPPOSABLE_HOME": str(home), **variables}))


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def keep_vendors(home: Path, vendors: Collection[str]) -> None:
    """Of a simulated market that was not taken in yet, remove all other vendors."""
    for folder in ("contracts", "inbox"):
        for place in (home / folder).iterdir():
            if place.name not in vendors:
                shutil.rmtree(place)


def import_oppositions(files: Iterable[Path], house: House) -> None:
    from typer.testing import CliRunner

    from pipelines.commands.oppositions import app

    result = CliRunner().invoke(
        app, ["import", *map(str, files)], env={"OPPOSABLE_HOME": str(house.settings.home)}, catch_exceptions=False
    )
    assert result.exit_code == 0, result.output


def reconcile(
    house: House, vendors: Sequence[str], days: Sequence[date], as_of: datetime, *, is_anew: bool = False
) -> None:
    """What the job `deliveries` does, vendor by vendor."""
    refresh_snapshot(house.registry, house.lake)
    for vendor in vendors:
        reconcile_vendor(house, vendor, days, as_of, is_anew=is_anew)


def reconcile_vendor(
    house: House, vendor: str, days: Sequence[date], as_of: datetime, *, is_anew: bool = False
) -> None:
    """What the job `deliveries` does for one vendor."""
    contracts = house.contracts([vendor]).of(vendor)
    with house.lake.writing(vendor):
        for _ in house.intake.take_in(vendor, contracts, days, is_anew=is_anew):
            pass
        house.kept_law.keep(house.catalogue, contracts)
        house.judged_days.publish(contracts, vendor, days, as_of, is_anew=is_anew)


def forget_inputs(lake: Lake) -> None:
    """Remove the notes of what partitions were made from: all of them are made anew."""
    shutil.rmtree(lake.root / FOLDER, ignore_errors=True)


def read_all(lake: Lake, table: str, marker: str = "deliveries") -> pa.Table:
    """Every trusted row of a table."""
    parts = [lake.read(table, vendor, lake.published_days(vendor, marker)) for vendor in lake.vendors(marker)]
    return pa.concat_tables(parts)


def lake_bytes(lake: Lake) -> dict[str, bytes]:
    """Every Parquet file of the lake by its path; without what checks said, which no reconciliation here asks."""
    paths = [path for path in lake.root.rglob("part-0.parquet") if path.parts[len(lake.root.parts)] != "check_results"]
    return {path.relative_to(lake.root).as_posix(): path.read_bytes() for path in paths}


def check_bytes(lake: Lake) -> dict[str, bytes]:
    """What checks said, by vendor."""
    return {path.parent.name: path.read_bytes() for path in (lake.root / "check_results").rglob("part-0.parquet")}

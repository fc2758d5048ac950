"""One run of the day of chaos, in a process of its own that may be killed at any instant.

`python -m tests.support.chaos_runs HOME FIRST LAST AS_OF UMASK VENDOR…` takes in and judges a range for some vendors,
seals what was taken in, and prints `vendor: why` for each vendor that it had to leave. Exit status 1: it stopped before
any work, and says why.
"""

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.storage.registry.database import RegistryError
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS
from tests.support.houses import days_between, house_at, reconcile_vendor


def run(house: House, vendors: list[str], days: list[date], as_of: datetime) -> list[str]:
    """Why each vendor that could not be done was left."""
    house.confirm_inputs()
    refresh_snapshot(house.registry, house.lake)
    left = LeftVendors("the run", FAULTS_OF_OURS)
    for vendor in vendors:
        with left.one(vendor):
            reconcile_vendor(house, vendor, days, as_of)
    done = house.retention.run(house.contracts(), as_of=as_of, now=datetime.now(UTC))
    return [*left.in_words(), *done.failed.in_words()]


def main(home: str, first: str, last: str, as_of: str, umask: str, *vendors: str) -> None:
    os.umask(int(umask, 8))
    days = days_between(date.fromisoformat(first), date.fromisoformat(last))
    try:
        left = run(house_at(Path(home)), [*vendors], days, datetime.fromisoformat(as_of))
    except RegistryError as error:
        sys.exit(str(error))
    for line in left:
        print(line)  # noqa: T201  # whoever started it reads


if __name__ == "__main__":
    main(*sys.argv[1:])

"""`python -m benchmarks.sizing`: leads a day against machines, disk and money, from one delivery that is measured.

It measures what the job `deliveries` does for one delivery (`benchmarks.one_delivery`), and multiplies: the work grows
in proportion to the leads. What a core costs is an assumption, and yours (`--euros`). `--write` puts the table into
`docs/fleet.md`.
"""

import argparse
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.__main__ import OPPOSITIONS_PER_LEAD, machine
from benchmarks.data import write_house
from benchmarks.markdown import with_block
from benchmarks.measure import Measured
from benchmarks.one_delivery import measured

PAGE: Final = Path(__file__).parents[1] / "docs" / "fleet.md"
BLOCK: Final = "sizing"
LEADS_A_DAY: Final = (10_000, 100_000, 1_000_000, 2_740_000, 10_000_000, 27_400_000)
"""2.74 million a day are a billion a year."""
WINDOW_HOURS: Final = 2
"""Between the vendors' files and the call centre's first call."""
USED: Final = 0.7
"""Of a core's time what counts on: the rest is start-up, Dagster's events, waiting."""
CORES_OF_A_MACHINE: Final = 8


@dataclass(frozen=True)
class Cost:
    """What a million leads cost."""

    cpu_seconds: float
    kept_bytes: int
    """In lake and outbox."""


def main() -> None:
    """Measure, multiply, print."""
    options = _sizing_options()
    with tempfile.TemporaryDirectory(prefix="opposable-sizing-") as name:
        home = Path(name)
        write_house(home, leads=options.leads, oppositions=OPPOSITIONS_PER_LEAD * options.leads)
        cost = cost_of(measured("product", home), home, options.leads)
    lines = list(sizing_lines(cost, options.leads, options.euros))
    print("\n".join(lines))
    if options.write:
        PAGE.write_text(with_block(PAGE.read_text(encoding="utf-8"), BLOCK, lines), encoding="utf-8")


def cost_of(took: Measured, home: Path, leads: int) -> Cost:
    """Of a measured delivery, for a million leads."""
    kept = sum(
        path.stat().st_size for place in ("lake", "outbox") for path in (home / place).rglob("*") if path.is_file()
    )
    oppositions = sum(path.stat().st_size for path in (home / "lake" / "oppositions").rglob("*") if path.is_file())
    return Cost(took.cpu_seconds / leads * 1e6, round((kept - oppositions) / leads * 1e6))


def sizing_lines(cost: Cost, leads: int, euros: float) -> Iterator[str]:
    """The table, with what it was measured on and what is assumed."""
    per_million = f"{cost.cpu_seconds:.0f} CPU seconds and {cost.kept_bytes / 1e6:,.0f} MB kept for a million leads"
    yield f"Measured: {leads:,} leads, as many proofs, {OPPOSITIONS_PER_LEAD} times as many oppositions, all rules,"
    yield f"receipts: {per_million}. {' '.join(machine())}"
    yield f"Assumed: {euros} € for a core and hour, work done within {WINDOW_HOURS} hours,"
    yield f"{USED:.0%} of a core's time put to use.\n"
    machines = f"cores for {WINDOW_HOURS} h | machines of {CORES_OF_A_MACHINE} cores"
    yield f"| leads a day | a year | CPU hours a day | {machines} | computing, € a year | kept a year |"
    yield "|---:|---:|---:|---:|---:|---:|---:|"
    for leads_a_day in LEADS_A_DAY:
        yield f"| {' | '.join(_sizes(leads_a_day, cost, euros))} |"


def _sizes(leads_a_day: int, cost: Cost, euros: float) -> Iterator[str]:
    hours = leads_a_day / 1e6 * cost.cpu_seconds / 3600
    cores = math.ceil(hours / WINDOW_HOURS / USED)
    yield f"{leads_a_day:,}"
    yield f"{leads_a_day * 365 / 1e6:,.0f} million"
    yield f"{hours:.2f}"
    yield f"{cores}"
    yield f"{math.ceil(cores / CORES_OF_A_MACHINE)}"
    yield f"{hours / USED * 365 * euros:,.0f}"
    yield f"{leads_a_day / 1e6 * cost.kept_bytes * 365 / 1e9:,.0f} GB"


def _sizing_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sizing", description=__doc__)
    parser.add_argument("--leads", type=int, default=400_000, help="of the delivery that is measured")
    parser.add_argument("--euros", type=float, default=0.05, help="what a core costs an hour")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    return parser.parse_args()


if __name__ == "__main__":
    main()

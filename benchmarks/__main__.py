"""`python -m benchmarks`: how fast it is on this machine, beside baselines in the same run, as a Markdown table.

`--small` for a quick look; `--profile` says, on the standard error, where the product's time goes.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks import backfill, one_delivery
from benchmarks.data import write_house
from benchmarks.measure import Measured
from benchmarks.one_delivery import HAS_POLARS
from benchmarks.spoilt import spoil

FULL: Final = {"leads": 1_000_000, "days": 365, "vendors": 10}
SMALL: Final = {"leads": 20_000, "days": 14, "vendors": 2}
OPPOSITIONS_PER_LEAD: Final = 5
LEADS_PER_DAY: Final = 200
PACKAGES: Final = ("duckdb", "pyarrow", "pandas", "pandera", "dagster", *(("polars",) if HAS_POLARS else ()))
NAMES: Final = {
    "product": "Opposable",
    "one_query": "one hand-written DuckDB script, six rules",
    "polars_script": "one hand-written Polars script, six rules",
    "plain_script": "a plain pandas script, six rules",
    "rejected": "Opposable, every row rejected for two reasons",
    "empty_bodies": "the same jobs with empty bodies",
}


def main() -> None:
    """Generate, measure, print."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="opposable-benchmarks-", dir=options.folder) as name:
        folder = Path(name)
        print("\n".join(machine()), flush=True)
        if "delivery" in options.only:
            print("\n".join(_one_delivery(folder / "one", options.leads, options.profile)), flush=True)
        if "backfill" in options.only:
            sizes = {"days": options.days, "vendors": options.vendors}
            print("\n".join(_backfill(folder / "many", sizes, options.profile)), flush=True)


def machine() -> Iterator[str]:
    """What it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    python = platform.python_version()
    yield f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {python}, {packages}."


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--small", action="store_true", help="small sizes, for a quick look")
    parser.add_argument("--leads", type=int, help="leads, and proofs, of the one delivery")
    parser.add_argument("--days", type=int, help="days of the backfill")
    parser.add_argument("--vendors", type=int, help="vendors of the backfill")
    parser.add_argument("--only", nargs="+", choices=("delivery", "backfill"), default=("delivery", "backfill"))
    parser.add_argument("--profile", action="store_true", help="profile the product; its times are then too long")
    parser.add_argument("--folder", type=Path, help="where the temporary homes are made; about 2 GB")
    options = parser.parse_args()
    for name, size in (SMALL if options.small else FULL).items():
        setattr(options, name, getattr(options, name) or size)
    return options


def _one_delivery(home: Path, leads: int, is_profiled: bool) -> Iterator[str]:
    oppositions = OPPOSITIONS_PER_LEAD * leads
    _say(f"writing a delivery of {leads:,} leads")
    write_house(home, leads=leads, oppositions=oppositions)
    took = {}
    for way in one_delivery.WAYS:
        _say(f"measuring {NAMES[way]}")
        took[way] = one_delivery.measured(way, home, is_profiled=is_profiled and way == "product")
    _say(f"measuring {NAMES['rejected']}")
    bad = home.with_name("rejected")
    write_house(bad, leads=leads, oppositions=oppositions)
    spoil(bad)
    took["rejected"] = one_delivery.measured("product", bad)
    yield from _table(
        f"One delivery: {leads:,} leads, {leads:,} proofs, {oppositions:,} oppositions, two channels", took
    )


def _backfill(folder: Path, sizes: Mapping[str, int], is_profiled: bool) -> Iterator[str]:
    _say(f"writing {sizes['days'] * sizes['vendors']:,} deliveries")
    backfill.write_houses(folder, **sizes, leads=LEADS_PER_DAY)
    took = {}
    for way in backfill.WAYS:
        _say(f"measuring {NAMES[way]}")
        took[way] = backfill.measured(way, folder, **sizes, is_profiled=is_profiled and way == "product")
    title = f"A backfill through Dagster: {sizes['days']} days of {LEADS_PER_DAY} leads; vendors: {sizes['vendors']}"
    yield from _table(title, took)


def _table(title: str, took: Mapping[str, Measured]) -> Iterator[str]:
    """One row a way; the ratio says how many times as long as Opposable it takes."""
    ours = took["product"]
    yield f"\n**{title}**\n"
    yield "| | start-up, s | wall, s | CPU, s | peak memory, GB | wall / Opposable's | CPU / Opposable's |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for way, one in took.items():
        cells = (
            NAMES[way],
            f"{one.start_up_seconds:.1f}",
            f"{one.wall_seconds:.1f}",
            f"{one.cpu_seconds:.1f}",
            f"{one.peak_bytes / 1e9:.2f}",
            f"{one.wall_seconds / ours.wall_seconds:.2f}",
            f"{one.cpu_seconds / ours.cpu_seconds:.2f}",
        )
        yield f"| {' | '.join(cells)} |"


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

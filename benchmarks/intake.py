"""`python -m benchmarks.intake`: how fast the intake alone is, and how much memory it takes, as Markdown tables.

`--small` for a quick look; `--profile` says, on the standard error, where the product's time goes.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from benchmarks.__main__ import machine
from benchmarks.intake_data import write_many_files, write_one_file
from benchmarks.intake_ways import measured
from benchmarks.measure import Measured

FULL: Final = {"leads": 1_000_000, "large": 10_000_000, "deliveries": 10_000}
SMALL: Final = {"leads": 20_000, "large": 200_000, "deliveries": 200}
LEADS_OF_A_SMALL_DELIVERY: Final = 20
FIRST_DAY: Final = date(1999, 1, 1)


def main() -> None:
    """Generate, measure, print."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="opposable-benchmarks-", dir=options.folder) as name:
        print("\n".join(machine()), flush=True)
        for part in options.only:
            print("\n".join(_PARTS[part](Path(name) / part, options)), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake", description=__doc__)
    parser.add_argument("--small", action="store_true", help="small sizes, for a quick look")
    parser.add_argument("--leads", type=int, help="leads of the one delivery")
    parser.add_argument("--large", type=int, help="leads of the delivery that is to take no more memory")
    parser.add_argument("--deliveries", type=int, help="small deliveries")
    parser.add_argument("--only", nargs="+", choices=tuple(_PARTS), default=tuple(_PARTS))
    parser.add_argument("--profile", action="store_true", help="profile the product; its times are then too long")
    parser.add_argument("--folder", type=Path, help="where the temporary homes are made; about 6 GB")
    options = parser.parse_args()
    for name, size in (SMALL if options.small else FULL).items():
        setattr(options, name, getattr(options, name) or size)
    return options


def _speed(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    write_one_file(folder / "good", leads=options.leads)
    write_one_file(folder / "bad", leads=options.leads, bad=True)
    write_one_file(folder / "almost", leads=options.leads, is_almost=True)
    good, bad, almost = folder / "good", folder / "bad", folder / "almost"
    took = {
        "one hand-written DuckDB query": measured("one_query", good),
        "Opposable": measured("product", good, is_profiled=options.profile),
        "Opposable, where every row is rejected": measured("product", bad, is_profiled=options.profile),
        "Opposable, where the address or the number of every row misses by a sign": measured(
            "product", almost, is_profiled=options.profile
        ),
    }
    yield from _table(f"The intake of {options.leads:,} leads in one CSV file", took)


def _memory(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    took = {}
    for leads in (options.leads, options.large):
        home = folder / f"{leads}"
        write_one_file(home, leads=leads)
        took[f"{leads:,} leads"] = measured("product", home, is_profiled=options.profile)
    yield from _table("Memory: one CSV file", took)


def _small(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    leads = options.deliveries * LEADS_OF_A_SMALL_DELIVERY
    write_one_file(folder / "one", leads=leads)
    days = [FIRST_DAY + timedelta(days=number) for number in range(options.deliveries)]
    write_many_files(folder / "many", days=days, leads=LEADS_OF_A_SMALL_DELIVERY)
    took = {
        f"one delivery of {leads:,}, read and validated": measured("reading", folder / "one"),
        f"{options.deliveries:,} deliveries of {LEADS_OF_A_SMALL_DELIVERY}, read and validated": measured(
            "reading", folder / "many", is_profiled=options.profile
        ),
        "the same, published": measured("product", folder / "many"),
    }
    yield from _table("Many small deliveries", took)


def _process(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """What a process of their own costs the readers: the same intake without one comes first."""
    for written_as in ("csv", "jsonl", "parquet"):
        home = folder / written_as
        write_one_file(home, leads=options.leads, written_as=written_as)
        ways = {"in one process": "product_in_one_process", "readers in a process of their own": "product"}
        took = {name: measured(way, home) for name, way in ways.items()}
        yield from _table(f"{options.leads:,} leads as {written_as}", took)
    days = [FIRST_DAY + timedelta(days=number) for number in range(options.deliveries)]
    write_many_files(folder / "many", days=days, leads=LEADS_OF_A_SMALL_DELIVERY)
    took = {
        "in one process": measured("reading_in_one_process", folder / "many"),
        "readers in a process of their own": measured("reading", folder / "many"),
    }
    yield from _table(f"{options.deliveries:,} small deliveries, read and validated", took)


_PARTS: Final[Mapping[str, Callable[[Path, argparse.Namespace], Iterator[str]]]] = {
    "speed": _speed,
    "memory": _memory,
    "small": _small,
    "process": _process,
}


def _table(title: str, took: Mapping[str, Measured]) -> Iterator[str]:
    """One row a way; the ratio says how many times as long as the first it takes."""
    first = next(iter(took.values()))
    yield f"\n**{title}**\n"
    yield "| | wall, s | CPU, s | peak memory, GB | wall / first | CPU / first | memory / first |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for way, one in took.items():
        numbers = (one.wall_seconds, one.cpu_seconds, one.peak_bytes / 1e9)
        ratios = (
            one.wall_seconds / first.wall_seconds,
            one.cpu_seconds / first.cpu_seconds,
            one.peak_bytes / first.peak_bytes,
        )
        yield f"| {way} | {' | '.join(f'{number:.2f}' for number in (*numbers, *ratios))} |"
    print(f"measured: {title}", file=sys.stderr)


if __name__ == "__main__":
    main()

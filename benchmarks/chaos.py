"""The day of chaos at full size, by hand: `python -m benchmarks.chaos [FOLDER]`, some twenty minutes on two cores.

The sample market with all its vendors over 30 days. The gate lives through a small one: `tests/whole/test_chaos.py`.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import NoReturn

from pipelines.simulation.market import DEFAULT_DAYS, DEFAULT_LEADS, DEFAULT_SEED
from tests.support.calm_markets import calm_market, differences
from tests.support.chaos import Chaos, Scale, live_through

FULL = Scale(days_at_once=5, kills=1, damaged=5)


def live_in(folder: Path, days: int = DEFAULT_DAYS, leads: int = DEFAULT_LEADS) -> NoReturn:
    """Live through it, say what differs, and end."""
    began = time.monotonic()
    calm = calm_market(folder / "calm", seed=DEFAULT_SEED, days=days, leads=leads)
    print(f"taken in undisturbed: {len(calm.vendors)} vendors, {len(calm.lake)} files", flush=True)
    chaos = Chaos(calm, folder / "chaos", random.Random(DEFAULT_SEED))
    live_through(chaos, FULL, folder / "backup.db", tell=lambda line: print(line, flush=True))
    found = differences(calm, calm.note(chaos.home))
    print(f"{chaos.kill_count} runs killed, {time.monotonic() - began:.0f} s; differing: {found or 'nothing'}")
    sys.exit(bool(found))


def main() -> None:
    """In the folder that is named, else in one that goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where the markets stay; one that goes unless given")
    folder = parser.parse_args().folder
    if folder is not None:
        live_in(folder)
    with tempfile.TemporaryDirectory() as made:
        live_in(Path(made))


if __name__ == "__main__":
    main()

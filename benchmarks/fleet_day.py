"""`python -m benchmarks.fleet_day`: one day over many vendors with small deliveries, as the daily schedule runs it.

One run over all vendors, beside the same run with empty bodies: what is left of that is Dagster. Start-up stands apart:
the interpreter, all imports, and the definitions.
"""

import argparse
import tempfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from benchmarks.__main__ import machine
from benchmarks.backfill import FIRST_DAY, RUNS, WAYS, vendor_names, write_houses
from benchmarks.measure import in_own_process, report
from pipelines.settings import load_settings


def main() -> None:
    """Generate, measure, print; or, for `main` itself, do one way in this process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet_day", description=__doc__)
    parser.add_argument("--vendors", type=int, default=200)
    parser.add_argument("--leads", type=int, default=50, help="leads, and proofs, of each vendor")
    parser.add_argument("--profile", action="store_true", help="profile the product; its times are then too long")
    parser.add_argument("--folder", type=Path, help="where the temporary homes are made")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--started-at", type=float, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        _in_this_process(options)
        return
    print("\n".join(machine()), flush=True)
    with tempfile.TemporaryDirectory(prefix="opposable-benchmarks-", dir=options.folder) as name:
        write_houses(Path(name), days=1, vendors=options.vendors, leads=options.leads)
        for way in WAYS:
            print(_measured(way, Path(name), options), flush=True)


def _measured(way: str, folder: Path, options: argparse.Namespace) -> str:
    arguments = ["--way", way, "--folder", str(folder / way), "--vendors", str(options.vendors)]
    profiled = ["--profile"] if options.profile and way == "product" else []
    took = in_own_process("benchmarks.fleet_day", [*arguments, *profiled])
    each = f"{took.wall_seconds / options.vendors * 1e3:.0f} ms a vendor, peak {took.peak_bytes / 1e9:.2f} GB"
    figures = f"{took.wall_seconds:.1f} s, {took.cpu_seconds:.1f} s of CPU, {each}"
    return f"{way}: {options.vendors} vendors in {figures}; start-up {took.start_up_seconds:.1f} s"


def _in_this_process(options: argparse.Namespace) -> None:
    settings = load_settings({"OPPOSABLE_HOME": str(options.folder), "OPPOSABLE_FIRST_DAY": FIRST_DAY.isoformat()})
    vendors, as_of = vendor_names(options.vendors), datetime.combine(FIRST_DAY + timedelta(days=1), time(4), UTC)

    def work() -> None:
        with runs:
            runs.register(vendors)
            if not runs.deliveries(vendors[0], FIRST_DAY, FIRST_DAY, as_of, last_vendor=vendors[-1]):
                raise RuntimeError("the run failed")

    runs = RUNS[options.way](settings)
    report(work, started_at=options.started_at, is_profiled=options.profile)


if __name__ == "__main__":
    main()

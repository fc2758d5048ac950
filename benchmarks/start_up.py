"""`python -m benchmarks.start_up`: what short commands cost over a long history, here and in another work tree.

One vendor, a delivery a day. Each command is a program of its own, in turns with the same one of the other tree
(`--against`, a checkout of an earlier commit); CPU seconds of its process and of those that it started, the least of
some rounds. What both trees print is compared.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from benchmarks.backfill import FIRST_DAY
from benchmarks.data import write_key, write_vendor
from benchmarks.incremental import AS_OF, OPPOSITIONS, VENDOR
from benchmarks.oppositions import import_into_house
from pipelines.house import House
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.settings import load_settings

HERE: Final = Path(__file__).parents[1]
ENTRY: Final = "new@mail.example,email,all,2025-06-01T00:00:00Z,2025-06-02T00:00:00Z,site"


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start_up", description=__doc__)
    parser.add_argument("--days", type=int, default=320)
    parser.add_argument("--leads", type=int, default=50, help="leads, and proofs, of each day")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--against", type=Path, help="another work tree")
    parser.add_argument("--folder", type=Path, help="where the temporary home is made")
    options = parser.parse_args()
    from benchmarks.__main__ import machine  # which knows of benchmarks that import this one

    trees = [tree for tree in (options.against, HERE) if tree]
    print("\n".join(machine()), flush=True)
    with tempfile.TemporaryDirectory(prefix="opposable-benchmarks-", dir=options.folder) as name:
        home = Path(name)
        _write_history(home, options.days, options.leads)
        for line in _table(home, trees, options.days * options.leads // 2, options.rounds):
            print(line, flush=True)


def _write_history(home: Path, count: int, leads: int) -> None:
    days = [FIRST_DAY + timedelta(days=number) for number in range(count)]
    write_key(home)
    import_into_house(home, OPPOSITIONS)
    write_vendor(home, VENDOR, first_number=0, days=days, leads=leads)
    house = House(load_settings({"OPPOSABLE_HOME": str(home)}))
    contracts = house.contracts().of(VENDOR)
    refresh_snapshot(house.registry, house.lake)
    with house.lake.writing(VENDOR):
        list(house.intake.take_in(VENDOR, contracts, days))
        house.judged_days.publish(contracts, VENDOR, days, AS_OF)
    house.registry.dispose()
    (home / "new.csv").write_text(f"identifier,kind,channel,opposed_at,recorded_at,origin\n{ENTRY}\n", encoding="utf-8")


def _table(home: Path, trees: Sequence[Path], lead: int, rounds: int) -> Iterator[str]:
    yield f"| CPU seconds | {' | '.join(f'`{tree.name}`' for tree in trees)} | ratio |"
    yield "|---" + "|---:" * (len(trees) + 1) + "|"
    for command in (
        ["--help"],
        ["contracts", "lint"],
        ["oppositions", "import", "--dry-run", str(home / "new.csv")],
        ["receipts", "list"],
        ["explain", VENDOR, f"L{lead}", "--all"],
    ):
        runs = [[_run(tree, home, command) for tree in trees] for _ in range(rounds)]
        if len({printed for run in runs for _, printed in run}) > 1:
            raise RuntimeError(f"{' '.join(command)}: the trees print different things")
        least = [min(seconds for seconds, _ in of_tree) for of_tree in zip(*runs, strict=True)]
        told = " ".join(Path(word).name if "/" in word else word for word in command)
        yield f"| `{told}` | {' | '.join(f'{one:.2f}' for one in least)} | {least[-1] / least[0]:.2f} |"


def _run(tree: Path, home: Path, command: Sequence[str]) -> tuple[float, bytes]:
    """CPU seconds, and what was printed."""
    environment = {**os.environ, "OPPOSABLE_HOME": str(home), "PYTHONPATH": str(tree)}
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *command], cwd=tree, env=environment, capture_output=True, check=True
    )
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return spent, done.stdout


if __name__ == "__main__":
    main()

"""`python -m benchmarks.oppositions`: how fast an opposition file is imported, into SQLite and into PostgreSQL.

PostgreSQL is a server of its own, as it is installed: durable, reached through its socket alone. Half of the file are
hashes, the rest addresses and numbers; one opposition in three was shared, one in twenty was revoked.
"""

import argparse
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from benchmarks.data import SECRET, SEED, Numbers, persons_of, spelt_emails, spelt_phones
from benchmarks.measure import in_own_process, report
from pipelines.oppositions.lines import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, RefusedLine

PIECE: Final = 200_000
_INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"
_FIRST: Final = np.datetime64("2025-01-01", "s")
_DAYS: Final = 500


def main() -> None:
    """Generate, measure, print; or, for `main` itself, import one file into one registry."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.oppositions", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="+", choices=("sqlite", "postgresql"), default=("sqlite", "postgresql"))
    parser.add_argument("--folder", type=Path, help="where the file and the SQLite registry are made")
    parser.add_argument("--import", nargs=2, dest="into", metavar=("FILE", "URL"), help=argparse.SUPPRESS)
    parser.add_argument("--started-at", type=float, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.into:
        path, url = options.into
        report(lambda: import_file(Path(path), url), started_at=options.started_at, is_profiled=False)
        return
    from benchmarks.__main__ import machine  # which knows of benchmarks that import this one

    print("\n".join(machine()), flush=True)
    with tempfile.TemporaryDirectory(prefix="opposable-benchmarks-", dir=options.folder) as name:
        path = Path(name) / "oppositions.csv"
        with path.open("wb") as file:
            write_lines(file, options.lines)
        for database in options.only:
            print(_measured(database, path, options.lines), flush=True)


def write_lines(file: BinaryIO, count: int) -> None:
    """An opposition file of so many lines, piece by piece."""
    file.write(",".join((*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)).encode() + b"\n")
    for start in range(0, count, PIECE):
        rows = _rows(np.arange(start, min(count, start + PIECE)))
        csv.write_csv(rows, file, csv.WriteOptions(include_header=False, quoting_style="none"))


def _rows(numbers: Numbers) -> pa.Table:
    rng, size = np.random.default_rng([SEED, int(numbers[0])]), len(numbers)
    persons, kinds = persons_of(numbers), pa.array(numbers % 4)
    hashed = pa.array([key.hex() for key in _random_digests(rng, size)])
    identifiers = (hashed, hashed, spelt_emails(rng, persons.emails), spelt_phones(rng, persons.nationals))
    opposed_at = _FIRST + rng.integers(0, _DAYS * 86_400, size)
    recorded_at = opposed_at + rng.integers(60, 86_400, size)
    is_shared, is_revoked = pa.array(numbers % 3 == 0), pa.array(numbers % 20 == 0)
    columns: dict[str, Any] = {
        "identifier": pc.choose(kinds, *identifiers),
        "kind": pc.choose(kinds, "email_sha256", "email_sha256", "email", "phone"),
        "channel": pc.choose(pa.array(numbers % 5 // 4), "all", "phone"),
        "opposed_at": _texts(opposed_at),
        "recorded_at": _texts(recorded_at),
        "origin": pa.repeat("site", size),
        "shared_with": pc.if_else(is_shared, "*", ""),
        "shared_at": pc.if_else(is_shared, _texts(recorded_at + 3_600), ""),
        "revoked_at": pc.if_else(is_revoked, _texts(recorded_at + 7_200), ""),
    }
    return pa.table(columns)


def _random_digests(rng: np.random.Generator, count: int) -> list[bytes]:
    drawn = rng.bytes(32 * count)
    return [drawn[start : start + 32] for start in range(0, len(drawn), 32)]


def _texts(instants: Any) -> pa.Array:
    return pc.strftime(pa.array(instants), format=_INSTANT)


def _measured(database: str, path: Path, count: int) -> str:
    took = in_own_process("benchmarks.oppositions", ["--import", str(path), _URLS[database](path.parent)])
    figures = f"{took.wall_seconds:.1f} s, {took.cpu_seconds:.1f} s of its own CPU, peak {took.peak_bytes / 1e9:.2f} GB"
    return f"{database}: {count:,} lines imported in {figures}, {took.wall_seconds / count * 1e6:.1f} µs a line"


def _postgres_url(_: Path) -> str:
    from tests.support.postgres import installed_binaries, started_server, url_of

    binaries = installed_binaries()
    if binaries is None:
        raise SystemExit("expected a PostgreSQL server (initdb): install one, or say --only sqlite")
    return url_of(started_server(binaries, ""))


_URLS: Final[dict[str, Callable[[Path], str]]] = {
    "sqlite": lambda folder: f"sqlite:///{folder / 'registry.db'}",
    "postgresql": _postgres_url,
}


def import_into_house(home: Path, count: int) -> None:
    """So many oppositions into the registry of a home."""
    path = home / "oppositions.csv"
    with path.open("wb") as file:
        write_lines(file, count)
    import_file(path, f"sqlite:///{home / 'registry.db'}")


def import_file(path: Path, url: str) -> None:
    """The oppositions of a file into a registry."""
    from rich.progress import Progress

    from pipelines.commands.opposition_files import OWN, open_oppositions
    from pipelines.identifiers.keyed_hashes import NORMALISATION_VERSION, IdentityHasher
    from pipelines.oppositions.imports import import_oppositions
    from pipelines.storage.registry.database import open_registry

    read = open_oppositions(path, OWN, datetime.now(UTC))(IdentityHasher(SECRET), Progress(disable=True))
    good = (line for line in read if not isinstance(line, RefusedLine))
    import_oppositions(open_registry(url), good, key_id="identity-1", normalisation_version=NORMALISATION_VERSION)


if __name__ == "__main__":
    main()

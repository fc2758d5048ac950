"""`python -m benchmarks.fuzz`: the readers of delivered files under damaged files, each in the reading process.

Every file of the corpus of formats is damaged at random, over and over, and read as the intake reads it: packed and
not, under what the contract says and under other formats. What counts: how many files were read and refused, that no
death reaches this process, and that none takes longer than it may. A file that broke its reader is named by its seed.
"""

import argparse
import gzip
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import zstandard

from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.sources import DeliveredSource
from pipelines.formats.isolated.readers import list_archive, read_source
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.source import BytesSource, Source
from tests.formats.test_readers import terms
from tests.support.format_files import archive
from tests.support.format_mutations import SMALL, mutated, outcome
from tests.support.paths import DATA

READERS: Final = ("csv", "json", "parquet", "xlsx", "xls", "ods", "packings")
_ENDINGS: Final = {"packings": (".csv",), "csv": (".csv", ".txt", ".tsv"), "json": (".json", ".jsonl", ".ndjson")}
_LIMITS: Final = Limits(**{**vars(SMALL), "read_seconds": 20, "read_bytes": 2**30})
_BROKE: Final = ("reader_failed", "limit_read_seconds", "memory_exceeded")


@dataclass
class Tally:
    """What became of a reader's files."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    broke: list[str] = field(default_factory=list)
    """Seeds of files that the reading process did not survive, with their reason."""


def main() -> None:
    """Damage, read, count."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="for each reader")
    parser.add_argument("--only", nargs="+", choices=READERS, default=READERS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("| reader | files | read | refused | died | too slow | out of memory | slowest, s |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for reader in options.only:
        print(_line(reader, fuzzed(reader, seconds=options.minutes * 60, seed=options.seed)), flush=True)


def fuzzed(reader: str, *, seconds: float, seed: int) -> Tally:
    """Damage the files of a reader for some time."""
    tally, until = Tally(), time.monotonic() + seconds
    for name, content in _damaged(reader, seed):
        before = time.monotonic()
        became = _became_of_packing(content) if reader == "packings" else _became(BytesSource(content), name, reader)
        tally.slowest = max(tally.slowest, time.monotonic() - before)
        tally.outcomes[became] += 1
        if became in _BROKE:
            tally.broke.append(f"{name}: {became}")
        if time.monotonic() > until:
            break
    return tally


def _became(source: Source, name: str, reader: str) -> str:
    return outcome(read_source(source, terms(_stated(name, reader)), _LIMITS))


def _became_of_packing(content: bytes) -> str:
    """What became of a packed file, or of the last one in an archive."""
    with tempfile.NamedTemporaryFile() as written:
        written.write(content)
        written.flush()
        file = DeliveredFile("packed", Path(written.name), "", len(content))
        files = [file]
        if content.startswith(b"PK"):
            entries = list_archive(DeliveredSource(file, _LIMITS), _LIMITS)
            if isinstance(entries, FileRefusal):
                return entries.cause.code
            files = [replace(file, member=entry.key, size=entry.size) for entry in entries]
        found = [_became(DeliveredSource(each, _LIMITS), "packed.csv", "csv") for each in files]
    return next((became for became in found if became in _BROKE), found[-1] if found else "archive_empty")


def _packed(content: bytes, source: random.Random) -> bytes:
    return source.choice([gzip.compress, zstandard.compress, lambda bare: archive({"leads.csv": bare})])(content)


def _damaged(reader: str, seed: int) -> Iterator[tuple[str, bytes]]:
    """Damaged files, each from a seed of its own, which is its name: `<file of the corpus>#<number>`."""
    paths = [path for path in sorted((DATA / "corpus").rglob("*")) if path.suffix in _endings(reader)]
    number = seed * 10**9
    while paths:
        for path in paths:
            number += 1
            name = f"{path.name}#{number}"
            source = random.Random(name)
            content = path.read_bytes()
            yield name, mutated(_packed(content, source) if reader == "packings" else content, source)


def _endings(reader: str) -> tuple[str, ...]:
    return _ENDINGS.get(reader, (f".{reader}",))


def _stated(name: str, reader: str) -> str:
    """What the contract says of a file: mostly the truth."""
    said = Path(name.partition("#")[0]).suffix.removeprefix(".")
    return said if said in ("json", "jsonl") else reader


def _line(reader: str, tally: Tally) -> str:
    counts, total = tally.outcomes, tally.outcomes.total()
    broke = [counts[reason] for reason in _BROKE]
    refused = total - counts["read"] - sum(broke)
    figures = (total, counts["read"], refused, *broke)
    told = "".join(f"\n{name}" for name in tally.broke[:20])
    return f"| {reader} | {' | '.join(f'{figure:,}' for figure in figures)} | {tally.slowest:.1f} |{told}"


if __name__ == "__main__":
    main()

"""Random damage to every kind of file: a refusal or all its rows, never a crash, whatever the contract says."""

import random
from pathlib import Path

import pytest

from tests.formats.test_readers import terms
from tests.support.format_mutations import check_reading, mutated
from tests.support.paths import DATA

CORPUS = DATA / "corpus" / "formats"
SEEDS = sorted(path for path in CORPUS.iterdir() if path.suffix != ".yaml" and path.stat().st_size < 20_000)
FORMATS = ("csv", "xlsx", "xls", "ods", "jsonl", "json", "parquet")


@pytest.mark.fault(
    area="files",
    fault="Files of every format with bytes changed, cut or doubled at random",
    promise="Each is refused with a reason or read to its end; none stops a run.",
)
@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_a_damaged_file_is_refused_or_read_to_its_end(path: Path) -> None:
    source = random.Random(path.name)
    content = path.read_bytes()
    for _ in range(40):
        check_reading(mutated(content, source), terms(source.choice(FORMATS)))

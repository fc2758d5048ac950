"""Every file of the corpus against its sidecar, in one piece and in many."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from pipelines.formats.limits import FileRefusal
from tests.support.csv_cases import COLUMNS, Content, read, terms
from tests.support.paths import DATA

CORPUS = DATA / "corpus" / "csv"
NAMES = sorted(path.stem for path in CORPUS.glob("*.csv"))


def sidecar(name: str) -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load((CORPUS / f"{name}.yaml").read_text(encoding="utf-8"))
    assert written.keys() <= {"why", "contract", "columns", "rows", "malformed", "sheet_rows", "differences", "refused"}
    return written


@pytest.mark.parametrize("block_bytes", [1 << 23, 5, 1])
@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_the_corpus_is_read_as_its_sidecar_says(name: str, block_bytes: int) -> None:
    expected = sidecar(name)
    contract = {"columns": COLUMNS} | expected.get("contract", {})
    found = read((CORPUS / f"{name}.csv").read_bytes(), terms(**contract), block_bytes=block_bytes)
    if "refused" in expected:
        assert isinstance(found, FileRefusal), found
        assert found.reason == expected["refused"]
        return
    assert isinstance(found, Content), found
    shown = {row: found.sheet_rows[row] for row in expected.get("sheet_rows", found.sheet_rows)}
    assert replace(found, sheet_rows=shown) == Content(
        columns=tuple(expected.get("columns", COLUMNS)),
        rows=expected["rows"],
        malformed=expected.get("malformed", []),
        sheet_rows=expected.get("sheet_rows", found.sheet_rows),
        differences=tuple(expected.get("differences", [])),
    )

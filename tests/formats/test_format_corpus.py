"""Every file of the corpus of formats against its sidecar."""

from typing import Any

import pytest
import yaml

from pipelines.contracts.contract import FieldTerms, FileTerms
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import RawFile
from pipelines.formats.readers import read_source
from pipelines.formats.source import BytesSource
from pipelines.wording.reasons import published
from tests.support.paths import DATA

CORPUS = DATA / "corpus" / "formats"
NAMES = sorted(path.name.removesuffix(".yaml") for path in CORPUS.glob("*.yaml"))
COLUMNS = {"lead_id": "Réf", "phone": "Téléphone", "last_name": "Nom"}


def sidecar(name: str) -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load((CORPUS / f"{name}.yaml").read_text(encoding="utf-8"))
    known = {"why", "contract", "columns", "rows", "malformed", "sheet_rows", "differences", "refused", "expected"}
    assert written.keys() <= known
    return written


def terms(contract: dict[str, Any]) -> FileTerms:
    fields = (FieldTerms(name, column) for name, column in contract.pop("columns", COLUMNS).items())
    return FileTerms("leads", "*", fields=tuple(fields), **contract)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_the_corpus_is_read_as_its_sidecar_says(name: str) -> None:
    expected = sidecar(name)
    raw = read_source(BytesSource((CORPUS / name).read_bytes()), terms(expected["contract"]), Limits())
    if "refused" in expected:
        refusal = raw if isinstance(raw, FileRefusal) else refused_on_the_way(raw)
        told = published(refusal.cause)
        assert (refusal.reason, told) == (expected["refused"], expected.get("expected", told))
        return
    assert isinstance(raw, RawFile), raw
    rows: dict[int, list[str | None]] = {}
    sheet_rows: dict[int, int] = {}
    malformed: list[int] = []
    for chunk in raw.chunks():
        numbers = chunk.row_numbers.to_pylist()
        rows |= dict(zip(numbers, (list(row.values()) for row in chunk.table.to_pylist()), strict=True))
        malformed += chunk.malformed.to_pylist()
        if chunk.sheet_rows is not None:
            sheet_rows |= dict(zip(numbers, chunk.sheet_rows.to_pylist(), strict=True))
    assert rows == expected["rows"]
    assert malformed == expected.get("malformed", [])
    assert sheet_rows == expected.get("sheet_rows", {})
    assert list(raw.columns) == expected.get("columns", list(COLUMNS.values()))
    assert list(map(published, raw.format_differences)) == expected.get("differences", [])


def refused_on_the_way(raw: RawFile) -> FileRefusal:
    with pytest.raises(FileRefusedError) as error:
        list(raw.chunks())
    return error.value.refusal


def test_every_file_of_the_corpus_has_a_sidecar() -> None:
    assert sorted(path.name for path in CORPUS.iterdir() if path.suffix != ".yaml") == NAMES

"""Any kind of file: recognised by its bytes, never a crash. The helpers that the tests of all formats share."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.contract import FieldTerms, FileTerms
from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.reading import read_file
from pipelines.formats.file_kind import FormatReader
from pipelines.formats.kinds import KINDS
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.raw import FoundFormat, RawFile
from pipelines.formats.readers import read_source
from pipelines.formats.source import BytesSource
from pipelines.vocabulary.file_formats import FILE_FORMATS
from pipelines.vocabulary.reasons import Reason
from pipelines.wording.reasons import published
from tests.support.format_files import archive, ods, parquet, xls, xlsx

COLUMNS = {"lead_id": "Réf", "phone": "Téléphone", "last_name": "Nom"}
DAY = date(2026, 8, 11)
CONTENT = "Réf,Nom\n1,a\n".encode()


def terms(format_: str = "csv", columns: Mapping[str, str] = COLUMNS, **dialect: Any) -> FileTerms:
    fields = tuple(FieldTerms(name, column) for name, column in columns.items())
    return FileTerms("leads", f"*.{format_}", format_, fields=fields, **dialect)


def rows_of(raw: RawFile | FileRefusal) -> list[list[str | None]]:
    assert isinstance(raw, RawFile), raw
    return [list(row.values()) for chunk in raw.chunks() for row in chunk.table.to_pylist()]


def malformed(raw: RawFile) -> tuple[int, ...]:
    return tuple(number for chunk in raw.chunks() for number in chunk.malformed.to_pylist())


def row_numbers(raw: RawFile) -> list[int]:
    return [number for chunk in raw.chunks() for number in chunk.row_numbers.to_pylist()]


def of_bytes(reader: FormatReader, limits: Limits | None = None) -> Callable[[bytes, FileTerms], RawFile | FileRefusal]:
    return lambda content, terms: reader(BytesSource(content), terms, limits or Limits())


read_any = of_bytes(read_source)


def read(path: Path, terms: FileTerms, *, member: str | None = None) -> RawFile | FileRefusal:
    return read_file(DeliveredFile(path.name, path, "", path.stat().st_size, member=member), terms)


SHEET = ("Leads", [["Réf", "Nom"], ["1", "a"]])
FILES = {
    "csv": CONTENT,
    "xlsx": xlsx(SHEET),
    "xls": xls(SHEET),
    "ods": ods(SHEET),
    "jsonl": '{"Réf": "1", "Nom": "a"}\n{"Réf": "2", "Nom": "b"}\n'.encode(),
    "json": '[{"Réf": "1", "Nom": "a"}]'.encode(),
    "parquet": parquet({"Réf": ["1"], "Nom": ["a"]}),
}


@pytest.mark.parametrize("found", FILES)
@pytest.mark.parametrize("stated", FILES)
def test_a_file_is_read_as_what_it_is_and_the_difference_noted(stated: str, found: str) -> None:
    raw = read_any(FILES[found], terms(stated))
    assert rows_of(raw)[0] == ["1", "a"]
    assert isinstance(raw, RawFile)
    told = [published(difference) for difference in raw.format_differences]
    assert told == ([] if stated == found else [f"contract says {stated}, found {found}"])


def test_every_format_has_a_kind_and_every_kind_a_format() -> None:
    assert FILES.keys() == FILE_FORMATS.keys()
    assert KINDS.keys() == {one.kind for one in FILE_FORMATS.values()}


@pytest.mark.parametrize("found", FILES)
def test_how_a_file_is_written_is_told_whatever_the_contract_says(found: str) -> None:
    raw = read_any(FILES[found], terms("csv"))
    assert isinstance(raw, RawFile)
    text = {"csv": FoundFormat("csv", ",", "UTF-8", '"'), "parquet": FoundFormat("parquet")}
    sheets = {kind: FoundFormat(kind, sheet="Leads") for kind in ("xlsx", "xls", "ods")}
    assert raw.found == (text | sheets).get(found, FoundFormat(found, encoding="UTF-8"))


@pytest.mark.fault(
    area="files",
    fault="A web page, PDF or archive under the name of a table",
    promise="Refused in words that the vendor understands.",
)
@pytest.mark.parametrize("stated", FILES)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "this is a web page"),
        (b'<?xml version="1.0"?><Workbook/>', "this is XML"),
        (b"%PDF-1.7\n", "this is a PDF"),
        (b"Rar!\x1a\x07\x00", "this is a RAR archive"),
        (archive({"leads.csv": CONTENT}), "an archive must be named .zip"),
    ],
)
def test_what_nobody_can_read_is_refused_by_words(stated: str, content: bytes, words: str) -> None:
    raw = read_any(content, terms(stated))
    assert isinstance(raw, FileRefusal)
    assert raw.reason == "file_undecodable"
    assert published(raw.cause).endswith(words)


@pytest.mark.parametrize("stated", FILES)
@pytest.mark.parametrize("found", ["xlsx", "xls", "ods", "parquet"])
def test_half_a_binary_file_is_refused(found: str, stated: str) -> None:
    raw = read_any(FILES[found][: len(FILES[found]) // 2], terms(stated))
    assert getattr(raw, "reason", None) == "file_undecodable"


def test_no_bytes_at_all_are_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_bytes(b"")
    assert read(tmp_path / "leads.csv", terms()) == FileRefusal("file_empty", Reason("file_without_rows"))


@pytest.mark.fault(
    area="files", fault="Any bytes under any name", promise="Refused or read; never an error of the program."
)
@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(list(FILES)), st.sampled_from(["", ".gz", ".zst"]))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes, format_: str, wrapper: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{format_}{wrapper}"
    path.write_bytes(content)
    assert isinstance(read(path, terms(format_)), RawFile | FileRefusal)

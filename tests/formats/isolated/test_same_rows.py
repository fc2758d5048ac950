"""Every file of the corpus, packed and not, read elsewhere: the same rows and refusals as read here."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.contracts.contract import FileTerms
from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.sources import DeliveredSource
from pipelines.formats import readers
from pipelines.formats.delimited import together
from pipelines.formats.isolated import readers as isolated
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import AlikeFiles, RawChunk, RawFile
from pipelines.formats.source import BytesSource, Source
from pipelines.storage.inboxes import Inbox
from pipelines.storage.secrets.seals import Seals
from tests.formats.test_format_corpus import CORPUS, NAMES, sidecar, terms
from tests.formats.test_readers import terms as terms_of
from tests.support.format_files import archive


def told(raw: RawFile | FileRefusal) -> list[object]:
    """All that is known of a file, its rows included."""
    if isinstance(raw, FileRefusal):
        return [raw]
    head = [raw.columns, raw.well_formed, raw.format_differences, raw.found]
    try:
        return [*head, *(part for chunk in raw.chunks() for part in parts(chunk))]
    except FileRefusedError as error:
        return [*head, error.refusal]


def parts(chunk: RawChunk) -> Iterator[object]:
    """A chunk's rows in comparable pieces, types included."""
    yield from (chunk.table.schema, chunk.table.to_pydict())
    for numbers in (chunk.row_numbers, chunk.malformed, chunk.sheet_rows, chunk.malformed_sheet_rows):
        yield None if numbers is None else (numbers.type, numbers.to_pylist())


def are_same(source: Source, stated: FileTerms, limits: Limits | None = None) -> bool:
    limits = limits or Limits()
    return told(isolated.read_source(source, stated, limits)) == told(readers.read_source(source, stated, limits))


def test_the_whole_corpus_is_read_alike(tmp_path: Path) -> None:
    tight = Limits(rows=2, columns=2, cell_characters=4)
    for name in NAMES:
        contract, content = sidecar(name)["contract"], (CORPUS / name).read_bytes()
        stated = terms({**contract})
        (tmp_path / name).write_bytes(content)
        (tmp_path / "packed").write_bytes(gzip.compress(content))
        (tmp_path / "all.zip").write_bytes(archive({name: content}))
        plain = DeliveredFile(name, tmp_path / name, "", len(content))
        packed = DeliveredFile(name, tmp_path / "packed", "", (tmp_path / "packed").stat().st_size)
        member = DeliveredFile(name, tmp_path / "all.zip", "", len(content), member=name)
        assert are_same(BytesSource(content), stated, tight), name
        for file in (plain, packed, member):
            assert are_same(DeliveredSource(file, Limits()), stated), name


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_sealed_file_is_unsealed_on_this_side(tmp_path: Path, suffix: str) -> None:
    """One that is read in any order among them, and longer than what is unsealed at once."""
    content = b"lead_id,Nom\n" + b"".join(b"%d,%d\n" % (row, row * row) for row in range(30_000))
    if suffix == ".parquet":
        import io

        import pyarrow as pa
        import pyarrow.parquet as pq

        buffer = io.BytesIO()
        pq.write_table(pa.table({"Nom": [f"{row * row}" for row in range(30_000)]}), buffer)
        content = buffer.getvalue()
    folder = tmp_path / "inbox" / "acme" / "2026-08-12"
    folder.mkdir(parents=True)
    path = folder / f"leads{suffix}"
    path.write_bytes(content)
    seals = Seals(tmp_path / "keys", Inbox(tmp_path / "inbox", tmp_path / "state"))
    seals.seal(path, folder)
    sealed = DeliveredFile(path.name, Path(f"{path}.age"), "", len(content), is_sealed=True, root=tmp_path / "inbox")
    stated = terms_of(suffix.removeprefix("."))
    assert told(isolated.read_source(DeliveredSource(sealed, Limits(), seals), stated, Limits())) == told(
        readers.read_source(BytesSource(content), stated, Limits())
    )


def test_small_files_are_read_together_alike() -> None:
    rows = [f"Réf,Nom\n{place},{'x' * place}\n".encode() for place in range(9)]
    files = list(enumerate([*rows, b"Ref;Nom\n1;a\n", "Réf,Nom\n1\n".encode(), b"", *rows[:3], b"\xff\xfe\0"]))

    def comparable(found: Iterator[AlikeFiles]) -> list[object]:
        return [(alike.places, alike.row_counts, alike.columns, *parts(alike.chunk)) for alike in found]

    here = comparable(together.read_csv_together(files, terms_of(), Limits()))
    assert comparable(isolated.read_csv_together(files, terms_of(), Limits())) == here != []

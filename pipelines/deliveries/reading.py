"""A delivered file opened, unsealed and unpacked, and handed to the reader of its format, in a process of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from pipelines.contracts.contract import FileTerms
from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.small_file_contents import SmallFileContents
from pipelines.deliveries.sources import DeliveredSource, confirm_unchanged
from pipelines.formats.isolated.readers import read_csv_together, read_source
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import AlikeFiles, RawChunk, RawFile
from pipelines.formats.source import SMALL
from pipelines.storage.secrets.seals import Seals


def read_file(
    file: DeliveredFile, terms: FileTerms, limits: Limits | None = None, seals: Seals | None = None
) -> RawFile | FileRefusal:
    """A file as text, in the format that it really has, or why it can't be read.

    Raises:
        OSError: the file itself can't be opened, or is no longer what its digest was taken of: a fault that is not
            the file's; also while its rows are read.
    """
    raw = read_source(DeliveredSource(file, limits or Limits(), seals), terms, limits or Limits())
    confirm_unchanged(file)
    return raw if isinstance(raw, FileRefusal) else replace(raw, chunks=partial(_unchanged_chunks, file, raw))


def _unchanged_chunks(file: DeliveredFile, raw: RawFile) -> Iterator[RawChunk]:
    """A file's rows, up to the last one or to a refusal: neither counts where the file was changed meanwhile."""
    try:
        yield from raw.chunks()
    except FileRefusedError:
        confirm_unchanged(file)
        raise
    confirm_unchanged(file)


def read_together(
    files: Sequence[DeliveredFile], terms: FileTerms, *, limits: Limits, held: SmallFileContents
) -> Iterator[AlikeFiles]:
    """Read small files of one kind together, where that gives what `read_file` gives; the others are left to it."""
    if terms.format != "csv":
        return
    small = ((place, file) for place, file in enumerate(files) if file.size <= SMALL)
    contents = ((place, content) for place, file in small if (content := held.take(file)) is not None)
    yield from read_csv_together(contents, terms, limits)

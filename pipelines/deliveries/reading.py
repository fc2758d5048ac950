"""A delivered file opened, unsealed and unpacked, and handed to the reader of its format, in a process of its own."""

from collections.abc import Iterator, Sequence

from pipelines.contracts.contract import FileTerms
from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.small_file_contents import SmallFileContents
from pipelines.deliveries.sources import DeliveredSource
from pipelines.formats.isolated.readers import read_csv_together, read_source
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.raw import AlikeFiles, RawFile
from pipelines.formats.source import SMALL
from pipelines.storage.secrets.seals import Seals


def read_file(
    file: DeliveredFile, terms: FileTerms, limits: Limits | None = None, seals: Seals | None = None
) -> RawFile | FileRefusal:
    """A file as text, in the format that it really has, or why it can't be read.

    Raises:
        OSError: the file itself can't be opened: a fault of ours; also while its rows are read.
    """
    return read_source(DeliveredSource(file, limits or Limits(), seals), terms, limits or Limits())


def read_together(
    files: Sequence[DeliveredFile], terms: FileTerms, *, limits: Limits, held: SmallFileContents
) -> Iterator[AlikeFiles]:
    """Read small files of one kind together, where that gives what `read_file` gives; the others are left to it."""
    if terms.format != "csv":
        return
    small = ((place, file) for place, file in enumerate(files) if file.size <= SMALL)
    contents = ((place, content) for place, file in small if (content := held.take(file)) is not None)
    yield from read_csv_together(contents, terms, limits)

"""Delimited text as a kind of file: any text may be one, none is nothing else."""

from typing import Final

from pipelines.contracts.contract import FileTerms
from pipelines.formats.delimited.reader import found_format, read_csv
from pipelines.formats.delimited.survey import HEAD, open_text
from pipelines.formats.file_kind import FileKind, Outline
from pipelines.formats.limits import Limits
from pipelines.formats.raw import FoundFormat
from pipelines.formats.source import Source
from pipelines.formats.table_edges import SoughtNames
from pipelines.vocabulary.reasons import Reason


def outline_csv(source: Source, terms: FileTerms, sought: SoughtNames, limits: Limits) -> Outline:
    """Dialect and columns, by the header with most of the names sought."""
    with source.open() as stream:
        opened = open_text(stream.read(HEAD), terms, sought)
    if opened.encoding is None or opened.head is None:
        return Outline(FoundFormat("csv"))
    return Outline(found_format(opened.encoding, opened.head), opened.head.names)


DELIMITED: Final = FileKind("delimited", Reason("text_broken"), read_csv, outline_csv, may_be=lambda _: True)

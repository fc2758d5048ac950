"""One invoice to text, refused with a reason. Lines are read as they stream by, each forgotten once it is told."""

from collections.abc import Iterator
from typing import BinaryIO, Final
from xml.etree import ElementTree
from xml.parsers import expat

import pyarrow as pa

from pipelines.formats.invoices.bearers import xml_of
from pipelines.formats.invoices.invoice_text import LINE_SCHEMA, Fields, InvoiceText
from pipelines.formats.invoices.syntaxes import SYNTAXES, Syntax
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.source import Source
from pipelines.vocabulary.reasons import Reason

_BLOCK: Final = 2**16
_DEEPEST: Final = 64
"""Elements inside one another; those of the standards are not half as deep."""
_TYPED: Final = FileRefusal("file_undecodable", Reason("invoice_document_type"))
_OTHER: Final = FileRefusal("file_undecodable", Reason("invoice_broken"))


class _RootReached(Exception):  # noqa: N818 - no error: the part before the root is over
    pass


def read_invoice(source: Source, limits: Limits) -> InvoiceText:
    """The texts of an invoice. Raises also whatever a parser does on a broken one.

    Raises:
        FileRefusedError: it is no invoice of a syntax that we know, or exceeds a limit.
    """
    _confirm_plain(xml_of(source, limits))
    with xml_of(source, limits) as stream:
        return _InvoiceReading(limits).read(stream)


def _confirm_plain(stream: BinaryIO) -> None:
    """Refuse a document type: all that XML can do harm with, entities and what is fetched, is declared there.

    It can only stand before the first element, so that no more than this is looked at.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = _end_of_prolog
    with stream:
        try:
            while block := stream.read(_BLOCK):
                parser.Parse(block, False)
        except _RootReached:
            return
    raise FileRefusedError(_OTHER)


def _refuse_document_type(*_: object) -> None:
    raise FileRefusedError(_TYPED)


def _end_of_prolog(*_: object) -> None:
    raise _RootReached


class _InvoiceReading:
    """One pass over an invoice."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._columns: dict[str, list[str | None]] = {name: [] for name in LINE_SCHEMA.names}
        self._count = 0

    def read(self, stream: BinaryIO) -> InvoiceText:
        elements = self._ends(stream)
        root = next(elements)
        syntax = _known_syntax(root)
        for element in elements:
            if element.tag == syntax.line:
                self._tell(syntax, element)
        taxes = tuple(self._bounded(syntax.fields(tax, syntax.tax_paths)) for tax in syntax.taxes(root))
        header = self._bounded(syntax.fields(root, syntax.header_paths))
        return InvoiceText(syntax.name, header, taxes, pa.table(self._columns, schema=LINE_SCHEMA))

    def _ends(self, stream: BinaryIO) -> Iterator[ElementTree.Element]:
        """The root as it begins, then elements as they end, those inside before those around."""
        depth = 0
        for event, element in ElementTree.iterparse(stream, ("start", "end")):  # noqa: S314 - no document type
            depth += 1 if event == "start" else -1
            if depth > _DEEPEST:
                raise FileRefusedError(_OTHER)
            if event == "end" or depth == 1:
                yield element

    def _tell(self, syntax: Syntax, line: ElementTree.Element) -> None:
        self._count += 1
        self._limits.check("rows", self._count)
        for name, text in self._bounded(syntax.fields(line, syntax.line_paths)).items():
            self._columns[name].append(text)
        line.clear()

    def _bounded(self, fields: Fields) -> Fields:
        self._limits.check("cell_characters", max(len(text or "") for text in fields.values()))
        return fields


def _known_syntax(root: ElementTree.Element) -> Syntax:
    syntax = SYNTAXES.get(root.tag)
    if syntax is None:
        raise FileRefusedError(_OTHER)
    return syntax

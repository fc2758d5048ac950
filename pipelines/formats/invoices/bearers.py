"""The XML of an invoice, as a file of its own or carried by a PDF (Factur-X, ZUGFeRD)."""

import io
from typing import BinaryIO, Final

from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.source import Source
from pipelines.vocabulary.reasons import Reason

PDF_START: Final = b"%PDF-"
CARRIED_NAMES: Final = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml")
"""Of the attachment that is the invoice, as the standards name it; the first that is there counts."""
_HEAD: Final = 1024
"""Bytes in which a PDF says that it is one."""


def xml_of(source: Source, limits: Limits) -> BinaryIO:
    """The XML of an invoice from its first byte on.

    Raises:
        FileRefusedError: a limit is exceeded, or a PDF carries no invoice.
    """
    with source.open() as stream:
        head = stream.read(_HEAD)
    if PDF_START in head:
        return io.BytesIO(_carried(source.read(), limits))
    return source.open()


def _carried(content: bytes, limits: Limits) -> bytes:
    from pypdf import PdfReader

    limits.check("held_bytes", len(content))
    attached = PdfReader(io.BytesIO(content)).attachments
    names = {name.lower(): name for name in attached}
    found = next((names[name] for name in CARRIED_NAMES if name in names), None)
    if found is None:
        raise FileRefusedError(FileRefusal("file_undecodable", Reason("invoice_not_in_pdf")))
    xml = attached[found][0]
    limits.check("held_bytes", len(xml))
    return xml

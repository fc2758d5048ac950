"""A page as a PDF: tagged, with an outline, dated as the page is, and the same bytes from the same page."""

import io
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from pypdf import PageObject, PdfWriter
from pypdf.generic import ArrayObject, BooleanObject, ByteStringObject, DictionaryObject, NameObject

from pipelines.paper.chromium import printed_by_chromium

_ID_BYTES: Final = 16


def page_as_pdf(html: str, *, at: datetime) -> bytes:
    """The PDF of a self-contained page.

    Args:
        html: the page; its language, title and headings become the PDF's.
        at: the instant (aware) as of which the page speaks; the PDF is dated by it, not by the clock.

    Raises:
        RendererError: Chromium is missing or fails.
    """
    return _written_without_clock(printed_by_chromium(html), at=at, page_digest=sha256(html.encode()).digest())


def _written_without_clock(printed: bytes, *, at: datetime, page_digest: bytes) -> bytes:
    """The file written anew: dates are those of the page, the identifier is made of the page's digest."""
    writer = PdfWriter(clone_from=io.BytesIO(printed))
    title = str(writer.metadata.title or "") if writer.metadata else ""
    writer.metadata = None
    dates = dict.fromkeys(("/CreationDate", "/ModDate"), _pdf_date(at))
    writer.add_metadata({"/Title": title, "/Creator": "Opposable", **dates})
    identifier = ByteStringObject(page_digest[:_ID_BYTES])
    writer._ID = ArrayObject([identifier, identifier])
    shown = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    writer.root_object[NameObject("/ViewerPreferences")] = shown
    for page in writer.pages:
        _unlink_neighbours(page)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _unlink_neighbours(page: PageObject) -> None:
    """A link to a page beside this one leads into the folder that was printed from, which is gone."""
    for reference in page.get("/Annots", ()):
        link = reference.get_object()
        if str(link.get("/A", {}).get("/URI", "")).startswith("file:"):
            del link["/A"]


def _pdf_date(at: datetime) -> str:
    return f"{at.astimezone(UTC):D:%Y%m%d%H%M%S}+00'00'"

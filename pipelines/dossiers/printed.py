"""A dossier as it was written, on paper."""

from pipelines.dossiers.writer import PAGES
from pipelines.paper.pdf import page_as_pdf
from pipelines.reviews.written_dossiers import WrittenDossier


def dossier_as_pdf(dossier: WrittenDossier, language: str) -> bytes:
    """The PDF of a dossier in French or English (`fr`, `en`): the same dossier gives the same bytes from the same
    Chromium.

    Raises:
        RendererError: Chromium is missing or fails.
        OSError: the page is gone.
    """
    page = (dossier.folder / PAGES[language]).read_text(encoding="utf-8")
    return page_as_pdf(page, at=dossier.note.as_of)

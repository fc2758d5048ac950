"""A page as a PDF, printed by Chromium itself."""

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from pipelines.dossiers.pages import render_dossier
from pipelines.paper.chromium import RendererError, chromium_program
from pipelines.paper.pdf import page_as_pdf
from tests.support.report_models import calm_vendor

AT = datetime(2026, 9, 5, 4, tzinfo=UTC)


def test_without_a_renderer_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RendererError, match="apt-get install chromium"):
        page_as_pdf("<p>", at=AT)


@pytest.mark.browser
def test_a_dossier_on_paper_is_tagged_has_an_outline_and_is_the_same_bytes_again() -> None:
    needs_chromium()
    page = render_dossier(calm_vendor(), language="fr")
    printed = page_as_pdf(page, at=AT)
    assert (printed == page_as_pdf(page, at=AT)) is True  # a difference of megabytes takes minutes to show
    read = PdfReader(io.BytesIO(printed))
    links = [one.get_object() for page in read.pages for one in page.get("/Annots", ())]
    assert not [link for link in links if str(link.get("/A", {}).get("/URI", "")).startswith("file:")]
    root: Any = read.trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, "fr")
    titles = list(outlined(read.outline))
    assert {"Recommandation", "Décision"} <= set(titles)
    assert read.metadata is not None
    assert read.metadata.creation_date == AT
    assert "Dossier" in str(read.metadata.title)
    assert b"HeadlessChrome" not in printed


def needs_chromium() -> None:
    try:
        chromium_program()
    except RendererError as error:
        pytest.fail(str(error)) if os.environ.get("CI") == "true" else pytest.skip(str(error))


def outlined(items: list[Any]) -> Iterator[str]:
    for item in items:
        yield from outlined(item) if isinstance(item, list) else [item.title]

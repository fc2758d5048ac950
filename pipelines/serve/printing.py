"""PDFs that are asked for in a browser: one at a time, so many within an hour, and said in words where none is made."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from pipelines.paper.chromium import NoRendererError, RendererError
from pipelines.serve.answers import Pager
from pipelines.serve.limiter import Limiter

PRINTS: Final = 60
PRINTS_SECONDS: Final = 3600.0
"""So many times within so long one person may have something printed."""


@dataclass(frozen=True)
class Press:
    """Chromium takes a processor and some hundred MB for seconds: it never runs twice, and nobody waits for it."""

    pager: Pager
    limiter: Limiter
    printing: Lock

    def answer(self, request: Request, who: str | None, print_pdf: Callable[[], bytes], name: str) -> Response:
        """A PDF as a download under a name of ours; a page that says why not, where nothing is printed now or here.

        What was not printed does not count against who asked.
        """
        if not self.printing.acquire(blocking=False):
            return self.pager.said(request, "printing", 503, who=who)
        try:
            if not self.limiter.admits(who or ""):
                return self.pager.said(request, "printed_too_often", 429, who=who)
            return self._printed(request, who, print_pdf, name)
        finally:
            self.printing.release()

    def _printed(self, request: Request, who: str | None, print_pdf: Callable[[], bytes], name: str) -> Response:
        try:
            headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
            return Response(print_pdf(), media_type="application/pdf", headers=headers)
        except (RendererError, OSError) as error:
            self.limiter.give_back(who or "")
            kind = "no_renderer" if isinstance(error, NoRendererError) else "not_printed"
            return self.pager.said(request, kind, 503, who=who)

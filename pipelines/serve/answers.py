"""Pages as answers: in which language, with what of the house around them, and what is said of an error."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pipelines.dossiers.pages import render_page
from pipelines.wording.words import LANGUAGES

COOKIE: Final = "language"
"""Nothing but the language that somebody chose."""
COOKIE_SECONDS: Final = 365 * 24 * 3600


def language_of(request: Request) -> str:
    """The language asked for in the address, chosen before, or preferred by the browser; French else."""
    for asked in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if asked in LANGUAGES:
            return str(asked)
    preferred = (part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(","))
    return next((name for name in preferred if name in LANGUAGES), LANGUAGES[0])


@dataclass(frozen=True)
class Pager:
    """Makes answers of templates."""

    now: Callable[[], datetime]
    is_https: bool

    def page(self, request: Request, template: str, status: int = 200, *, here: str = "", **model: Any) -> Response:
        """A template below `serve/`, in the language of who asks; `here`: its place, where the address is a form's."""
        language = language_of(request)
        html = render_page(
            f"serve/{template}.html.j2", language, as_of=self.now(), path=request.url.path, here=here, **model
        )
        answer = HTMLResponse(html, status)
        if request.query_params.get("lang") == language:
            answer.set_cookie(COOKIE, language, COOKIE_SECONDS, secure=self.is_https, httponly=True, samesite="lax")
        return answer

    def said(
        self, request: Request, kind: str, status: int, *, is_public: bool = False, who: str | None = None
    ) -> Response:
        """A page that says one thing: what is wrong, and what to do; `who` reads it, where it is not for everybody."""
        return self.page(request, "said", status, kind=kind, is_public=is_public, who=who)

"""The control file: the form that asks for a period, the page of the one asked for, and the same on paper."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pipelines.control_file.model import ControlPeriod
from pipelines.house import House
from pipelines.paper.chromium import has_chromium
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.serve.answers import Pager, language_of
from pipelines.serve.printing import Press
from pipelines.serve.shelf import Shelf
from pipelines.serve.visitors import Doorkeeper
from pipelines.settings import SettingsError
from pipelines.vocabulary.clock import EARLIEST_DAY, last_tick, paris_date

ControlFile = Callable[[House, date, date, str, datetime], str]
"""The page of a house's control file from a civil day to another, in a language, as known at an instant."""


@dataclass(frozen=True)
class ControlPages:
    """For those whom the doorkeeper lets in."""

    shelf: Shelf
    keeper: Doorkeeper
    pager: Pager
    press: Press
    control_file: ControlFile
    making: Lock
    """One control file at a time, and nobody waits: it looks at every delivery of its period."""

    def page(self, request: Request) -> Response:
        """The form, or the control file of the period asked for."""
        who, period = self.keeper.visitor(request), self._period(request)
        if period is None:
            return self._form(request, who)
        made = self._made(request, who, period)
        return made if isinstance(made, Response) else HTMLResponse(made.html)

    def pdf(self, request: Request) -> Response:
        """The control file as a PDF, or the form. While one is printed, others are made."""
        who, period = self.keeper.visitor(request), self._period(request)
        self.keeper.confirm_own_link(request)
        if period is None:
            return self._form(request, who)
        made = self._made(request, who, period)
        if isinstance(made, Response):
            return made
        name = f"control-file-{period.first}-{period.last}.{language_of(request)}"  # as the terminal would name it
        return self.press.answer(request, who, made.as_pdf, name)

    def _form(self, request: Request, who: str | None) -> Response:
        query = request.query_params
        return self.pager.page(
            request,
            "control",
            422 if "from" in query else 200,
            here="/control-file",
            who=who,
            first=_day_given(query.get("from")),
            last=_day_given(query.get("to")),
            earliest=EARLIEST_DAY,
            today=paris_date(self.shelf.now()),
            is_printed=has_chromium(),
        )

    def _period(self, request: Request) -> ControlPeriod | None:
        """The period asked for; None where it is none, is before our time, or has not come."""
        first, last = (_day_given(request.query_params.get(name)) for name in ("from", "to"))
        if first is None or last is None or not EARLIEST_DAY <= first <= last <= paris_date(self.shelf.now()):
            return None
        return ControlPeriod(first, last)

    def _made(self, request: Request, who: str | None, period: ControlPeriod) -> "_Made | Response":
        if not self.making.acquire(blocking=False):
            return self.pager.said(request, "busy", 503, who=who)
        try:
            house, at = self.shelf.filed().house, last_tick(self.shelf.now())
            return _Made(self.control_file(house, period.first, period.last, language_of(request), at), at)
        except (CatalogueError, SettingsError):
            return self.pager.said(request, "rules_unreadable", 503, who=who)
        finally:
            self.making.release()


@dataclass(frozen=True)
class _Made:
    """A control file's page, as known at an instant."""

    html: str
    at: datetime

    def as_pdf(self) -> bytes:
        from pipelines.paper.pdf import page_as_pdf

        return page_as_pdf(self.html, at=self.at)


def _day_given(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None

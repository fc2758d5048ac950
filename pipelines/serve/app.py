"""The web app: its routes, and what stands before them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from pipelines.house import House
from pipelines.questionnaires.links import PLACE
from pipelines.serve import files
from pipelines.serve.answers import Pager
from pipelines.serve.control_pages import ControlFile, ControlPages
from pipelines.serve.deciding import Deciding
from pipelines.serve.delivery_pages import DeliveryPages
from pipelines.serve.door import Door
from pipelines.serve.house_pages import HousePages
from pipelines.serve.limiter import Limiter
from pipelines.serve.printing import PRINTS, PRINTS_SECONDS, Press
from pipelines.serve.public_pages import PublicPages
from pipelines.serve.shelf import Shelf
from pipelines.serve.visitors import Doorkeeper, StrangerError
from pipelines.vocabulary.web_addresses import web_address

SENDINGS: Final = 30
SENDINGS_SECONDS: Final = 3600.0
"""So many times within so long one link may send its answers."""


@dataclass(frozen=True)
class Served:
    """Where the app listens, beside its public address."""

    host: str
    port: int

    @property
    def address(self) -> str:
        """As a browser on this machine sends it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return web_address(f"http://{host}:{self.port}")


def web_app(
    house: House, served: Served, *, now: Callable[[], datetime], secret: bytes, control_file: ControlFile
) -> ASGIApp:
    """The app of a house.

    Args:
        house: whose pages.
        served: where it listens.
        now: the instant (aware).
        secret: random bytes of this process, by which it knows its own forms.
        control_file: makes the page of a control file.
    """
    address = urlsplit(house.settings.serve_address)
    shelf, pager = Shelf(house, now), Pager(now, address.scheme == "https")
    keeper = Doorkeeper.of(house.settings, secret)
    press = Press(pager, Limiter(PRINTS, PRINTS_SECONDS, time.monotonic), Lock())
    pages = HousePages(shelf, keeper, pager, press)
    deliveries = DeliveryPages(shelf, keeper, pager)
    control = ControlPages(shelf, keeper, pager, press, control_file, Lock())
    public = PublicPages(shelf, keeper, pager, Limiter(SENDINGS, SENDINGS_SECONDS, time.monotonic))
    app = Starlette(routes=_routes(pages, deliveries, control, Deciding(pages), public))
    app.add_exception_handler(StrangerError, lambda request, error: _stranger_answered(pager, request, error))
    app.add_exception_handler(HTTPException, lambda request, error: _not_found(pager, request, error))
    return Door(app, frozenset({address.netloc, urlsplit(served.address).netloc}))


def _routes(
    pages: HousePages, deliveries: DeliveryPages, control: ControlPages, deciding: Deciding, public: PublicPages
) -> list[Route]:
    link = f"{PLACE}{{token}}"
    return [
        Route("/", pages.vendors),
        Route("/vendors/{vendor}", pages.vendor),
        Route("/vendors/{vendor}/dossier.pdf", pages.dossier_pdf),
        Route("/vendors/{vendor}/decision", deciding.decide, methods=["POST"]),
        Route("/vendors/{vendor}/confirmation", deciding.confirm, methods=["POST"]),
        Route("/deliveries", deliveries.fleet),
        Route("/deliveries/{vendor}", deliveries.vendor),
        Route("/dates", pages.dates),
        Route("/dates.ics", pages.calendar),
        Route("/control-file", control.page),
        Route("/control-file.pdf", control.pdf),
        Route(files.PLACE, pages.to_portfolio),
        Route(f"{files.PLACE}/{{place:path}}", pages.written),
        Route(link, public.questionnaire),
        Route(link, public.answer, methods=["POST"]),
    ]


def _stranger_answered(pager: Pager, request: Request, error: Exception) -> Response:
    return pager.said(request, getattr(error, "kind", "not_by_proxy"), 403, is_public=True)


def _not_found(pager: Pager, request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    return pager.said(request, "not_found" if status == 404 else "not_so", status, is_public=True)

"""Decisions and confirmations, as forms: what is done with them is `reviews.desk`'s, as from the terminal."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipelines.object_storage.bucket import StoreError
from pipelines.reviews.decisions import DecisionRefusedError
from pipelines.serve.house_pages import HousePages
from pipelines.serve.visitors import StrangerError

Form = dict[str, str]
Deed = Callable[[str, str, Form, datetime], object]
"""What a form asks for: of which vendor, by whom, with which fields, when (aware)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deciding:
    """Forms of a vendor's page."""

    pages: HousePages

    def decide(self, request: Request) -> Response:
        """Record what a person decides on the dossier that the form shows."""
        return self._done(request, self._decide)

    def confirm(self, request: Request) -> Response:
        """Note that a second person confirms the vendor's latest decision."""
        return self._done(request, self._confirm)

    def _done(self, request: Request, deed: Deed) -> Response:
        """A known person's form, sent from our page: the deed, then the vendor's page anew.

        Raises:
            StrangerError: nobody is known here, or the form is not ours.
            HTTPException: 404 for a vendor that nobody knows.
        """
        who, form = self.pages.keeper.visitor(request), request.state.form
        if who is None:
            raise StrangerError("nobody_decides")
        self.pages.keeper.confirm_form(request, who, form.get("token", ""))
        vendor = request.path_params["vendor"]
        if not self.pages.has_contract(vendor):
            return self.pages.vendor_page(request, who, 422, refused="contract", given=form)
        try:
            deed(vendor, who, form, self.pages.shelf.now())
        except DecisionRefusedError as error:
            return self.pages.vendor_page(request, who, 422, refused=error.kind, given=form)
        self._share()
        return RedirectResponse(f"/vendors/{vendor}#decided", 303)

    def _share(self) -> None:
        """Let other machines have what the deed wrote; it stands, and a later push takes it, where that can't be."""
        try:
            self.pages.shelf.house.share()
        except StoreError as error:
            _log.warning("%s", error)

    def _decide(self, vendor: str, who: str, form: Form, at: datetime) -> object:
        desk = self.pages.shelf.house.review_desk
        digest = form.get("digest") or "-"  # what the page showed, never just the latest
        reason = " ".join(form.get("reason", "").split())
        return desk.decide(vendor, form.get("decision", ""), by=who, reason=reason, at=at, digest=digest)

    def _confirm(self, vendor: str, who: str, form: Form, at: datetime) -> object:
        """The decision that the page showed, and no later one.

        Raises:
            DecisionRefusedError: another is the latest by now, or it can't be confirmed.
        """
        return self.pages.shelf.house.review_desk.confirm(vendor, by=who, at=at, number=form.get("number", "-"))

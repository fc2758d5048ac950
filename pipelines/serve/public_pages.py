"""The questionnaire behind a link: read and filled in without an account, as long as the link counts."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipelines.governance.checklist import checklist
from pipelines.questionnaires.links import token_digest
from pipelines.questionnaires.records import (
    Questionnaire,
    QuestionnaireClosedError,
    kept_statements,
    open_questionnaire,
    record_statements,
)
from pipelines.questionnaires.statements import (
    CHOICES,
    MOST_CHARACTERS,
    StatementRefusedError,
    latest_statements,
    statements_given,
)
from pipelines.serve.answers import Pager
from pipelines.serve.limiter import Limiter
from pipelines.serve.shelf import Shelf
from pipelines.serve.visitors import Doorkeeper


@dataclass(frozen=True)
class PublicPages:
    """Pages for whoever has a link."""

    shelf: Shelf
    keeper: Doorkeeper
    pager: Pager
    limiter: Limiter

    def questionnaire(self, request: Request) -> Response:
        """The questions, with what this link stated before."""
        token = request.path_params["token"]
        try:
            return self._page(request, open_questionnaire(self.shelf.house.registry, token, at=self.shelf.now()), token)
        except QuestionnaireClosedError:
            return self._closed(request)

    def answer(self, request: Request) -> Response:
        """Keep what is stated, then show it.

        Raises:
            StrangerError: the form was not sent from its own page.
        """
        token, registry, now = request.path_params["token"], self.shelf.house.registry, self.shelf.now()
        try:
            opened = open_questionnaire(registry, token, at=now)
            self.keeper.confirm_form(request, token, request.state.form.get("token", ""))
            if not self.limiter.admits(token_digest(token) or ""):
                return self.pager.said(request, "too_often", 429, is_public=True)
            record_statements(registry, token, statements_given(request.state.form), at=now)
        except QuestionnaireClosedError:
            return self._closed(request)
        except StatementRefusedError as error:
            return self._page(request, opened, token, 422, refused=error)
        return RedirectResponse(f"{request.url.path}?kept=1", 303)

    def _page(
        self,
        request: Request,
        opened: Questionnaire,
        token: str,
        status: int = 200,
        refused: StatementRefusedError | None = None,
    ) -> Response:
        kept = kept_statements(self.shelf.house.registry, opened.vendor)
        contract = self.shelf.filed().book.in_force(opened.vendor, opened.made_at.date())
        return self.pager.page(
            request,
            "questionnaire",
            status,
            questions=checklist().questions,
            choices=CHOICES,
            most=MOST_CHARACTERS,
            vendor=(contract.vendor_name if contract else None) or opened.vendor,
            advertiser=contract.advertiser_name if contract else None,
            expires_at=opened.expires_at,
            stated=latest_statements([one for one in kept if one.questionnaire_id == opened.id]),
            given=request.state.form if refused else None,
            refused=refused,
            is_kept="kept" in request.query_params,
            token=self.keeper.form_token(token, request.url.path),
        )

    def _closed(self, request: Request) -> Response:
        return self.pager.said(request, "link_closed", 404, is_public=True)

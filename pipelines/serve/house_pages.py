"""What the house reads: the list of vendors, one vendor and its dossier, dates. Nothing is written here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipelines.agenda.calendar_file import calendar_bytes
from pipelines.agenda.said import due_words, nearness_words
from pipelines.governance.checklist import MUST
from pipelines.governance.due_diligence import DueDiligence
from pipelines.governance.vendor_review import gap_words, vendor_review
from pipelines.paper.chromium import has_chromium
from pipelines.questionnaires.records import kept_statements, questionnaires_sent
from pipelines.questionnaires.statements import latest_statements, stated_on
from pipelines.reviews.decisions import DECISIONS, MOST_CHARACTERS, DecisionRefusedError, dossier_named
from pipelines.reviews.records import recorded_decisions
from pipelines.reviews.written_dossiers import WrittenDossier, found_dossiers
from pipelines.serve.answers import Pager, language_of
from pipelines.serve.files import written_page
from pipelines.serve.portfolio import CHOICES, VendorLine, listed, wanted_of
from pipelines.serve.printing import Press
from pipelines.serve.shelf import Shelf
from pipelines.serve.visitors import Doorkeeper
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.words import VENDOR_KEY
from pipelines.wording.words import words

MOST_DOSSIERS: Final = 12
"""Of a vendor, that a reader chooses from."""


@dataclass(frozen=True)
class HousePages:
    """Pages for those whom the doorkeeper lets in."""

    shelf: Shelf
    keeper: Doorkeeper
    pager: Pager
    press: Press

    def vendors(self, request: Request) -> Response:
        """All vendors on one list, filtered and ordered as the address says."""
        who, lines = self.keeper.visitor(request), self.shelf.lines()
        wanted = wanted_of(request.query_params)
        shown = listed(lines, wanted)
        return self.pager.page(
            request,
            "vendors",
            who=who,
            lines=shown,
            count=len(lines),
            wanted=wanted,
            choices=CHOICES,
            today=self._today(),
        )

    def vendor(self, request: Request) -> Response:
        """One vendor: its dossier, what was decided of it, its dates, what it stated; and the form to decide."""
        return self.vendor_page(request, self.keeper.visitor(request))

    def vendor_page(
        self, request: Request, who: str | None, status: int = 200, *, refused: str = "", given: Mapping[str, str] = {}
    ) -> Response:
        """The vendor's page; after a refusal with what was wrong, and what had been written.

        Raises:
            HTTPException: 404 for a vendor that nobody knows.
        """
        line = self._line(request.path_params["vendor"])
        decisions = recorded_decisions(self.shelf.house.registry, line.vendor)
        place = f"/vendors/{line.vendor}"
        tokens = {name: self.keeper.form_token(who or "", f"{place}/{name}") for name in ("decision", "confirmation")}
        return self.pager.page(
            request,
            "vendor",
            status,
            here=place,
            who=who,
            line=line,
            decisions=decisions[::-1],
            tokens=tokens,
            refused=refused,
            given=given,
            is_decidable=self.has_contract(line.vendor),
            is_printed=has_chromium(),
            choices=DECISIONS,
            most_characters=MOST_CHARACTERS["reason"],
            **self._dossiers(line.vendor, given.get("digest") or request.query_params.get("dossier")),
            **self._file(line.vendor, language_of(request)),
            **self._dates(language_of(request), line.vendor),
        )

    def has_contract(self, vendor: str) -> bool:
        """Whether a contract of the vendor can be read; else nothing is decided of it, as at the terminal."""
        return vendor in self.shelf.filed().book.vendors

    def dates(self, request: Request) -> Response:
        """Every date of every vendor that waits or lies ahead."""
        who = self.keeper.visitor(request)
        return self.pager.page(request, "dates", who=who, **self._dates(language_of(request)))

    def calendar(self, request: Request) -> Response:
        """The same dates as a calendar file."""
        self.keeper.visitor(request)
        ahead = self.shelf.agenda().ahead(self._today(), self.shelf.until())
        content = calendar_bytes(ahead, words(language_of(request)), as_of=self.shelf.now())
        headers = {"Content-Disposition": 'attachment; filename="opposable.ics"'}
        return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)

    def dossier_pdf(self, request: Request) -> Response:
        """A vendor's dossier as a PDF: the one of a digest, or the latest.

        Raises:
            HTTPException: 404 for a vendor or dossier that is not there.
        """
        who, vendor, language = self.keeper.visitor(request), request.path_params["vendor"], language_of(request)
        self.keeper.confirm_own_link(request)
        dossier = self._dossiers(vendor, request.query_params.get("dossier"))["chosen"]
        if not VENDOR_KEY.fullmatch(vendor) or dossier is None:
            raise HTTPException(404)
        name = f"{vendor}-{dossier.folder.name}.{language}"
        return self.press.answer(request, who, lambda: _printed(dossier, language), name)

    def written(self, request: Request) -> Response:
        """A dossier, the portfolio or the rules as they were written."""
        self.keeper.visitor(request)
        return written_page(self.shelf.house.settings.dossiers, request.path_params["place"])

    def to_portfolio(self, request: Request) -> Response:
        """Where the written portfolio lies."""
        return RedirectResponse("/dossiers/index.html", 303)

    def _today(self) -> date:
        return paris_date(self.shelf.now())

    def _line(self, vendor: str) -> VendorLine:
        found = self.shelf.line(vendor)
        if found is None:
            raise HTTPException(404)
        return found

    def _dossiers(self, vendor: str, digest: str | None) -> dict[str, Any]:
        """The vendor's latest dossiers, the newest first, and the one that is shown; None where it can't be read."""
        found = found_dossiers(self.shelf.house.settings.dossiers, vendor, MOST_DOSSIERS)
        try:
            chosen = dossier_named(found, vendor, digest)
        except DecisionRefusedError:
            chosen = None
        return {"dossiers": found[::-1], "chosen": chosen}

    def _file(self, vendor: str, language: str) -> dict[str, Any]:
        """What is missing of the vendor's answers and contract, and what it stated by links."""
        filed, today, registry = self.shelf.filed(), self._today(), self.shelf.house.registry
        statements = kept_statements(registry, vendor)
        file = filed.files.get(vendor)
        contract = filed.book.in_force(vendor, today)
        gaps = vendor_review(contract, file or DueDiligence(), on=today, stated=stated_on(statements))
        said = [(gap, gap_words(gap, words(language))) for gap in gaps if gap.risk is None]
        is_first = [gap.weight == MUST or gap.kind == "answered_unreviewed" for gap, _ in said]
        return {
            "first_gaps": [pair for pair, is_heavy in zip(said, is_first, strict=True) if is_heavy],
            "other_gaps": [pair for pair, is_heavy in zip(said, is_first, strict=True) if not is_heavy],
            "is_file_broken": vendor in filed.vendors and file is None,
            "stated": latest_statements(statements),
            "sent": questionnaires_sent(registry, vendor)[::-1],
        }

    def _dates(self, language: str, vendor: str | None = None) -> dict[str, Any]:
        spoken, today = words(language), self._today()
        found = self.shelf.agenda(vendor)
        ahead = found.ahead(today, self.shelf.until())
        dates = [(one, due_words(one, spoken), nearness_words(one, today, spoken)) for one in ahead]
        return {"dates": dates, "problems": found.problems, "today": today}


def _printed(dossier: WrittenDossier, language: str) -> bytes:
    from pipelines.dossiers.printed import dossier_as_pdf

    return dossier_as_pdf(dossier, language)

"""Dossiers, the portfolio and the rules as they were written, by their own names alone."""

import re
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipelines.dossiers.pages import METHOD_PAGES
from pipelines.dossiers.writer import PAGES, RULE_PAGES
from pipelines.vocabulary.words import VENDOR_KEY

FINDINGS: Final = "findings.csv"
PLACE: Final = "/dossiers"
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMMON: Final = frozenset((*PAGES.values(), *RULE_PAGES.values(), *METHOD_PAGES.values()))
_OF_DOSSIER: Final = frozenset((*PAGES.values(), FINDINGS))
POLICY: Final = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'none'; object-src 'none'"
"""Beside the page's own, which allows it one script by its digest at most."""


def written_page(dossiers: Path, place: str) -> Response:
    """A file below the folder of dossiers: `index.html`, or `<vendor>/<date>/index.html`.

    Raises:
        HTTPException: 404 for what is none of ours, or is not there.
    """
    path = dossiers / place
    if not _is_ours(place) or not path.resolve().is_relative_to(dossiers.resolve()):
        raise HTTPException(404)
    try:
        content = path.read_bytes()
    except OSError:
        raise HTTPException(404) from None
    if path.name == FINDINGS:
        headers = {"Content-Disposition": f'attachment; filename="{"-".join(place.split("/"))}"'}
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
    return Response(content, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})


def _is_ours(place: str) -> bool:
    parts = place.split("/")
    if len(parts) == 1:
        return place in _COMMON
    vendor, day, name = (*parts, "", "")[:3]
    is_dossier = VENDOR_KEY.fullmatch(vendor) and _DATE.fullmatch(day)
    return len(parts) == 3 and is_dossier is not None and name in _OF_DOSSIER

"""Every day of every vendor: which came, is missing, fails or was never looked at, by month; and why, by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipelines.checks.day_states import DAY_STATES, RIGHT, VendorDays, vendor_days
from pipelines.checks.results import LATE_KNOWLEDGE, TABLE, FailingResult, failing_results
from pipelines.contracts.contract import Contract
from pipelines.serve.answers import Pager
from pipelines.serve.shelf import Filed, Shelf
from pipelines.serve.visitors import Doorkeeper
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import EARLIEST_DAY, last_tick, paris_date

MONTHS: Final = (3, 12, 24)
"""How many a reader may ask for."""
WRONG: Final = "wrong"
"""Whoever asks for it sees vendors of whom any day is not right."""


Seen = tuple[tuple[object, ...], VendorDays]
"""The days of a vendor, after what tells whether they are still so."""


@dataclass(frozen=True)
class DeliveryPages:
    """For those whom the doorkeeper lets in."""

    shelf: Shelf
    keeper: Doorkeeper
    pager: Pager
    seen: dict[str, Seen] = field(default_factory=dict)
    """By vendor; of each what was asked for last."""

    def fleet(self, request: Request) -> Response:
        """All vendors by month, those that are late first."""
        who, query = self.keeper.visitor(request), request.query_params
        count = next((one for one in MONTHS if str(one) == query.get("months")), MONTHS[0])
        state = query.get("state") if query.get("state") in (*DAY_STATES, WRONG) else ""
        months, last = self._months(count), self._last_day()
        filed = self.shelf.filed()
        found = [self._days(vendor, filed.book.of(vendor), months[0], last) for vendor in self._vendors(filed)]
        shown = [one for one in found if _is_shown(one, state or "")]
        return self.pager.page(
            request,
            "deliveries",
            who=who,
            lines=sorted(shown, key=lambda one: (-one.unmet_since, one.vendor)),
            count=len(found),
            months=months,
            month_count=count,
            choices=MONTHS,
            state=state,
            states=DAY_STATES,
            names=_vendor_names_on(filed, last),
            last=last,
        )

    def vendor(self, request: Request) -> Response:
        """The days of one vendor in a month, and what is wrong with each.

        Raises:
            HTTPException: 404 for a vendor that nobody knows, or a month that is none.
        """
        who, vendor, last = self.keeper.visitor(request), request.path_params["vendor"], self._last_day()
        month = _month_given(request.query_params.get("month", f"{last:%Y-%m}"))
        filed, lake = self.shelf.filed(), self.shelf.house.lake
        if vendor not in self._vendors(filed) or month is None or not EARLIEST_DAY <= month <= last:
            raise HTTPException(404)
        end = min(month + relativedelta(months=1, days=-1), last)
        return self.pager.page(
            request,
            "delivery_days",
            who=who,
            vendor=vendor,
            name=_vendor_names_on(filed, last).get(vendor, vendor),
            days=vendor_days(lake, vendor, filed.book.of(vendor), month, end),
            faults=_by_day(failing_results(lake, vendor), month, end),
            month=month,
            before=month - relativedelta(months=1) if month > EARLIEST_DAY else None,
            after=month + relativedelta(months=1) if month + relativedelta(months=1) <= last else None,
        )

    def _last_day(self) -> date:
        """The last day whose tick has come."""
        return paris_date(last_tick(self.shelf.now())) - timedelta(days=1)

    def _months(self, count: int) -> list[date]:
        newest = self._last_day().replace(day=1)
        return [newest - relativedelta(months=back) for back in range(count - 1, -1, -1)]

    def _vendors(self, filed: Filed) -> list[str]:
        return sorted({*filed.vendors, *self.shelf.house.lake.vendors()})

    def _days(self, vendor: str, contracts: Sequence[Contract], first: date, last: date) -> VendorDays:
        """Seen anew only where a day, a check or a contract is another."""
        lake = self.shelf.house.lake
        marks = (first, last, *(one.digest for one in contracts), *_days_changed_at(lake, vendor))
        kept = self.seen.get(vendor)
        if kept is None or kept[0] != marks:
            kept = self.seen[vendor] = marks, vendor_days(lake, vendor, contracts, first, last)
        return kept[1]


def _vendor_names_on(filed: Filed, on: date) -> Mapping[str, str]:
    found = {vendor: filed.book.in_force(vendor, on) for vendor in filed.book.vendors}
    return {vendor: one.vendor_name for vendor, one in found.items() if one is not None and one.vendor_name}


def _days_changed_at(lake: Lake, vendor: str) -> list[int]:
    """When a day of a vendor was added or removed, published anew, or a check made."""
    folders = [lake.root / table / f"vendor={vendor}" for table in ("deliveries", "scorecards")]
    places = [*folders, lake.stamp(vendor), lake.vendor_file(TABLE, vendor)]
    return [place.stat().st_mtime_ns if place.exists() else 0 for place in places]


def _is_shown(one: VendorDays, state: str) -> bool:
    if state == WRONG:
        return any(found != RIGHT for found in one.states.values())
    return not state or state in one.states.values()


def _by_day(results: Sequence[FailingResult], first: date, last: date) -> dict[date, list[FailingResult]]:
    found: dict[date, list[FailingResult]] = {}
    for one in results:
        if first <= one.day <= last and one.check != LATE_KNOWLEDGE:
            found.setdefault(one.day, []).append(one)
    return found


def _month_given(text: str | None) -> date | None:
    """The first day of a month such as 2026-08; None for what is none."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None

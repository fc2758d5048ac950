"""What contracts say: the last day of notice, the renewal or the end, the last day of a version.

A decision that stands answers both notice and renewal (`reviews`).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from pipelines.agenda.due_date import PASSED, DueDate
from pipelines.contracts.contract import Contract, last_day_in_force
from pipelines.reviews.decisions import RecordedDecision
from pipelines.reviews.own_findings import standing_renewals
from pipelines.reviews.routes import notice_by
from pipelines.vocabulary.clock import paris_date


def contract_dates(
    vendor: str, contracts: Sequence[Contract], decisions: Sequence[RecordedDecision], as_of: datetime
) -> Iterator[DueDate]:
    """Every date of a vendor's active contracts as known at an instant (aware)."""
    decided = {
        one.renewal_on: one.decision for one in decisions if one.vendor == vendor and one.stands_at(as_of)
    }  # the latest wins
    for number, contract in enumerate(standing_renewals(contracts), start=1):
        yield from _renewal_dates(contract, str(number), decided.get(contract.renewal_on), paris_date(as_of))
    for contract in contracts:
        ends_on = last_day_in_force(contract, contracts) if contract.status == "active" else None
        if ends_on is not None:
            item = contract.valid_from.isoformat()
            yield DueDate(on=ends_on, vendor=vendor, kind="version_end", owner="purchasing", item=item, is_open=False)


def missed_notices(
    vendor: str, contracts: Sequence[Contract], decisions: Sequence[RecordedDecision], as_of: datetime
) -> list[DueDate]:
    """Last days of notice that passed without a decision, ahead of a renewal that has not (`as_of`: aware)."""
    dates = contract_dates(vendor, contracts, decisions, as_of)
    return [one for one in dates if one.kind == "notice" and one.reminder(paris_date(as_of)) == PASSED]


def _renewal_dates(contract: Contract, number: str, decision: str | None, today: date) -> Iterator[DueDate]:
    vendor, renewal_on, last_day = contract.vendor, contract.renewal_on, notice_by(contract)
    if renewal_on is None:
        return
    is_ahead = renewal_on >= today
    if last_day is not None:
        is_open = decision is None and is_ahead  # afterwards the renewal itself says it
        yield DueDate(on=last_day, vendor=vendor, kind="notice", owner="purchasing", item=number, is_open=is_open)
    if decision == "do_not_renew":
        yield DueDate(
            on=renewal_on, vendor=vendor, kind="contract_end", owner="purchasing", item=number, is_open=is_ahead
        )
    else:
        is_open = decision is None
        yield DueDate(on=renewal_on, vendor=vendor, kind="renewal", owner="purchasing", item=number, is_open=is_open)

"""When receipts told each defect, and when one that told it notified the vendor: what no later judgement moves.

But for what was an error of ours: a later receipt of the same files that tells a defect no more withdraws it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.receipts.notices import Notice, notified_at
from pipelines.receipts.told_defects import OTHER_FORMS, ToldReceipt


@dataclass(frozen=True)
class ToldBefore:
    """A blocking rule on a form, as receipts told it. Instants are UTC, aware."""

    rule_id: str
    form: str
    other_of: date | None
    """Of `OTHER_FORMS` the day of the receipt: which forms these were, its leads say. Else None: of any day."""
    told_at: datetime
    """When a receipt that tells it was first prepared."""
    notified_at: datetime | None
    """When the vendor was first notified by one; None: by none yet."""


def told_before(
    told: Iterable[ToldReceipt], receipts: Iterable[Notice], contracts: Sequence[Contract], as_of: datetime
) -> list[ToldBefore]:
    """Each rule and form once, other forms once a day, as known at an instant (aware).

    Args:
        told: what was recorded of a vendor's receipts, in order.
        receipts: all of them, those that others replaced included.
        contracts: the vendor's: their notice clauses say when a receipt notifies.
        as_of: what happened after it is left out.
    """
    notified = _first_notified(receipts, contracts, as_of)
    standing: dict[date, dict[_Defect, ToldBefore]] = {}
    last: dict[date, ToldReceipt] = {}
    for receipt in (one for one in told if one.told_at <= as_of):
        day = receipt.delivery_date
        of_day = standing.setdefault(day, {})
        for defect in _withdrawn(last.get(day), receipt):
            of_day.pop(defect, None)
        at = notified.get((day, receipt.receipt_digest))
        for defect in _blocking(receipt):
            other_of = day if defect.form == OTHER_FORMS else None
            one = ToldBefore(*defect, other_of, receipt.told_at, at and max(at, receipt.told_at))
            of_day[defect] = _earlier(of_day[defect], one) if defect in of_day else one
        last[day] = receipt
    return _first_of_each(one for of_day in standing.values() for one in of_day.values())


class _Defect(NamedTuple):
    rule_id: str
    form: str


def _blocking(receipt: ToldReceipt) -> set[_Defect]:
    return {_Defect(one.rule_id, one.form) for one in receipt.defects if one.severity == "blocking"}


def _withdrawn(before: ToldReceipt | None, now: ToldReceipt) -> set[_Defect]:
    """What a day's receipt tells no more of the same files: the error was ours. What came meanwhile may have mended it.

    A form may be among others now, and among others may have been one that has a name now: it is told still.
    """
    if before is None or before.delivered_digest is None or before.delivered_digest != now.delivered_digest:
        return set()
    told = _blocking(now)
    rules, with_others = {one.rule_id for one in told}, {one.rule_id for one in told if one.form == OTHER_FORMS}
    return {
        one
        for one in _blocking(before) - told
        if one.rule_id not in (rules if one.form == OTHER_FORMS else with_others)
    }


def _first_of_each(told: Iterable[ToldBefore]) -> list[ToldBefore]:
    found: dict[tuple[str, str, date | None], ToldBefore] = {}
    for one in told:
        key = one.rule_id, one.form, one.other_of
        found[key] = _earlier(found[key], one) if key in found else one
    return list(found.values())


def _first_notified(
    receipts: Iterable[Notice], contracts: Sequence[Contract], as_of: datetime
) -> dict[tuple[date, str], datetime]:
    """By delivery date and digest, when a receipt first notified the vendor; the same may have been prepared again."""
    found: dict[tuple[date, str], datetime] = {}
    for one in receipts:
        contract = contract_in_force(tuple(contracts), one.delivery_date)
        at = notified_at(contract.notice_clause if contract else None, one)
        if at is not None and at <= as_of:
            key = one.delivery_date, one.digest
            found[key] = min(at, found.get(key, at))
    return found


def _earlier(one: ToldBefore, other: ToldBefore) -> ToldBefore:
    notified = [at for at in (one.notified_at, other.notified_at) if at is not None]
    return replace(one, told_at=min(one.told_at, other.told_at), notified_at=min(notified, default=None))

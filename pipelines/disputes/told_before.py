"""When receipts told each defect, and when one that told it notified the vendor: what no later judgement moves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

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
        told: what was recorded of a vendor's receipts.
        receipts: all of them, those that others replaced included.
        contracts: the vendor's: their notice clauses say when a receipt notifies.
        as_of: what happened after it is left out.
    """
    notified = _first_notified(receipts, contracts, as_of)
    found: dict[tuple[str, str, date | None], ToldBefore] = {}
    for receipt in told:
        at = notified.get((receipt.delivery_date, receipt.receipt_digest))
        for defect in receipt.defects if receipt.told_at <= as_of else ():
            if defect.severity == "blocking":
                key = defect.rule_id, defect.form, receipt.delivery_date if defect.form == OTHER_FORMS else None
                one = ToldBefore(*key, receipt.told_at, at and max(at, receipt.told_at))
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

"""How long a vendor has to answer a finding: its contract's `replyPeriod`, else the house's policy.

The period begins when the vendor was notified of the receipt that tells the finding (`receipts.notices`); before, no
answer is late.
"""

from datetime import datetime, timedelta

from pipelines.contracts.contract import Contract


def reply_period(contract: Contract | None, policy: timedelta) -> timedelta:
    """The period that counts for a delivery under a contract."""
    return policy if contract is None or contract.reply_period is None else contract.reply_period


def reply_due_at(notified_at: datetime | None, period: timedelta) -> datetime | None:
    """Until when an answer is in time; None while the vendor was not notified."""
    return None if notified_at is None else notified_at + period

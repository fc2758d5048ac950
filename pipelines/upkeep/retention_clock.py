"""The retention clock: until when each kind of object is kept, and why. Removing them belongs to `retention`.

Delivered files, receipts, dossiers and comparisons are kept to claim and to answer a dispute; the vault's rows, as
long as the contract lets us use the leads (RGPD art. 5.1 e, storage limitation); what a decision rests on, and what
vendors said in disputes, until no claim can be made of it (C. com. art. L. 110-4); what is told of invoices, as papers
of the accounts (C. com. art. L. 123-22). What is due counts from the day after its span has passed.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from pipelines.contracts.contract import Contract
from pipelines.vocabulary.clock import civil_date_after, paris_instant

DELIVERED_FILE: Final = "delivered_file"
VAULT_ROWS: Final = "vault_rows"
RECEIPT: Final = "receipt"
DOSSIER: Final = "dossier"
DECIDED_DOSSIER: Final = "decided_dossier"
COMPARISON: Final = "comparison"
CHECKED_INVOICE: Final = "checked_invoice"
ANNEX: Final = "annex"
KEPT_ANSWER: Final = "kept_answer"
TAKEN_ANSWER: Final = "taken_answer"
LAW: Final = "law"

_NEXT: Final = timedelta(days=1)


@dataclass(frozen=True)
class RetentionSpans:
    """What holds where a contract is silent, and how long disputes are waited for."""

    claim_window: timedelta
    dispute_hold: timedelta
    vault: timedelta
    decisions: timedelta
    invoices: timedelta
    disputes: timedelta


@dataclass(frozen=True)
class RetentionEnd:
    """From which civil date on (Europe/Paris) an object is to be removed, and on what that rests, in words."""

    due_on: date
    basis: str

    def is_due(self, on: date) -> bool:
        """Whether nothing of the span is left on a date."""
        return self.due_on <= on


def delivery_retention_end(contract: Contract | None, delivered_at: datetime, spans: RetentionSpans) -> RetentionEnd:
    """Of delivered files, receipts, dossiers, comparisons: the claim window after the delivery, then the dispute hold.

    `delivered_at` is UTC, zone-less or not; the contract is the one in force on the delivery date.
    """
    window, source = spans.claim_window, "the setting"
    if contract is not None and contract.claim_window is not None:
        window, source = contract.claim_window, f"the contract of {contract.valid_from}"
    basis = (
        f"claim window of {_span_words(window)} ({source}) and dispute hold of {_span_words(spans.dispute_hold)} passed"
    )
    return RetentionEnd(civil_date_after(delivered_at, window + spans.dispute_hold) + _NEXT, basis)


def vault_retention_end(contract: Contract | None, day: date, spans: RetentionSpans) -> RetentionEnd:
    """Of the identifiers of a delivery: the contract's `retention` after the delivery date."""
    span, source = spans.vault, "the setting"
    if contract is not None and contract.retention is not None:
        span, source = contract.retention, f"the contract of {contract.valid_from}"
    return RetentionEnd(
        day + timedelta(days=-(-span // _NEXT)) + _NEXT, f"retention of {_span_words(span)} ({source}) passed"
    )


def decision_retention_end(last_on: date, spans: RetentionSpans) -> RetentionEnd:
    """Of a dossier that was decided on: the setting's span after the last day of a decision that rests on it.

    `last_on`: when it was decided, confirmed or takes effect, whichever is last.
    """
    return _setting_end(last_on, spans.decisions)


def invoice_retention_end(checked_on: date, spans: RetentionSpans) -> RetentionEnd:
    """Of what is told of an invoice, which keeps it from being paid twice: the setting's span after its last check."""
    return _setting_end(checked_on, spans.invoices)


def answer_retention_end(said_on: date, spans: RetentionSpans) -> RetentionEnd:
    """Of what a vendor wrote or showed in a dispute: the setting's span after it last said so."""
    return _setting_end(said_on, spans.disputes)


def end_of(day: date) -> datetime:
    """The last minute of a civil day (Europe/Paris), zone-less UTC: for what came on it, nobody knows when."""
    return paris_instant(day, time(23, 59)).replace(tzinfo=None)


def _setting_end(day: date, span: timedelta) -> RetentionEnd:
    return RetentionEnd(day + span + _NEXT, f"retention of {_span_words(span)} (the setting) passed")


def _span_words(span: timedelta) -> str:
    hours = span // timedelta(hours=1)
    return f"{hours // 24} days" if hours % 24 == 0 else f"{hours} hours"

"""Notices to a vendor: when a receipt that was prepared counts as told. Where receipts are kept is in `records`.

A receipt in a folder notifies nobody. It is *prepared* when written, *sent* when its transport was recorded,
*acknowledged* when the vendor did; the vendor is *notified* as the contract's notice clause says.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from pipelines.contracts.contract import NoticeClause

ACKNOWLEDGEMENT_FILE: Final = "acknowledgement.json"
ACKNOWLEDGEMENT_KEYS: Final = ("digest", "acknowledged_at", "by")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#-]{0,99}")


class NoticeRefusedError(ValueError):
    """What was said of a receipt can't be recorded; the message says what was expected, never what was given."""


@dataclass(frozen=True, kw_only=True)
class PreparedReceipt:
    """A receipt as written: of which delivery, and the digest of its `receipt.json`."""

    vendor: str
    delivery_date: date
    digest: str
    is_final: bool
    line_count: int


@dataclass(frozen=True, kw_only=True)
class Notice(PreparedReceipt):
    """A receipt and what became of it. Instants are UTC, aware."""

    prepared_at: datetime
    """The run's `as_of`."""
    sent_at: datetime | None = None
    sent_by_means: str | None = None
    sent_recorded_at: datetime | None = None
    """When we learned of it; so with the acknowledgement."""
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    """A role or a message's number, never a person."""
    acknowledgement_recorded_at: datetime | None = None
    source: str | None = None
    """How the acknowledgement reached us: `command` or `file`."""

    @property
    def state(self) -> str:
        """`prepared`, `sent` or `acknowledged`."""
        if self.acknowledged_at is not None:
            return "acknowledged"
        return "prepared" if self.sent_at is None else "sent"


@dataclass(frozen=True)
class Acknowledgement:
    """What a vendor says that it received. `acknowledged_at`: UTC, aware."""

    digest: str
    acknowledged_at: datetime
    by: str


def notified_at(clause: NoticeClause | None, notice: Notice) -> datetime | None:
    """When the vendor was, or will be, notified by a receipt; None while nothing makes it so.

    An acknowledgement always notifies. A clause may deem the receipt received some time after it was sent by the
    clause's own means: the instant may then lie ahead. Without a clause only an acknowledgement notifies.
    """
    deemed_at = None
    if clause is not None and clause.deemed_after is not None and notice.sent_by_means == clause.means:
        deemed_at = notice.sent_at and notice.sent_at + clause.deemed_after
    return min((at for at in (notice.acknowledged_at, deemed_at) if at is not None), default=None)


def check_instant(what: str, at: datetime, notice: Notice, now: datetime) -> None:
    """Refuse an instant that no notice can have: before the receipt was prepared, or after now.

    Raises:
        NoticeRefusedError: it is one.
    """
    if at < notice.prepared_at:
        raise NoticeRefusedError(
            f"{what}: expected an instant from {notice.prepared_at.isoformat()} on, when the receipt was prepared"
        )
    if at > now:
        raise NoticeRefusedError(f"{what}: expected an instant that has passed")


def check_reference(by: str) -> None:
    """Refuse a reference that may be a person's identifier.

    Raises:
        NoticeRefusedError: it is one, or is written otherwise.
    """
    from pipelines.identifiers.likeness import looks_like_person  # whose patterns listing receipts does not need

    if not _REFERENCE.fullmatch(by) or looks_like_person(by, "text"):
        raise NoticeRefusedError(
            "by: expected a role or a message's number, such as compliance-desk or MSG-2026-0142, without spaces; "
            "no person's name, e-mail address or phone number"
        )


def read_acknowledgement(content: bytes) -> Acknowledgement:
    """The acknowledgement that a file holds: `{"digest", "acknowledged_at", "by"}`.

    Raises:
        NoticeRefusedError: it is none; the message says what was expected.
    """
    try:
        document: Any = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise NoticeRefusedError("expected a JSON object in UTF-8") from None
    if not isinstance(document, dict) or set(document) != set(ACKNOWLEDGEMENT_KEYS):
        raise NoticeRefusedError(f"expected a JSON object with exactly {', '.join(ACKNOWLEDGEMENT_KEYS)}")
    if not all(isinstance(value, str) for value in document.values()):
        raise NoticeRefusedError("expected texts only")
    digest = document["digest"].strip().lower()
    if not _DIGEST.fullmatch(digest):
        raise NoticeRefusedError("digest: expected the 64 hex digits that the summary gives as its reference")
    check_reference(document["by"])
    return Acknowledgement(digest, _instant_of_answer(document["acknowledged_at"]), document["by"])


def _instant_of_answer(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):  # the last hours of the year 9999 have no UTC
        pass
    raise NoticeRefusedError("acknowledged_at: expected an instant with its zone, such as 2026-08-11T09:30:00+02:00")

"""What a receipt tells a vendor of one delivery, and what it keeps to itself.

Sentences are in `texts`, files in `writer`.

One line for each refused file, each reason of each rejected row or run of rows, and each finding of a lead or lead use
that failed or waits on the vendor; a clean lead has none. What waits on us is told without its rule. An opposition is
told as the word `opposed` alone, of the lead as a whole: neither rule, date, origin, channel, sharing nor attribution
can be read from its lines, nor from the verdicts on the lead's other lines. A lead is named by the vendor's own
reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipelines.contracts.contract import NoticeClause
    from pipelines.verdicts.missing_parts import MissingPart
    from pipelines.vocabulary.reasons import Reason

OPPOSED: Final = "opposed"
UNDER_REVIEW: Final = "under_review"
VENDORS_OWN: Final = ("consent_withdrawn",)
"""Rules of the dimension `opposition` about what the vendor itself knows: told like any other."""
STATES: Final = ("rejected", "fail", "not_proven", "unknown", OPPOSED, UNDER_REVIEW)
"""What a line says: a refused file or row, a breach, a fact not proven in time, one still owed, and the two above."""
FIELD_LISTS: Final = (
    *("invalid_fields", "placeholder_fields", "unallocated_fields"),
    *("undeclared_columns", "ambiguous_dates"),
)
"""Evidence that names fields or columns: told in the column `column`."""
DETAIL_LISTS: Final = ("format_differences", "missing_sequences")
"""Evidence about the delivery as a whole: told with what is wrong."""


@dataclass(frozen=True)
class ReceiptReason:
    """One thing that lines say, whatever their row: what makes its text."""

    key: str
    """Stable: the same wherever it is told."""
    reason_code: str
    """A reason of `REJECT_REASONS`, a rule id, `opposed` or `under_review`."""
    state: str
    """One of `STATES`."""
    causes: tuple[Reason, ...] = ()
    """What was expected of a refused file or row, else the evidence."""
    missing: tuple[MissingPart, ...] = ()
    """What was not delivered, of facts that are owed or not proven."""


@dataclass(frozen=True)
class ReceivedFile:
    """A file of the delivery and what became of it. Row counts are None unless it was accepted."""

    file_name: str
    role: str | None
    status: str
    rows_received: int | None = None
    rows_accepted: int | None = None
    rows_rejected: int | None = None
    reason: str | None = None
    """A reason code where it was refused, else remarks as the lake publishes them, or None."""
    causes: tuple[Reason, ...] = ()
    """What `reason` rests on."""


@dataclass(frozen=True)
class LeadVerdicts:
    """Accepted leads by the gravest verdict of their uses: they sum to `accepted`."""

    accepted: int = 0
    usable: int = 0
    """On every channel that is used."""
    on_hold: int = 0
    blocked: int = 0
    """On one channel or more; which ones is not told of opposed leads."""
    without_use: int = 0
    """Delivered for no channel that was bought and can be used."""


@dataclass(frozen=True)
class Receipt:
    """The head of a receipt. It holds no instant of a run: a delivery judged alike again has the same."""

    vendor: str
    delivery_date: date
    is_final: bool
    """From the proof deadline on."""
    proof_deadline_at: datetime | None
    """UTC, aware; None without a contract in force."""
    files: tuple[ReceivedFile, ...]
    leads: LeadVerdicts
    told_counts: Mapping[str, int] = field(default_factory=dict)
    """Rows, files, leads and uses by key of what is told of them, most frequent first, then by key."""
    line_count: int = 0
    """All lines; of rejected rows, one may stand for many."""
    notice_clause: NoticeClause | None = None

    @property
    def is_row_by_row(self) -> bool:
        """Whether each line is of one row, lead or use."""
        return self.line_count == sum(self.told_counts.values())


def reason_key(reason_code: str, state: str, detail: str | None = None) -> str:
    """Key of one thing that is told: short, and the same in every run. `detail`: its causes as they are published."""
    if detail is None:
        return f"{reason_code}.{state}"
    return f"{reason_code}.{state}.{sha256(detail.encode()).hexdigest()[:8]}"

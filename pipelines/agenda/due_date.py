"""One date of a vendor: what it is, who keeps it, whether it waits for something, how near it is."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from pipelines.governance.accepted_risks import Owner
from pipelines.vocabulary.bilingual import Bilingual

KINDS: Final = (
    "notice",
    "renewal",
    "contract_end",
    "version_end",
    "audit_of_vendor",
    "audit_of_advertiser",
    "evidence",
    "tender_answer",
    "accepted_risk",
    "knowledge_notice",
    "knowledge_decision",
    "knowledge_stop",
)
REMINDERS: Final = (7, 3, 1)
"""Days ahead on which one is reminded."""
PASSED: Final = 0
_SAME_THING: Final = {"contract_end": "renewal"}
"""Once a vendor is not renewed, its renewal is the end: one event in a calendar."""


@dataclass(frozen=True, kw_only=True)
class DueDate:
    """One civil date (Europe/Paris) of a vendor."""

    on: date
    """The last day on which it can be kept, or on which a thing stands."""
    vendor: str
    kind: str
    """One of `KINDS`."""
    owner: Owner
    item: str = ""
    """What tells it from the vendor's others of this kind; it stays when the date moves."""
    says: Bilingual | None = None
    """The question or clause that it is about."""
    is_open: bool = True
    """Whether it waits for somebody; False: it was answered, or asks for nothing."""

    @property
    def thing(self) -> str:
        """What the date is of: the same from run to run, wherever the date moves."""
        return "/".join((self.vendor, _SAME_THING.get(self.kind, self.kind), self.item))

    @property
    def place(self) -> tuple[date, str, int, str]:
        """Where it stands in a list."""
        return self.on, self.vendor, KINDS.index(self.kind), self.item

    def reminder(self, on: date) -> int | None:
        """Which reminder it calls for on a civil date: 7, 3 or 1 days ahead, `PASSED`, or none."""
        left = (self.on - on).days
        if not self.is_open or left > max(REMINDERS):
            return None
        return PASSED if left < 0 else min(days for days in REMINDERS if left <= days)

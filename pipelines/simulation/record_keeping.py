"""What a reader who doubts sees in a vendor's records: two that contradict each other, dates that suit the vendor."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from pipelines.simulation.acceptance import Lead, Proof
from pipelines.vocabulary.words import PARIS

LAW_FROM: Final = date(2026, 8, 11)
WEEK: Final = timedelta(days=7)
LONG: Final = timedelta(days=30)
_GRACE_UNTIL: Final = datetime(2026, 8, 12, tzinfo=PARIS).astimezone(UTC)
_DOUBTED_FROM: Final = datetime(2026, 8, 21, tzinfo=PARIS).astimezone(UTC)
_FACTS: Final = (
    *("consent_at", "email", "phone", "channels", "action", "box_prechecked", "consent_text", "form_id"),
    *("form_version", "recipients", "recipient_sirens", "mentions"),
)


def contradict(proofs: Iterable[Proof]) -> bool:
    """True when two records of one consent differ in a fact that both give."""
    records: defaultdict[str, list[Proof]] = defaultdict(list)
    for proof in proofs:
        records[proof.consent_id].append(proof)
    return any(_differ(same, name) for same in records.values() for name in _FACTS)


def _differ(records: Sequence[Proof], name: str) -> bool:
    return len({_plain(getattr(record, name)) for record in records} - {None}) > 1


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    return tuple(sorted(value)) if isinstance(value, tuple) else value


def is_long_before(consent_at: datetime, collected_at: datetime) -> bool:
    """True for a consent of over thirty days before, or of the week before the law for a lead of its second day on."""
    is_of_last_week = LAW_FROM - WEEK <= consent_at.astimezone(PARIS).date() < LAW_FROM
    return collected_at > consent_at + LONG or (is_of_last_week and collected_at >= _GRACE_UNTIL)


def days_of_a_pile(leads: Iterable[Lead], consents_of: Callable[[Lead], Iterable[Proof]]) -> Iterator[date]:
    """Deliveries ten days after the law and later with over four consents of its eve, and thrice those of before."""
    last, before = Counter[date](), Counter[date]()
    delivered: dict[date, datetime] = {}
    for lead in leads:
        weeks = {
            (LAW_FROM - proof.consent_at.astimezone(PARIS).date() - timedelta(days=1)) // WEEK
            for proof in consents_of(lead)
        }
        last[lead.delivery_date] += 0 in weeks
        before[lead.delivery_date] += 1 in weeks
        delivered[lead.delivery_date] = min(lead.delivered_at, delivered.get(lead.delivery_date, lead.delivered_at))
    for day, came_at in delivered.items():
        if came_at >= _DOUBTED_FROM and last[day] > max(4, 3 * before[day]):
            yield day

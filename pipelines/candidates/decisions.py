"""Who decided that a vendor goes live, or not, when and why: in the registry, for good.

What a decision means for a delivery is in `contracts.stages`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, func, insert, select

from pipelines.contracts.contract import GoLiveDecision
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.vendor_tables import GO_LIVE_DECISIONS
from pipelines.vocabulary.clock import paris_date

OPENED: Final = "opened"
EXCEPTION: Final = "opened_by_exception"
REFUSED: Final = "refused"
_MOST_OF_NAME, _MOST_OF_REASON = 64, 500


@dataclass(frozen=True)
class DecisionNote:
    """One decision about a vendor."""

    vendor: str
    decision: str
    decided_at: datetime
    """Aware. It counts for deliveries from its civil date (Europe/Paris) on."""
    decided_by: str
    reason: str | None = None
    unmet: tuple[str, ...] = ()
    """Ids of conditions that were not met then."""
    contract_digest: str | None = None
    """Of the contract that was looked at."""


def note_decision(registry: Engine, note: DecisionNote) -> None:
    """Add one decision.

    Raises:
        ValueError: nobody is named who decided; what is no plain opening has no reason; either is too long, or holds an
            e-mail address or a phone number.
    """
    from pipelines.identifiers.kept_words import confirm_kept_words  # whose patterns reading does not need

    confirm_kept_words("--by", note.decided_by, _MOST_OF_NAME)
    if note.reason is not None or note.decision != OPENED:
        confirm_kept_words("--reason", note.reason or "", _MOST_OF_REASON)
    row = asdict(note) | {"decided_by": note.decided_by.strip(), "unmet": ",".join(note.unmet)}
    with registry.connect() as connection, writing(connection):
        connection.execute(insert(GO_LIVE_DECISIONS).values(row))


def decisions_on(registry: Engine, vendor: str | None = None) -> list[DecisionNote]:
    """What was decided of a vendor, or of all, in the order in which it was noted."""
    columns = [GO_LIVE_DECISIONS.c[name] for name in DecisionNote.__annotations__]
    query = select(*columns).order_by(GO_LIVE_DECISIONS.c.id)
    if vendor is not None:
        query = query.where(GO_LIVE_DECISIONS.c.vendor == vendor)
    with registry.connect() as connection:
        rows = connection.execute(query).mappings().all()
    return [DecisionNote(**(dict(row) | {"unmet": tuple(filter(None, row["unmet"].split(",")))})) for row in rows]


def latest_decision_id(registry: Engine) -> int:
    """The id of the youngest decision about any vendor, 0 without one: whether anything was decided since."""
    with registry.connect() as connection:
        return connection.scalar(select(func.max(GO_LIVE_DECISIONS.c.id))) or 0


def vendors_decided_since(registry: Engine, decision_id: int) -> set[str]:
    """Vendors that were decided on after a decision."""
    query = select(GO_LIVE_DECISIONS.c.vendor).where(GO_LIVE_DECISIONS.c.id > decision_id).distinct()
    with registry.connect() as connection:
        return set(connection.scalars(query))


def go_live_by_vendor(registry: Engine) -> Mapping[str, list[GoLiveDecision]]:
    """What was decided of vendors, as contracts read it."""
    found: dict[str, list[GoLiveDecision]] = {}
    for note in decisions_on(registry):
        decision = GoLiveDecision(paris_date(note.decided_at), note.decision != REFUSED)
        found.setdefault(note.vendor, []).append(decision)
    return found

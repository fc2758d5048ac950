"""Decisions in the registry: recorded, confirmed, read. Nothing is changed or removed; the database refuses it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from pipelines.reviews.decisions import Decision, DecisionRefusedError, RecordedDecision, confirmable
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.vendor_tables import DECISION_CONFIRMATIONS, REVIEW_DECISIONS


def record_decision(registry: Engine, decision: Decision) -> int:
    """Add a decision, committed before this returns; its number."""
    with registry.connect() as connection, writing(connection):
        done = connection.execute(insert(REVIEW_DECISIONS).values(asdict(decision)))
        number: int = done.inserted_primary_key[0]  # type: ignore[index]
        return number


def confirm_decision(
    registry: Engine, vendor: str, *, by: str, at: datetime, number: str | None = None
) -> RecordedDecision:
    """Note that a second person confirms the vendor's latest decision; `at` is aware, `number` the one they were shown.

    Raises:
        DecisionRefusedError: nothing waits for a confirmation, or the person is the one who decided.
    """
    decision = confirmable(recorded_decisions(registry, vendor), vendor, by, number)
    row = {"decision_id": decision.id, "confirmed_by": " ".join(by.split()), "confirmed_at": at}
    try:
        with registry.connect() as connection, writing(connection):
            connection.execute(insert(DECISION_CONFIRMATIONS).values(row))
    except IntegrityError:  # somebody else confirmed it in between
        raise DecisionRefusedError("nothing_waits", f"{vendor}: the decision was confirmed already") from None
    return decision


def recorded_decisions(
    registry: Engine, vendor: str | None = None, *, before: datetime | None = None
) -> list[RecordedDecision]:
    """Decisions of one vendor or all, in order.

    `before`: an instant (aware) whose knowledge counts; decisions and confirmations after it are left out.
    """
    joined = REVIEW_DECISIONS.outerjoin(DECISION_CONFIRMATIONS)
    columns = (*REVIEW_DECISIONS.c, DECISION_CONFIRMATIONS.c.confirmed_by, DECISION_CONFIRMATIONS.c.confirmed_at)
    statement = select(*columns).select_from(joined).order_by(REVIEW_DECISIONS.c.id)
    if vendor is not None:
        statement = statement.where(REVIEW_DECISIONS.c.vendor == vendor)
    if before is not None:
        statement = statement.where(REVIEW_DECISIONS.c.decided_at <= before)
    with registry.connect() as connection:
        return [_decision_known(row, before) for row in connection.execute(statement).mappings()]


def _decision_known(row: Mapping[Any, Any], before: datetime | None) -> RecordedDecision:
    known = dict(row)
    if before is not None and known["confirmed_at"] is not None and known["confirmed_at"] > before:
        known |= {"confirmed_by": None, "confirmed_at": None}
    return RecordedDecision(**known)

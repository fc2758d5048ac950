"""Disputes in the registry: taken in, decided, read. Nothing is changed or removed; the database refuses it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select

from pipelines.disputes.decisions import decide_dispute, dispute_numbered
from pipelines.disputes.dispute import Dispute, DisputeDecision, DisputeFile, RecordedDispute
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.vendor_tables import DISPUTE_DECISIONS, DISPUTE_FILES, DISPUTES

_BETWEEN: Final = " "
_NAMES: Final = tuple(field.name for field in fields(Dispute))


@dataclass(frozen=True)
class RecordedFiles:
    """Digests of a vendor's files that were taken in."""

    answers: frozenset[str]
    evidence: frozenset[str]
    """Of what disputes show."""


def record_answers(registry: Engine, file: DisputeFile, disputes: Sequence[Dispute]) -> bool:
    """Add a file of answers with its disputes, at once; False where another run did so before."""
    with registry.connect() as connection, writing(connection):
        if _file_known(connection, file):
            return False
        connection.execute(insert(DISPUTE_FILES).values({**asdict(file), "rejected": json.dumps(file.rejected)}))
        if disputes:
            connection.execute(insert(DISPUTES), [_as_row(one) for one in disputes])
    return True


def dispute_files(registry: Engine, vendor: str) -> list[DisputeFile]:
    """The files of answers that were taken in of a vendor, in order."""
    statement = select(DISPUTE_FILES).where(DISPUTE_FILES.c.vendor == vendor).order_by(DISPUTE_FILES.c.id)
    with registry.connect() as connection:
        return [_dispute_file(row) for row in connection.execute(statement).mappings()]


def recorded_disputes(
    registry: Engine, vendor: str | None = None, *, before: datetime | None = None
) -> list[RecordedDispute]:
    """Disputes of one vendor or all, in order, with their decisions.

    `before`: an instant (aware) whose knowledge counts; what came or was decided after it is left out.
    """
    with registry.connect() as connection:
        return _disputes_read(connection, vendor, before)


def recorded_files(registry: Engine, vendor: str) -> RecordedFiles:
    """What of a vendor's files was taken in."""
    return RecordedFiles(
        frozenset(file.file_digest for file in dispute_files(registry, vendor)),
        frozenset(digest for one in recorded_disputes(registry, vendor) for digest in one.evidence_digests),
    )


def record_decided(
    registry: Engine, vendor: str, number: int, outcome: str, *, by: str, reason: str, at: datetime
) -> RecordedDispute:
    """Decide on a vendor's dispute, committed before this returns; the dispute as it was. `at` is aware.

    Raises:
        DisputeRefusedError: it can't be decided so.
    """
    with registry.connect() as connection, writing(connection):
        dispute = dispute_numbered(_disputes_read(connection, vendor, None), vendor, number)
        made = decide_dispute(dispute, outcome, by=by, reason=reason, at=at)
        connection.execute(insert(DISPUTE_DECISIONS).values({"dispute_id": number, **asdict(made)}))
    return dispute


def _file_known(connection: Connection, file: DisputeFile) -> bool:
    of_file = (DISPUTE_FILES.c.vendor == file.vendor, DISPUTE_FILES.c.file_digest == file.file_digest)
    return connection.execute(select(DISPUTE_FILES.c.id).where(*of_file)).first() is not None


def _disputes_read(connection: Connection, vendor: str | None, before: datetime | None) -> list[RecordedDispute]:
    disputes, decided = select(DISPUTES).order_by(DISPUTES.c.id), select(DISPUTE_DECISIONS)
    if vendor is not None:
        disputes = disputes.where(DISPUTES.c.vendor == vendor)
        decided = decided.join(DISPUTES).where(DISPUTES.c.vendor == vendor)
    if before is not None:
        disputes = disputes.where(DISPUTES.c.received_at <= before)
        decided = decided.where(DISPUTE_DECISIONS.c.decided_at <= before)
    made = _decisions_by_dispute(connection.execute(decided.order_by(DISPUTE_DECISIONS.c.id)).mappings())
    rows = connection.execute(disputes).mappings()
    return [
        RecordedDispute(**_dispute_fields(row), id=row["id"], decisions=tuple(made.get(row["id"], ()))) for row in rows
    ]


def _decisions_by_dispute(rows: Iterable[Mapping[Any, Any]]) -> dict[int, list[DisputeDecision]]:
    found: dict[int, list[DisputeDecision]] = {}
    for row in rows:
        made = {field.name: row[field.name] for field in fields(DisputeDecision)}
        found.setdefault(row["dispute_id"], []).append(DisputeDecision(**made))
    return found


def _as_row(dispute: Dispute) -> dict[str, Any]:
    return {**asdict(dispute), "evidence_digests": _BETWEEN.join(dispute.evidence_digests)}


def _dispute_fields(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {**{name: row[name] for name in _NAMES}, "evidence_digests": tuple(row["evidence_digests"].split())}


def _dispute_file(row: Mapping[Any, Any]) -> DisputeFile:
    rejected = tuple((number, code) for number, code in json.loads(row["rejected"]))
    return DisputeFile(row["vendor"], row["file_digest"], row["received_at"], row["refusal"], rejected)

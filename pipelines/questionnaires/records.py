"""Questionnaires, revocations and statements in the registry: added and read. The database refuses every change."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, insert, select

from pipelines.questionnaires.links import NewLink, token_digest
from pipelines.questionnaires.statements import (
    MOST_STATEMENTS,
    KeptStatement,
    Statement,
    StatementRefusedError,
    changed_statements,
)
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.vendor_tables import QUESTIONNAIRE_REVOCATIONS, QUESTIONNAIRE_STATEMENTS, QUESTIONNAIRES


class QuestionnaireClosedError(LookupError):
    """The link counts no more, or never did: the message says why."""


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """One that was sent out; instants are UTC, aware."""

    id: int
    vendor: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    statement_count: int = 0

    def is_open(self, at: datetime) -> bool:
        """Whether its link counts at an instant."""
        return self.revoked_at is None and self.made_at <= at < self.expires_at

    def state(self, at: datetime) -> str:
        """`open`, `revoked` or `expired`."""
        if self.revoked_at is not None:
            return "revoked"
        return "open" if self.is_open(at) else "expired"


def record_questionnaire(registry: Engine, vendor: str, link: NewLink) -> int:
    """Add one for a vendor; its number. Of the token only its digest is kept."""
    row = {"vendor": vendor, "token_digest": token_digest(link.token)}
    with registry.connect() as connection, writing(connection):
        values = row | {"made_at": link.made_at, "expires_at": link.expires_at}
        done = connection.execute(insert(QUESTIONNAIRES).values(values))
        number: int = done.inserted_primary_key[0]  # type: ignore[index]
        return number


def revoke_questionnaire(registry: Engine, number: int, *, at: datetime) -> Questionnaire:
    """End one before it expires; `at` is aware.

    Raises:
        QuestionnaireClosedError: there is none of this number, or it is over.
    """
    with registry.connect() as connection, writing(connection):
        found = _questionnaires(connection, _all_questionnaires().where(QUESTIONNAIRES.c.id == number))
        if not found or not found[0].is_open(at):
            raise QuestionnaireClosedError(f"no open questionnaire {number}: `opposable questionnaire list` names them")
        connection.execute(insert(QUESTIONNAIRE_REVOCATIONS).values(questionnaire_id=number, revoked_at=at))
    return found[0]


def questionnaires_sent(registry: Engine, vendor: str | None = None) -> list[Questionnaire]:
    """Of one vendor or all, in order."""
    query = _all_questionnaires()
    if vendor is not None:
        query = query.where(QUESTIONNAIRES.c.vendor == vendor)
    with registry.connect() as connection:
        return _questionnaires(connection, query)


def open_questionnaire(registry: Engine, token: str, *, at: datetime) -> Questionnaire:
    """The one that a token opens.

    Raises:
        QuestionnaireClosedError: no token of ours, expired or revoked; which of these is not told.
    """
    with registry.connect() as connection:
        return _opened_by(connection, token, at)


def kept_statements(
    registry: Engine, vendor: str | None = None, *, before: datetime | None = None
) -> list[KeptStatement]:
    """What one vendor or all stated, in order; `before`: an instant (aware) whose knowledge counts."""
    query = _all_statements()
    if vendor is not None:
        query = query.where(QUESTIONNAIRES.c.vendor == vendor)
    if before is not None:
        query = query.where(QUESTIONNAIRE_STATEMENTS.c.stated_at <= before)
    with registry.connect() as connection:
        return _statements(connection, query)


def record_statements(registry: Engine, token: str, given: Iterable[Statement], *, at: datetime) -> int:
    """Add what a link states now and did not state before; how many that were.

    Raises:
        QuestionnaireClosedError: the link does not count any more.
        StatementRefusedError: it has stated more than anybody needs to.
    """
    with registry.connect() as connection, writing(connection):
        opened = _opened_by(connection, token, at)
        before = _statements(connection, _all_statements().where(QUESTIONNAIRES.c.id == opened.id))
        fresh = changed_statements(given, before)
        if len(before) + len(fresh) > MOST_STATEMENTS:
            raise StatementRefusedError("full")
        rows = [{**asdict(one), "questionnaire_id": opened.id, "stated_at": at} for one in fresh]
        if rows:
            connection.execute(insert(QUESTIONNAIRE_STATEMENTS), rows)
    return len(fresh)


def _opened_by(connection: Connection, token: str, at: datetime) -> Questionnaire:
    digest = token_digest(token)
    found = _questionnaires(connection, _all_questionnaires().where(QUESTIONNAIRES.c.token_digest == digest))
    if digest is None or not found or not found[0].is_open(at):
        raise QuestionnaireClosedError("this link does not count, or not any more")
    return found[0]


def _all_questionnaires() -> Select[Any]:
    count = select(func.count()).where(QUESTIONNAIRE_STATEMENTS.c.questionnaire_id == QUESTIONNAIRES.c.id)
    columns = [QUESTIONNAIRES.c[name] for name in ("id", "vendor", "made_at", "expires_at")]
    counted = count.scalar_subquery().label("statement_count")
    revoked_at = QUESTIONNAIRE_REVOCATIONS.c.revoked_at
    joined = QUESTIONNAIRES.outerjoin(QUESTIONNAIRE_REVOCATIONS)
    return select(*columns, revoked_at, counted).select_from(joined).order_by(QUESTIONNAIRES.c.id)


def _questionnaires(connection: Connection, query: Select[Any]) -> list[Questionnaire]:
    return [Questionnaire(**row) for row in connection.execute(query).mappings()]


def _all_statements() -> Select[Any]:
    table = QUESTIONNAIRE_STATEMENTS.c
    names = ("question", "choice", "statement", "evidence", "questionnaire_id", "stated_at")
    columns = [table[name] for name in names]
    return select(QUESTIONNAIRES.c.vendor, *columns).join(QUESTIONNAIRES).order_by(table.id)


def _statements(connection: Connection, query: Select[Any]) -> list[KeptStatement]:
    return [KeptStatement(**row) for row in connection.execute(query).mappings()]

"""Questionnaires by link, their revocations, and what vendors stated: rows that no statement changes or removes."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0013"
down_revision: Final = "v0012"

_REFUSAL: Final = "questionnaires and statements are append-only"
_TABLES: Final = ("questionnaires", "questionnaire_revocations", "questionnaire_statements")


def upgrade() -> None:
    """Add the tables, and what keeps them as they were written."""
    op.create_table(
        "questionnaires",
        _number(),
        _filled("vendor", sa.String(32)),
        _filled("token_digest", sa.String(64)),
        _filled("made_at", sa.DateTime),
        _filled("expires_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaires"),
        sa.UniqueConstraint("token_digest", name="uq_questionnaires_token_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_questionnaires_vendor", "questionnaires", ["vendor"])
    op.create_table(
        "questionnaire_revocations",
        _number(),
        _filled("questionnaire_id", sa.BigInteger),
        _filled("revoked_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaire_revocations"),
        _of_questionnaire("questionnaire_revocations"),
        sa.UniqueConstraint("questionnaire_id", name="uq_questionnaire_revocations_questionnaire_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "questionnaire_statements",
        _number(),
        _filled("questionnaire_id", sa.BigInteger),
        _filled("question", sa.String(64)),
        _filled("choice", sa.String(16)),
        _filled("statement", sa.String(1000)),
        _filled("evidence", sa.String(300)),
        _filled("stated_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaire_statements"),
        _of_questionnaire("questionnaire_statements"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_questionnaire_statements_questionnaire_id", "questionnaire_statements", ["questionnaire_id"])
    for table in _TABLES:
        _keep_rows(table)


def _keep_rows(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{deed} before {deed} on {table} "
                f"begin select raise(abort, '{_REFUSAL}'); end"
            )
        return
    op.execute(
        f"create or replace function {table}_kept() returns trigger language plpgsql as "
        f"$$ begin raise exception '{_REFUSAL}'; end $$"
    )
    op.execute(
        f"create trigger {table}_kept before update or delete or truncate on {table} "
        f"for each statement execute function {table}_kept()"
    )


def _number() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True)


def _filled(name: str, type_: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)


def _of_questionnaire(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["questionnaire_id"], ["questionnaires.id"], name=f"fk_{table}_questionnaire_id")

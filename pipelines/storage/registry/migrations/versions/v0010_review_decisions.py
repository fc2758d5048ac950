"""What was decided at renewals, by whom, and who confirmed it: rows that no statement changes or removes."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0010"
down_revision: Final = "v0008"

_REFUSAL: Final = "decisions are append-only: record a new one"


def upgrade() -> None:
    """Add both tables, and what keeps them as they were written."""
    op.create_table(
        "review_decisions",
        _number(),
        _filled("vendor", sa.String(32)),
        _filled("decision", sa.String(24)),
        _filled("reason", sa.String(1000)),
        _filled("decided_by", sa.String(64)),
        _filled("decided_at", sa.DateTime),
        _filled("dossier_digest", sa.String(64)),
        _filled("dossier_as_of", sa.DateTime),
        _filled("recommendation", sa.String(24)),
        sa.Column("renewal_on", sa.Date),
        _filled("needs_second", sa.Boolean),
        sa.PrimaryKeyConstraint("id", name="pk_review_decisions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_review_decisions_vendor", "review_decisions", ["vendor"])
    op.create_table(
        "decision_confirmations",
        _number(),
        _filled("decision_id", sa.BigInteger),
        _filled("confirmed_by", sa.String(64)),
        _filled("confirmed_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_decision_confirmations"),
        sa.ForeignKeyConstraint(["decision_id"], ["review_decisions.id"], name="fk_decision_confirmations_decision_id"),
        sa.UniqueConstraint("decision_id", name="uq_decision_confirmations_decision_id"),
        sqlite_autoincrement=True,
    )
    for table in ("review_decisions", "decision_confirmations"):
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

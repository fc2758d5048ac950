"""What vendors dispute of findings, and what was decided of it: rows that no statement changes or removes."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0012"
down_revision: Final = "v0011"

_REFUSAL: Final = "disputes and their decisions are append-only: record a new one"


def upgrade() -> None:
    """Add the three tables, and what keeps them as they were written."""
    op.create_table(
        "dispute_files",
        _number(),
        _filled("vendor", sa.String(32)),
        _filled("file_digest", sa.String(64)),
        _filled("received_at", sa.DateTime),
        sa.Column("refusal", sa.Text),
        _filled("rejected", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_dispute_files"),
        sa.UniqueConstraint("vendor", "file_digest", name="uq_dispute_files_vendor_digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "disputes",
        _number(),
        _filled("vendor", sa.String(32)),
        _filled("delivery_date", sa.Date),
        _filled("lead_id", sa.String(256)),
        sa.Column("channel", sa.String(16)),
        _filled("rule", sa.String(64)),
        _filled("statement_digest", sa.String(64)),
        _filled("evidence_digests", sa.String(1400)),
        _filled("file_digest", sa.String(64)),
        _filled("row_number", sa.BigInteger),
        _filled("received_at", sa.DateTime),
        sa.Column("notified_at", sa.DateTime),
        sa.Column("due_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_disputes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_disputes_vendor", "disputes", ["vendor"])
    op.create_table(
        "dispute_decisions",
        _number(),
        _filled("dispute_id", sa.BigInteger),
        _filled("outcome", sa.String(16)),
        _filled("reason", sa.String(1000)),
        _filled("decided_by", sa.String(64)),
        _filled("decided_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_dispute_decisions"),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name="fk_dispute_decisions_dispute_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dispute_decisions_dispute_id", "dispute_decisions", ["dispute_id"])
    for table in ("dispute_files", "disputes", "dispute_decisions"):
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

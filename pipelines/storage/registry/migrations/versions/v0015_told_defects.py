"""What each receipt told of leads that failed a rule: rows that no statement changes or removes.

Of receipts from before only the program can say it, from what is published: it fills them in, marked as such.
"""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0015"
down_revision: Final = "v0014"

_REFUSAL: Final = "what receipts told is append-only"


def upgrade() -> None:
    """Add the tables, and what keeps them as they were written."""
    op.create_table(
        "told_receipts",
        _number(),
        _filled("vendor", sa.String(32)),
        _filled("delivery_date", sa.Date),
        _filled("receipt_digest", sa.String(64)),
        _filled("told_at", sa.DateTime),
        _filled("is_filled_in", sa.Boolean),
        sa.Column("delivered_digest", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_told_receipts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_told_receipts_vendor_delivery_date", "told_receipts", ["vendor", "delivery_date"])
    op.create_table(
        "told_defects",
        _number(),
        _filled("told_id", sa.BigInteger),
        _filled("reason_code", sa.Text),
        _filled("rule_id", sa.Text),
        _filled("severity", sa.String(16)),
        _filled("form", sa.Text),
        _filled("lead_count", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_told_defects"),
        sa.ForeignKeyConstraint(["told_id"], ["told_receipts.id"], name="fk_told_defects_told_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_told_defects_told_id", "told_defects", ["told_id"])
    for table in ("told_receipts", "told_defects"):
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

"""Who decided that a vendor goes live, or not. A decision is never changed: the database itself refuses it."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0008"
down_revision: Final = "v0007"

_SAYS: Final = "a decision stays as it was noted: add another one"
_SQLITE: Final = """
    create trigger go_live_decisions_stay_on_{act} before {act} on go_live_decisions
    begin select raise(abort, '{says}'); end
"""
_POSTGRESQL: Final = (
    f"""
    create function go_live_decisions_stay() returns trigger language plpgsql as
    $$ begin raise exception '{_SAYS}'; end $$
    """,
    """
    create trigger go_live_decisions_stay before update or delete on go_live_decisions
    for each row execute function go_live_decisions_stay()
    """,
)


def upgrade() -> None:
    """Add the table, and what keeps its rows as they are."""
    op.create_table(
        "go_live_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True),
        _filled("vendor", sa.String(32)),
        _filled("decision", sa.String(24)),
        _filled("decided_at", sa.DateTime),
        _filled("decided_by", sa.String(64)),
        sa.Column("reason", sa.String(500)),
        _filled("unmet", sa.String(500)),
        sa.Column("contract_digest", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_go_live_decisions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_go_live_decisions_vendor", "go_live_decisions", ["vendor"])
    for statement in _kept_as_they_are(op.get_bind().dialect.name):
        op.execute(statement)


def _kept_as_they_are(dialect: str) -> tuple[str, ...]:
    if dialect == "postgresql":
        return _POSTGRESQL
    return tuple(_SQLITE.format(act=act, says=_SAYS) for act in ("update", "delete"))


def _filled(name: str, type_: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)

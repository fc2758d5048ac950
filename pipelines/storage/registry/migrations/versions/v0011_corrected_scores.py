"""What was published of a score before it was corrected, from which inputs, and by which run's knowledge."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0011"
down_revision: Final = "v0010"

_REFUSAL: Final = "published scores are kept as they were"


def upgrade() -> None:
    """Add the table of what was replaced, the new columns, and what keeps the rows as they were written."""
    op.add_column("vendor_scores", sa.Column("inputs_digest", sa.String(64)))
    op.add_column("vendor_scores", sa.Column("published_as_of", sa.DateTime))
    op.create_table(
        "corrected_scores",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True),
        _filled("vendor", sa.String(32)),
        _filled("as_of", sa.DateTime),
        _filled("dimension", sa.String(16)),
        _filled("leads_received", sa.BigInteger),
        _filled("leads_vendor_defective", sa.BigInteger),
        _filled("rate", sa.Float(53)),
        sa.Column("tolerance", sa.Float(53)),
        _filled("points", sa.Float(53)),
        _filled("method_version", sa.String(32)),
        _filled("catalogue_digest", sa.String(64)),
        *(
            sa.Column(name, sa.Float(53))
            for name in ("lower_points", "upper_points", "rate_lower", "rate_upper", "correlation", "effective_leads")
        ),
        *(sa.Column(name, sa.String(24)) for name in ("state", "grade_earned", "grade")),
        sa.Column("inputs_digest", sa.String(64)),
        sa.Column("published_as_of", sa.DateTime),
        _filled("corrected_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_corrected_scores"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_corrected_scores_vendor_as_of", "corrected_scores", ["vendor", "as_of"])
    _keep_rows()


def _keep_rows() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("update", "delete"):
            op.execute(
                f"create trigger corrected_scores_no_{deed} before {deed} on corrected_scores "
                f"begin select raise(abort, '{_REFUSAL}'); end"
            )
        return
    op.execute(
        "create or replace function corrected_scores_kept() returns trigger language plpgsql as "
        f"$$ begin raise exception '{_REFUSAL}'; end $$"
    )
    op.execute(
        "create trigger corrected_scores_kept before update or delete or truncate on corrected_scores "
        "for each statement execute function corrected_scores_kept()"
    )


def _filled(name: str, type_: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)

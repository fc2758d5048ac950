"""The registry's SQL tables of the house itself: oppositions, keys, what was removed, read, asked, handed out.

What stands of vendors is in `vendor_tables`; the history of all in `migrations`, what is read and written in each
subject's `records`.
"""

from typing import Final

from sqlalchemy import BigInteger, Date, ForeignKey, Integer, String, Table, UniqueConstraint
from sqlalchemy import Column as SqlColumn

from pipelines.storage.registry.columns import METADATA, Instant, id_column, sql_column

REGISTRY_IDENTITY: Final = Table(
    "registry_identity",
    METADATA,
    SqlColumn("identity", String(36), primary_key=True),
)
"""Which registry this is; its copies and backups say the same."""


REGISTRY_ACCEPTANCES: Final = Table(
    "registry_acceptances",
    METADATA,
    id_column(),
    sql_column("instead_of", String(36)),  # the identity that the lake's snapshot knew
    sql_column("accepted_by", String(64)),
    sql_column("reason", String(200)),
    sql_column("accepted_at", Instant),
    sqlite_autoincrement=True,
)
"""Who took this registry in place of another, or of a later state of itself, and why, append-only."""


OPPOSITIONS: Final = Table(
    "oppositions",
    METADATA,
    id_column(),
    sql_column("event_digest", String(64), unique=True),  # pipelines.oppositions.lines.event_digest
    sql_column("identity_key", String(32)),
    sql_column("kind", String(16)),
    sql_column("channel", String(16)),
    sql_column("opposed_at", Instant),
    sql_column("recorded_at", Instant),
    sql_column("recorded_on", Date, index=True),  # civil date of recorded_at in Europe/Paris: the lake's partition
    sql_column("origin", String(200), is_nullable=True),
    sql_column("revoked_at", Instant, is_nullable=True),  # set on the event that revokes an opposition
    sql_column("key_id", String(32)),  # the secret under which identity_key was made
    sql_column("normalisation_version", Integer),
    sql_column("alias_key", String(32), is_nullable=True),  # NULL: as identity_key; or hashed, or of version 1
    sqlite_autoincrement=True,
)
"""Events, append-only: an opposition, or its revocation."""


SUPPRESSION_SHARES: Final = Table(
    "suppression_shares",
    METADATA,
    id_column(),
    sql_column("opposition_id", BigInteger, ForeignKey("oppositions.id")),
    sql_column("vendor", String(32)),  # or * for all
    sql_column("shared_at", Instant),  # when the vendor acknowledged
    sql_column("recorded_at", Instant),
    UniqueConstraint("opposition_id", "vendor", "shared_at"),
    sqlite_autoincrement=True,
)
"""Oppositions made known to vendors, append-only."""


IDENTITY_KEYS: Final = Table(
    "identity_keys",
    METADATA,
    SqlColumn("number", Integer, primary_key=True, autoincrement=False),  # place in the chain, from 1
    sql_column("key_id", String(32)),
    sql_column("check_digest", String(64)),  # tells a wrong secret from the right one, and nothing else about it
    sql_column("made_at", Instant),
    sql_column("wrapped_at", Instant, is_nullable=True),  # NULL while what was keyed before is being brought under it
)
"""Secrets of the identity key chain, oldest first; the secrets themselves lie in `keys/`."""


PURGES: Final = Table(
    "purges",
    METADATA,
    id_column(),
    sql_column("kind", String(24)),
    sql_column("vendor", String(32)),
    sql_column("delivery_date", Date),
    sql_column("name", String(64)),  # masked: nothing but its ending
    sql_column("digest", String(64)),  # of a delivered file the one that stands in the lake's `deliveries`
    sql_column("purged_at", Instant),
    sql_column("due_on", Date),
    sql_column("basis", String(200)),
    UniqueConstraint("kind", "vendor", "delivery_date", "name", "digest"),
    sqlite_autoincrement=True,
)
"""What the retention clock removed, append-only."""


VAULT_READINGS: Final = Table(
    "vault_readings",
    METADATA,
    id_column(),
    sql_column("read_at", Instant),
    sql_column("reader", String(64)),
    sql_column("purpose", String(200)),
    sql_column("vendor", String(32)),
    sql_column("delivery_date", Date),
    sql_column("lead_id", String(256)),
    sqlite_autoincrement=True,
)
"""Who asked the vault for a person's identifiers, and what for, append-only."""


EXPORTS: Final = Table(
    "exports",
    METADATA,
    id_column(),
    sql_column("export_id", String(36), index=True),
    sql_column("kind", String(16)),  # call_list, or revocations of one
    sql_column("exported_at", Instant),  # the instant that was judged
    sql_column("exported_by", String(64)),
    sql_column("purpose", String(200)),
    sql_column("channel", String(16)),
    sql_column("recipient", String(128)),  # an age public key
    sql_column("line_count", BigInteger),
    sql_column("digest", String(64)),  # SHA-256 of the encrypted file
    sql_column("purged_at", Instant, is_nullable=True),  # when what was kept of a call list went
    sqlite_autoincrement=True,
)
"""Call lists handed out, and what was said of them later: who, what for, to whom; no lead and no person."""


EXPORT_SEEDS: Final = Table(
    "export_seeds",
    METADATA,
    id_column(),
    sql_column("export_id", String(36), index=True),
    sql_column("entry", String(16)),  # the line's, in the list
    sql_column("identity_key", String(32)),
    sql_column("key_id", String(32)),  # the secret under which identity_key was made; a later one does not rewrite it
    sqlite_autoincrement=True,
)
"""Which numbers and addresses of the house's own were put into which call list, append-only."""


CONTACT_ANSWERS: Final = Table(
    "contact_answers",
    METADATA,
    id_column(),
    sql_column("answered_at", Instant),
    sql_column("reader", String(64)),
    sql_column("channel", String(16)),
    sql_column("identity_key", String(32)),
    sql_column("key_id", String(32)),  # the secret under which identity_key was made; a later one does not rewrite it
    sql_column("answer", String(8)),  # yes, no or unknown
    sqlite_autoincrement=True,
)
"""Who asked whether a number or address may be contacted, and what was answered, append-only."""

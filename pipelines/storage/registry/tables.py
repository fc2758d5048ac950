"""The registry's SQL tables. Their history is in `migrations`, what is read and written in each subject's `records`."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy import Column as SqlColumn
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """Timezone-aware in Python, UTC without a zone in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC without its zone; a naive datetime is a fault of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("expected a timezone-aware instant")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The instant with its zone."""
        return value.replace(tzinfo=UTC) if value is not None else None


METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _sql_column(name: str, type_: Any, *constraints: Any, is_nullable: bool = False, **options: Any) -> SqlColumn[Any]:
    return SqlColumn(name, type_, *constraints, nullable=is_nullable, **options)


def _id_column() -> SqlColumn[int]:
    return SqlColumn("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


REGISTRY_IDENTITY: Final = Table(
    "registry_identity",
    METADATA,
    SqlColumn("identity", String(36), primary_key=True),
)
"""Which registry this is; its copies and backups say the same."""


REGISTRY_ACCEPTANCES: Final = Table(
    "registry_acceptances",
    METADATA,
    _id_column(),
    _sql_column("instead_of", String(36)),  # the identity that the lake's snapshot knew
    _sql_column("accepted_by", String(64)),
    _sql_column("reason", String(200)),
    _sql_column("accepted_at", Instant),
    sqlite_autoincrement=True,
)
"""Who took this registry in place of another, or of a later state of itself, and why, append-only."""


OPPOSITIONS: Final = Table(
    "oppositions",
    METADATA,
    _id_column(),
    _sql_column("event_digest", String(64), unique=True),  # pipelines.oppositions.lines.event_digest
    _sql_column("identity_key", String(32)),
    _sql_column("kind", String(16)),
    _sql_column("channel", String(16)),
    _sql_column("opposed_at", Instant),
    _sql_column("recorded_at", Instant),
    _sql_column("recorded_on", Date, index=True),  # civil date of recorded_at in Europe/Paris: the lake's partition
    _sql_column("origin", String(200), is_nullable=True),
    _sql_column("revoked_at", Instant, is_nullable=True),  # set on the event that revokes an opposition
    _sql_column("key_id", String(32)),  # the secret under which identity_key was made
    _sql_column("normalisation_version", Integer),
    _sql_column("alias_key", String(32), is_nullable=True),  # NULL: as identity_key; or hashed, or of version 1
    sqlite_autoincrement=True,
)
"""Events, append-only: an opposition, or its revocation."""


SUPPRESSION_SHARES: Final = Table(
    "suppression_shares",
    METADATA,
    _id_column(),
    _sql_column("opposition_id", BigInteger, ForeignKey("oppositions.id")),
    _sql_column("vendor", String(32)),  # or * for all
    _sql_column("shared_at", Instant),  # when the vendor acknowledged
    _sql_column("recorded_at", Instant),
    UniqueConstraint("opposition_id", "vendor", "shared_at"),
    sqlite_autoincrement=True,
)
"""Oppositions made known to vendors, append-only."""


IDENTITY_KEYS: Final = Table(
    "identity_keys",
    METADATA,
    SqlColumn("number", Integer, primary_key=True, autoincrement=False),  # place in the chain, from 1
    _sql_column("key_id", String(32)),
    _sql_column("check_digest", String(64)),  # tells a wrong secret from the right one, and nothing else about it
    _sql_column("made_at", Instant),
    _sql_column("wrapped_at", Instant, is_nullable=True),  # NULL while what was keyed before is being brought under it
)
"""Secrets of the identity key chain, oldest first; the secrets themselves lie in `keys/`."""


PURGES: Final = Table(
    "purges",
    METADATA,
    _id_column(),
    _sql_column("kind", String(24)),
    _sql_column("vendor", String(32)),
    _sql_column("delivery_date", Date),
    _sql_column("name", String(64)),  # masked: nothing but its ending
    _sql_column("digest", String(64)),  # of a delivered file the one that stands in the lake's `deliveries`
    _sql_column("purged_at", Instant),
    _sql_column("due_on", Date),
    _sql_column("basis", String(200)),
    UniqueConstraint("kind", "vendor", "delivery_date", "name", "digest"),
    sqlite_autoincrement=True,
)
"""What the retention clock removed, append-only."""


VAULT_READINGS: Final = Table(
    "vault_readings",
    METADATA,
    _id_column(),
    _sql_column("read_at", Instant),
    _sql_column("reader", String(64)),
    _sql_column("purpose", String(200)),
    _sql_column("vendor", String(32)),
    _sql_column("delivery_date", Date),
    _sql_column("lead_id", String(256)),
    sqlite_autoincrement=True,
)
"""Who asked the vault for a person's identifiers, and what for, append-only."""


EXPORTS: Final = Table(
    "exports",
    METADATA,
    _id_column(),
    _sql_column("export_id", String(36), index=True),
    _sql_column("kind", String(16)),  # call_list, or revocations of one
    _sql_column("exported_at", Instant),  # the instant that was judged
    _sql_column("exported_by", String(64)),
    _sql_column("purpose", String(200)),
    _sql_column("channel", String(16)),
    _sql_column("recipient", String(128)),  # an age public key
    _sql_column("line_count", BigInteger),
    _sql_column("digest", String(64)),  # SHA-256 of the encrypted file
    _sql_column("purged_at", Instant, is_nullable=True),  # when what was kept of a call list went
    sqlite_autoincrement=True,
)
"""Call lists handed out, and what was said of them later: who, what for, to whom; no lead and no person."""


EXPORT_SEEDS: Final = Table(
    "export_seeds",
    METADATA,
    _id_column(),
    _sql_column("export_id", String(36), index=True),
    _sql_column("entry", String(16)),  # the line's, in the list
    _sql_column("identity_key", String(32)),
    _sql_column("key_id", String(32)),  # the secret under which identity_key was made; a later one does not rewrite it
    sqlite_autoincrement=True,
)
"""Which numbers and addresses of the house's own were put into which call list, append-only."""


CONTACT_ANSWERS: Final = Table(
    "contact_answers",
    METADATA,
    _id_column(),
    _sql_column("answered_at", Instant),
    _sql_column("reader", String(64)),
    _sql_column("channel", String(16)),
    _sql_column("identity_key", String(32)),
    _sql_column("key_id", String(32)),  # the secret under which identity_key was made; a later one does not rewrite it
    _sql_column("answer", String(8)),  # yes, no or unknown
    sqlite_autoincrement=True,
)
"""Who asked whether a number or address may be contacted, and what was answered, append-only."""


GO_LIVE_DECISIONS: Final = Table(
    "go_live_decisions",
    METADATA,
    _id_column(),
    _sql_column("vendor", String(32), index=True),
    _sql_column("decision", String(24)),  # opened, opened_by_exception, or refused
    _sql_column("decided_at", Instant),
    _sql_column("decided_by", String(64)),
    _sql_column("reason", String(500), is_nullable=True),
    _sql_column("unmet", String(500)),  # conditions that were not met then, between commas; empty: none
    _sql_column("contract_digest", String(64), is_nullable=True),  # of the contract that was looked at
    sqlite_autoincrement=True,
)
"""Who decided that a vendor goes live, or not, and why; append-only, and triggers keep every row as it is."""


RECEIPTS: Final = Table(
    "receipts",
    METADATA,
    _id_column(),
    _sql_column("vendor", String(32)),
    _sql_column("delivery_date", Date),
    _sql_column("digest", String(64)),  # of receipt.json
    _sql_column("is_final", Boolean),
    _sql_column("line_count", BigInteger),
    _sql_column("prepared_at", Instant),  # the run's as_of
    _sql_column("sent_at", Instant, is_nullable=True),
    _sql_column("sent_by_means", String(24), is_nullable=True),
    _sql_column("sent_recorded_at", Instant, is_nullable=True),
    _sql_column("acknowledged_at", Instant, is_nullable=True),
    _sql_column("acknowledged_by", String(100), is_nullable=True),  # a role or a message's number, never a person
    _sql_column("acknowledgement_recorded_at", Instant, is_nullable=True),
    _sql_column("source", String(16), is_nullable=True),  # of the acknowledgement: command or file
    Index("ix_receipts_vendor_delivery_date", "vendor", "delivery_date"),
    sqlite_autoincrement=True,
)
"""Receipts prepared for vendors and what became of them; of a delivery the greatest id is the one that stands."""


TOLD_RECEIPTS: Final = Table(
    "told_receipts",
    METADATA,
    _id_column(),
    _sql_column("vendor", String(32)),
    _sql_column("delivery_date", Date),
    _sql_column("receipt_digest", String(64)),
    _sql_column("told_at", Instant),  # when the receipt was prepared, or prepared again with something else behind it
    _sql_column("is_filled_in", Boolean),  # prepared before this was kept: what was published when it began
    _sql_column("delivered_digest", String(64), is_nullable=True),  # over the vendor's files that were judged
    Index("ix_told_receipts_vendor_delivery_date", "vendor", "delivery_date"),
    sqlite_autoincrement=True,
)
"""Receipts of which it is recorded what they told, append-only: triggers refuse every change."""


TOLD_DEFECTS: Final = Table(
    "told_defects",
    METADATA,
    _id_column(),
    _sql_column("told_id", BigInteger, ForeignKey("told_receipts.id"), index=True),
    _sql_column("reason_code", Text),  # as the receipt says: the rule, or opposed
    _sql_column("rule_id", Text),
    _sql_column("severity", String(16)),
    _sql_column("form", Text),  # form and version, as the proof names them, else the lead; empty where neither does
    _sql_column("lead_count", BigInteger),
    sqlite_autoincrement=True,
)
"""Rules that leads failed as such a receipt told it, append-only as these."""


REVIEW_DECISIONS: Final = Table(
    "review_decisions",
    METADATA,
    _id_column(),
    _sql_column("vendor", String(32), index=True),
    _sql_column("decision", String(24)),
    _sql_column("reason", String(1000)),
    _sql_column("decided_by", String(64)),
    _sql_column("decided_at", Instant),
    _sql_column("dossier_digest", String(64)),  # pipelines.reviews.written_dossiers
    _sql_column("dossier_as_of", Instant),
    _sql_column("recommendation", String(24)),  # of that dossier
    _sql_column("renewal_on", Date, is_nullable=True),  # the renewal that it decides on; NULL where none was dated
    _sql_column("needs_second", Boolean),
    sqlite_autoincrement=True,
)
"""What was decided at renewals, append-only: triggers refuse every change."""


DECISION_CONFIRMATIONS: Final = Table(
    "decision_confirmations",
    METADATA,
    _id_column(),
    _sql_column("decision_id", BigInteger, ForeignKey("review_decisions.id"), unique=True),
    _sql_column("confirmed_by", String(64)),
    _sql_column("confirmed_at", Instant),
    sqlite_autoincrement=True,
)
"""Second persons' confirmations of decisions, append-only as these."""


DISPUTE_FILES: Final = Table(
    "dispute_files",
    METADATA,
    _id_column(),
    _sql_column("vendor", String(32)),
    _sql_column("file_digest", String(64)),
    _sql_column("received_at", Instant),  # when we first read it
    _sql_column("refusal", Text, is_nullable=True),  # pipelines.vocabulary.reasons; NULL where it could be read
    _sql_column("rejected", Text),  # JSON: [row, code] of each row that is no dispute
    UniqueConstraint("vendor", "file_digest", name="uq_dispute_files_vendor_digest"),
    sqlite_autoincrement=True,
)
"""Files of answers that were taken in, and what of them was not, append-only."""


DISPUTES: Final = Table(
    "disputes",
    METADATA,
    _id_column(),
    _sql_column("vendor", String(32), index=True),
    _sql_column("delivery_date", Date),
    _sql_column("lead_id", String(256)),
    _sql_column("channel", String(16), is_nullable=True),  # NULL: every channel of the finding
    _sql_column("rule", String(64)),  # a rule, or what receipts call an opposition
    _sql_column("statement_digest", String(64)),  # the words are kept encrypted, never here
    _sql_column("evidence_digests", String(1400)),  # between spaces
    _sql_column("file_digest", String(64)),
    _sql_column("row_number", BigInteger),
    _sql_column("received_at", Instant),
    _sql_column("notified_at", Instant, is_nullable=True),  # when the vendor was, as known then
    _sql_column("due_at", Instant, is_nullable=True),  # the end of its period to reply; NULL: it has not begun
    sqlite_autoincrement=True,
)
"""What vendors dispute of findings, append-only."""


DISPUTE_DECISIONS: Final = Table(
    "dispute_decisions",
    METADATA,
    _id_column(),
    _sql_column("dispute_id", BigInteger, ForeignKey("disputes.id"), index=True),
    _sql_column("outcome", String(16)),  # accepted, refused or pending
    _sql_column("reason", String(1000)),
    _sql_column("decided_by", String(64)),
    _sql_column("decided_at", Instant),
    sqlite_autoincrement=True,
)
"""What was decided of disputes, append-only: the latest stands."""


QUESTIONNAIRES: Final = Table(
    "questionnaires",
    METADATA,
    _id_column(),
    _sql_column("vendor", String(32), index=True),
    _sql_column("token_digest", String(64), unique=True),  # SHA-256 of the link's token, which is nowhere
    _sql_column("made_at", Instant),
    _sql_column("expires_at", Instant),
    sqlite_autoincrement=True,
)
"""Questionnaires that vendors were sent, append-only: triggers refuse every change."""


QUESTIONNAIRE_REVOCATIONS: Final = Table(
    "questionnaire_revocations",
    METADATA,
    _id_column(),
    _sql_column("questionnaire_id", BigInteger, ForeignKey("questionnaires.id"), unique=True),
    _sql_column("revoked_at", Instant),
    sqlite_autoincrement=True,
)
"""Links that were ended before they expired, append-only as these."""


QUESTIONNAIRE_STATEMENTS: Final = Table(
    "questionnaire_statements",
    METADATA,
    _id_column(),
    _sql_column("questionnaire_id", BigInteger, ForeignKey("questionnaires.id"), index=True),
    _sql_column("question", String(64)),  # an id of pipelines/governance/checklist.yaml
    _sql_column("choice", String(16)),
    _sql_column("statement", String(1000)),  # in the vendor's words; no identifier of a person
    _sql_column("evidence", String(300)),  # a document and its date, as the vendor names it
    _sql_column("stated_at", Instant),
    sqlite_autoincrement=True,
)
"""What vendors stated by their links, append-only as these; the last of a question is what stands."""


def _score_columns() -> list[SqlColumn[Any]]:
    return [
        _sql_column("vendor", String(32)),
        _sql_column("as_of", Instant),
        _sql_column("dimension", String(16)),  # a rated dimension, or total
        _sql_column("leads_received", BigInteger),
        _sql_column("leads_vendor_defective", BigInteger),
        _sql_column("rate", Float(53)),
        _sql_column("tolerance", Float(53), is_nullable=True),  # NULL for total
        _sql_column("points", Float(53)),
        _sql_column("method_version", String(32)),
        _sql_column("catalogue_digest", String(64)),
        *(
            _sql_column(name, Float(53), is_nullable=True)
            for name in ("lower_points", "upper_points", "rate_lower", "rate_upper", "correlation", "effective_leads")
        ),
        *(_sql_column(name, String(24), is_nullable=True) for name in ("state", "grade_earned", "grade")),
        _sql_column("inputs_digest", String(64), is_nullable=True),  # of the deliveries and the contract behind it
        _sql_column("published_as_of", Instant, is_nullable=True),  # of the run; later than as_of: worked out since
    ]


VENDOR_SCORES: Final = Table(
    "vendor_scores",
    METADATA,
    _id_column(),
    *_score_columns(),
    UniqueConstraint(
        "vendor", "as_of", "dimension", "method_version", "catalogue_digest", name="uq_vendor_scores_inputs"
    ),
    sqlite_autoincrement=True,
)
"""Scores by vendor, instant and dimension, as they stand."""


CORRECTED_SCORES: Final = Table(
    "corrected_scores",
    METADATA,
    _id_column(),
    *_score_columns(),
    _sql_column("corrected_at", Instant),  # when another took its place
    Index("ix_corrected_scores_vendor_as_of", "vendor", "as_of"),
    sqlite_autoincrement=True,
)
"""Scores that were published and that others replaced, append-only: late data add a line, and overwrite nothing."""

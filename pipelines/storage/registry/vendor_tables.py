"""The registry's SQL tables of vendors: what they were told, answered and scored."""

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Date, Float, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy import Column as SqlColumn

from pipelines.storage.registry.columns import METADATA, Instant, id_column, sql_column

GO_LIVE_DECISIONS: Final = Table(
    "go_live_decisions",
    METADATA,
    id_column(),
    sql_column("vendor", String(32), index=True),
    sql_column("decision", String(24)),  # opened, opened_by_exception, or refused
    sql_column("decided_at", Instant),
    sql_column("decided_by", String(64)),
    sql_column("reason", String(500), is_nullable=True),
    sql_column("unmet", String(500)),  # conditions that were not met then, between commas; empty: none
    sql_column("contract_digest", String(64), is_nullable=True),  # of the contract that was looked at
    sqlite_autoincrement=True,
)
"""Who decided that a vendor goes live, or not, and why; append-only, and triggers keep every row as it is."""


RECEIPTS: Final = Table(
    "receipts",
    METADATA,
    id_column(),
    sql_column("vendor", String(32)),
    sql_column("delivery_date", Date),
    sql_column("digest", String(64)),  # of receipt.json
    sql_column("is_final", Boolean),
    sql_column("line_count", BigInteger),
    sql_column("prepared_at", Instant),  # the run's as_of
    sql_column("sent_at", Instant, is_nullable=True),
    sql_column("sent_by_means", String(24), is_nullable=True),
    sql_column("sent_recorded_at", Instant, is_nullable=True),
    sql_column("acknowledged_at", Instant, is_nullable=True),
    sql_column("acknowledged_by", String(100), is_nullable=True),  # a role or a message's number, never a person
    sql_column("acknowledgement_recorded_at", Instant, is_nullable=True),
    sql_column("source", String(16), is_nullable=True),  # of the acknowledgement: command or file
    Index("ix_receipts_vendor_delivery_date", "vendor", "delivery_date"),
    sqlite_autoincrement=True,
)
"""Receipts prepared for vendors and what became of them; of a delivery the greatest id is the one that stands."""


TOLD_RECEIPTS: Final = Table(
    "told_receipts",
    METADATA,
    id_column(),
    sql_column("vendor", String(32)),
    sql_column("delivery_date", Date),
    sql_column("receipt_digest", String(64)),
    sql_column("told_at", Instant),  # when the receipt was prepared, or prepared again with something else behind it
    sql_column("is_filled_in", Boolean),  # prepared before this was kept: what was published when it began
    sql_column("delivered_digest", String(64), is_nullable=True),  # over the vendor's files that were judged
    Index("ix_told_receipts_vendor_delivery_date", "vendor", "delivery_date"),
    sqlite_autoincrement=True,
)
"""Receipts of which it is recorded what they told, append-only: triggers refuse every change."""


TOLD_DEFECTS: Final = Table(
    "told_defects",
    METADATA,
    id_column(),
    sql_column("told_id", BigInteger, ForeignKey("told_receipts.id"), index=True),
    sql_column("reason_code", Text),  # as the receipt says: the rule, or opposed
    sql_column("rule_id", Text),
    sql_column("severity", String(16)),
    sql_column("form", Text),  # form and version, as the proof names them, else the lead; empty where neither does
    sql_column("lead_count", BigInteger),
    sqlite_autoincrement=True,
)
"""Rules that leads failed as such a receipt told it, append-only as these."""


REVIEW_DECISIONS: Final = Table(
    "review_decisions",
    METADATA,
    id_column(),
    sql_column("vendor", String(32), index=True),
    sql_column("decision", String(24)),
    sql_column("reason", String(1000)),
    sql_column("decided_by", String(64)),
    sql_column("decided_at", Instant),
    sql_column("dossier_digest", String(64)),  # pipelines.reviews.written_dossiers
    sql_column("dossier_as_of", Instant),
    sql_column("recommendation", String(24)),  # of that dossier
    sql_column("renewal_on", Date, is_nullable=True),  # the renewal that it decides on; NULL where none was dated
    sql_column("needs_second", Boolean),
    sqlite_autoincrement=True,
)
"""What was decided at renewals, append-only: triggers refuse every change."""


DECISION_CONFIRMATIONS: Final = Table(
    "decision_confirmations",
    METADATA,
    id_column(),
    sql_column("decision_id", BigInteger, ForeignKey("review_decisions.id"), unique=True),
    sql_column("confirmed_by", String(64)),
    sql_column("confirmed_at", Instant),
    sqlite_autoincrement=True,
)
"""Second persons' confirmations of decisions, append-only as these."""


DISPUTE_FILES: Final = Table(
    "dispute_files",
    METADATA,
    id_column(),
    sql_column("vendor", String(32)),
    sql_column("file_digest", String(64)),
    sql_column("received_at", Instant),  # when we first read it
    sql_column("refusal", Text, is_nullable=True),  # pipelines.vocabulary.reasons; NULL where it could be read
    sql_column("rejected", Text),  # JSON: [row, code] of each row that is no dispute
    UniqueConstraint("vendor", "file_digest", name="uq_dispute_files_vendor_digest"),
    sqlite_autoincrement=True,
)
"""Files of answers that were taken in, and what of them was not, append-only."""


DISPUTES: Final = Table(
    "disputes",
    METADATA,
    id_column(),
    sql_column("vendor", String(32), index=True),
    sql_column("delivery_date", Date),
    sql_column("lead_id", String(256)),
    sql_column("channel", String(16), is_nullable=True),  # NULL: every channel of the finding
    sql_column("rule", String(64)),  # a rule, or what receipts call an opposition
    sql_column("statement_digest", String(64)),  # the words are kept encrypted, never here
    sql_column("evidence_digests", String(1400)),  # between spaces
    sql_column("file_digest", String(64)),
    sql_column("row_number", BigInteger),
    sql_column("received_at", Instant),
    sql_column("notified_at", Instant, is_nullable=True),  # when the vendor was, as known then
    sql_column("due_at", Instant, is_nullable=True),  # the end of its period to reply; NULL: it has not begun
    sqlite_autoincrement=True,
)
"""What vendors dispute of findings, append-only."""


DISPUTE_DECISIONS: Final = Table(
    "dispute_decisions",
    METADATA,
    id_column(),
    sql_column("dispute_id", BigInteger, ForeignKey("disputes.id"), index=True),
    sql_column("outcome", String(16)),  # accepted, refused or pending
    sql_column("reason", String(1000)),
    sql_column("decided_by", String(64)),
    sql_column("decided_at", Instant),
    sqlite_autoincrement=True,
)
"""What was decided of disputes, append-only: the latest stands."""


QUESTIONNAIRES: Final = Table(
    "questionnaires",
    METADATA,
    id_column(),
    sql_column("vendor", String(32), index=True),
    sql_column("token_digest", String(64), unique=True),  # SHA-256 of the link's token, which is nowhere
    sql_column("made_at", Instant),
    sql_column("expires_at", Instant),
    sqlite_autoincrement=True,
)
"""Questionnaires that vendors were sent, append-only: triggers refuse every change."""


QUESTIONNAIRE_REVOCATIONS: Final = Table(
    "questionnaire_revocations",
    METADATA,
    id_column(),
    sql_column("questionnaire_id", BigInteger, ForeignKey("questionnaires.id"), unique=True),
    sql_column("revoked_at", Instant),
    sqlite_autoincrement=True,
)
"""Links that were ended before they expired, append-only as these."""


QUESTIONNAIRE_STATEMENTS: Final = Table(
    "questionnaire_statements",
    METADATA,
    id_column(),
    sql_column("questionnaire_id", BigInteger, ForeignKey("questionnaires.id"), index=True),
    sql_column("question", String(64)),  # an id of pipelines/governance/checklist.yaml
    sql_column("choice", String(16)),
    sql_column("statement", String(1000)),  # in the vendor's words; no identifier of a person
    sql_column("evidence", String(300)),  # a document and its date, as the vendor names it
    sql_column("stated_at", Instant),
    sqlite_autoincrement=True,
)
"""What vendors stated by their links, append-only as these; the last of a question is what stands."""


def _score_columns() -> list[SqlColumn[Any]]:
    return [
        sql_column("vendor", String(32)),
        sql_column("as_of", Instant),
        sql_column("dimension", String(16)),  # a rated dimension, or total
        sql_column("leads_received", BigInteger),
        sql_column("leads_vendor_defective", BigInteger),
        sql_column("rate", Float(53)),
        sql_column("tolerance", Float(53), is_nullable=True),  # NULL for total
        sql_column("points", Float(53)),
        sql_column("method_version", String(32)),
        sql_column("catalogue_digest", String(64)),
        *(
            sql_column(name, Float(53), is_nullable=True)
            for name in ("lower_points", "upper_points", "rate_lower", "rate_upper", "correlation", "effective_leads")
        ),
        *(sql_column(name, String(24), is_nullable=True) for name in ("state", "grade_earned", "grade")),
        sql_column("inputs_digest", String(64), is_nullable=True),  # of the deliveries and the contract behind it
        sql_column("published_as_of", Instant, is_nullable=True),  # of the run; later than as_of: worked out since
    ]


VENDOR_SCORES: Final = Table(
    "vendor_scores",
    METADATA,
    id_column(),
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
    id_column(),
    *_score_columns(),
    sql_column("corrected_at", Instant),  # when another took its place
    Index("ix_corrected_scores_vendor_as_of", "vendor", "as_of"),
    sqlite_autoincrement=True,
)
"""Scores that were published and that others replaced, append-only: late data add a line, and overwrite nothing."""

"""The rows of a file of answers: what each must hold, and why one is no dispute. Texts are read in `answers`.

Columns: `delivery_date`, `lead_id` and `rule` as the receipt names them, `channel` if it is about one alone,
`statement`, and `evidence`: names of files beside it, between `|`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipelines.contracts.contract import FieldTerms, FileTerms
from pipelines.disputes.told_findings import NamedFinding
from pipelines.vocabulary.words import CHANNELS

FIELDS: Final = ("delivery_date", "lead_id", "channel", "rule", "statement", "evidence")
NEEDED: Final = ("delivery_date", "lead_id", "rule", "statement")
TERMS: Final = FileTerms("disputes", "disputes*.csv", "csv", fields=tuple(FieldTerms(name, name) for name in FIELDS))
BETWEEN_FILES: Final = "|"
MOST_EVIDENCE: Final = 20
"""Files that one row may name."""
MOST_STATEMENT: Final = 4_000
"""Characters."""
REJECTIONS: Final = (
    "row_malformed",
    "value_missing",
    "date_unreadable",
    "channel_unknown",
    "reference_too_long",
    "statement_too_long",
    "evidence_too_many",
    "evidence_named_badly",
    "evidence_missing",
    "evidence_too_large",
    "not_told",
    "said_before",
    "too_many_pending",
)
"""Why a row is no dispute; its sentences are `dispute_rejected.<code>`. A code is a promise."""
_LONGEST_REFERENCE: Final = 256
_LONGEST_RULE: Final = 64


class RowRejectedError(Exception):
    """A row is no dispute; its text is the code."""


@dataclass(frozen=True)
class AnswerRow:
    """A row that could be read: which finding, what the vendor says of it, and what it shows."""

    row_number: int
    finding: NamedFinding
    statement: str
    evidence: tuple[str, ...]
    """Names of files, without a folder."""


def answer_row(row_number: int, values: Mapping[str, str | None]) -> AnswerRow:
    """A row as it stands in the file.

    Raises:
        RowRejectedError: something of it is missing, too long or can't be read.
    """
    texts = {name: (values.get(name) or "").strip() for name in FIELDS}
    _ensure("value_missing", all(texts[name] for name in NEEDED))
    _ensure("reference_too_long", len(texts["lead_id"]) <= _LONGEST_REFERENCE and len(texts["rule"]) <= _LONGEST_RULE)
    _ensure("statement_too_long", len(texts["statement"]) <= MOST_STATEMENT)
    _ensure("channel_unknown", not texts["channel"] or texts["channel"] in CHANNELS)
    finding = NamedFinding(
        _day_named(texts["delivery_date"]), texts["lead_id"], texts["rule"], texts["channel"] or None
    )
    return AnswerRow(row_number, finding, texts["statement"], _evidence_named(texts["evidence"]))


def _day_named(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RowRejectedError("date_unreadable") from None


def _evidence_named(text: str) -> tuple[str, ...]:
    """Names of plain files: nothing that leads out of the folder, and nothing hidden."""
    names = tuple(dict.fromkeys(filter(None, (name.strip() for name in text.split(BETWEEN_FILES)))))
    _ensure("evidence_too_many", len(names) <= MOST_EVIDENCE)
    _ensure("evidence_named_badly", not any(name.startswith(".") or "/" in name or "\0" in name for name in names))
    return names


def _ensure(code: str, holds: bool) -> None:
    if not holds:
        raise RowRejectedError(code)

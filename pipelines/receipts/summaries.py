"""The summary of a receipt: plain text that fits in an e-mail, fewer than 60 lines whatever the delivery."""

from collections.abc import Iterator, Mapping
from typing import Final

from pipelines.receipts.notices import ACKNOWLEDGEMENT_KEYS
from pipelines.receipts.receipt import OPPOSED, Receipt, ReceiptReason, ReceivedFile
from pipelines.receipts.texts import Explainer, file_reason
from pipelines.vocabulary.words import ACCEPTED_STATUSES
from pipelines.wording.words import Words, words

MOST_FILES: Final = 8
MOST_REASONS: Final = 6


def summary(receipt: Receipt, explainer: Explainer, digest: str, *, language: str) -> str:
    """Counts, what became of each file, the most frequent reasons, what to do and until when.

    `digest`: of the receipt's JSON; quoting it is how the vendor acknowledges.
    """
    say = words(language)
    counts = _by_reason(receipt, explainer)
    sections = (
        [say("receipt.title", vendor=receipt.vendor, on=receipt.delivery_date), _receipt_state(receipt, say)],
        [say("receipt.files"), *_files(receipt, say)],
        [say("receipt.leads"), *_leads(receipt, say)],
        [say("receipt.reasons"), *_reasons(counts, explainer, say)],
        [say("receipt.todo"), *_todo(receipt, counts, say)],
        [*_details(receipt, say), say("receipt.reference", digest=digest)],
    )
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _by_reason(receipt: Receipt, explainer: Explainer) -> Mapping[ReceiptReason, int]:
    """How often each reason is told, whatever was expected; most frequent first, then by reason."""
    counts: dict[ReceiptReason, int] = {}
    for key, count in receipt.told_counts.items():
        told = explainer.reason_of(key)
        general = ReceiptReason("", told.reason_code, told.state)
        counts[general] = counts.get(general, 0) + count
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0].reason_code, item[0].state)))


def _details(receipt: Receipt, say: Words) -> Iterator[str]:
    yield say("receipt.details")
    if not receipt.is_row_by_row:
        yield say("receipt.runs")


def _receipt_state(receipt: Receipt, say: Words) -> str:
    if receipt.proof_deadline_at is None:
        return say("receipt.no_contract")
    key = "receipt.final" if receipt.is_final else "receipt.provisional"
    return say(key, deadline=say.instant(receipt.proof_deadline_at))


def _files(receipt: Receipt, say: Words) -> Iterator[str]:
    for file in receipt.files[:MOST_FILES]:
        yield f"- {_file_line(file, say)}"
        remark = file_reason(file, say.language) if file.status in ACCEPTED_STATUSES else None
        if remark:
            yield f"  {say('receipt.remark', text=remark[:200])}"
    more = len(receipt.files) - MOST_FILES
    if more > 0:
        yield f"- {say('receipt.more_files', n=more)}"


def _file_line(file: ReceivedFile, say: Words) -> str:
    figures = {
        "name": file.file_name[:100],
        "role": say(f"receipt.role.{file.role or 'none'}"),
        "status": say(f"status.{file.status}"),
    }
    if file.status == "refused" and say.has(f"reject.{file.reason}"):
        return say("receipt.file_refused", why=say(f"reject.{file.reason}"), **figures)
    if file.rows_received is None or file.role == "manifest":
        return say("receipt.file_other", **figures)
    counts = {"received": file.rows_received, "accepted": file.rows_accepted, "rejected": file.rows_rejected}
    return say("receipt.file_read", **figures, **counts)


def _leads(receipt: Receipt, say: Words) -> Iterator[str]:
    leads = receipt.leads
    if not leads.accepted:
        yield f"- {say('receipt.no_leads')}"
        return
    names = ("accepted", "usable", "on_hold", "blocked", "without_use")
    yield f"- {say('receipt.counts', **{name: getattr(leads, name) for name in names})}"


def _reasons(counts: Mapping[ReceiptReason, int], explainer: Explainer, say: Words) -> Iterator[str]:
    if not counts:
        yield f"- {say('receipt.no_reasons')}"
    for told, count in list(counts.items())[:MOST_REASONS]:
        yield f"- {say('receipt.reason', count=count, title=explainer.title(told, say), code=told.reason_code)}"
        yield f"  {explainer.remedy(told, say)}"
    more = len(counts) - MOST_REASONS
    if more > 0:
        yield f"- {say('receipt.more_reasons', n=more)}"


def _todo(receipt: Receipt, counts: Mapping[ReceiptReason, int], say: Words) -> Iterator[str]:
    states = {told.state for told in counts}
    owed = "todo_facts" if receipt.is_final else "todo_proofs"
    asked = {owed: "unknown", "todo_rejected": "rejected", "todo_opposed": OPPOSED}
    wanted = [key for key, state in asked.items() if state in states]
    for key in wanted or ["todo_nothing"]:
        yield f"- {say(f'receipt.{key}')}"
    yield f"- {say('receipt.acknowledge', keys=', '.join(ACKNOWLEDGEMENT_KEYS))}"
    clause = receipt.notice_clause
    if clause is not None and clause.deemed_after is not None:
        yield f"- {say('receipt.deemed', delay=say.duration(clause.deemed_after))}"

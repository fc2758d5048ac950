"""The page of the control file: one self-contained HTML string, in the manner of the dossiers."""

from collections import Counter

from pipelines.agenda.said import due_words
from pipelines.control_file.model import ControlFile, VendorControl
from pipelines.dossiers.pages import render_page
from pipelines.governance.checklist import MUST, checklist
from pipelines.governance.vendor_review import ReviewGap, gap_words
from pipelines.verdicts.changes_said import change_said
from pipelines.vocabulary.words import SEVERITIES, VERDICTS
from pipelines.wording.words import Words, words


def render_control_file(model: ControlFile, *, language: str) -> str:
    """The control file as a page in French or English (`fr`, `en`).

    Raises:
        ValueError: another language.
    """
    spoken = words(language)
    return render_page(
        "control_file.html.j2",
        language,
        as_of=model.as_of,
        file=model,
        by_severity=_failed_by_severity(model),
        verdicts=_verdicts_summed(model),
        SEVERITIES=SEVERITIES,
        ORDER=VERDICTS,
        question_count=len(checklist().questions),
        heavy=_heavy_gaps,
        missing=_missing_by_sentence(model, spoken),
        due_words=lambda one: due_words(one, spoken),
        change_said=lambda change: change_said(change, say=spoken),
        files_of=_files_of,
    )


def _failed_by_severity(model: ControlFile) -> Counter[str]:
    """Fails of rules that are still known, by severity."""
    counts: Counter[str] = Counter()
    for rule, found in model.outcomes.items():
        if rule in model.cards:
            counts[model.cards[rule].severity] += found.failed
    return counts


def _verdicts_summed(model: ControlFile) -> Counter[str]:
    counts: Counter[str] = Counter()
    for vendor in model.vendors:
        counts.update(vendor.delivered.uses_by_verdict)
    return counts


def _heavy_gaps(vendor: VendorControl) -> list[ReviewGap]:
    """What nobody should buy without, and no risk of which is accepted."""
    return [gap for gap in vendor.diligence.gaps if gap.weight == MUST and gap.risk is None]


def _missing_by_sentence(model: ControlFile, spoken: Words) -> list[tuple[str, str | None, list[str]]]:
    """Each heavy gap once, as a sentence, with its basis and the vendors that have it; the most frequent first."""
    found: dict[tuple[str, str | None], list[str]] = {}
    for vendor in model.vendors:
        for gap in _heavy_gaps(vendor):
            found.setdefault((gap_words(gap, spoken), gap.basis), []).append(vendor.vendor)
    return sorted(((*said, names) for said, names in found.items()), key=lambda one: -len(one[2]))


def _files_of(vendor: VendorControl, *statuses: str) -> int:
    return sum(vendor.delivered.files_by_status.get(status, 0) for status in statuses)

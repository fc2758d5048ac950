"""The pages that are made, by the name of their file. What a page says is in its own module."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pipelines.handbook.candidates import candidates_page
from pipelines.handbook.contract import contract_page
from pipelines.handbook.coverage import coverage_page
from pipelines.handbook.decision_table import decision_table_page
from pipelines.handbook.dictionary import dictionary_page
from pipelines.handbook.due_diligence import due_diligence_page
from pipelines.handbook.oppositions import oppositions_page
from pipelines.handbook.precedence import precedence_page
from pipelines.handbook.reasons import reasons_page
from pipelines.handbook.scores import scores_page

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "candidates.md": candidates_page,
    "contract.md": contract_page,
    "coverage.md": coverage_page,
    "decision-table.md": decision_table_page,
    "dictionary.md": dictionary_page,
    "due-diligence.md": due_diligence_page,
    "oppositions.md": oppositions_page,
    "precedence.md": precedence_page,
    "reasons.md": reasons_page,
    "scores.md": scores_page,
}


def write_pages(folder: Path) -> list[Path]:
    """Write every page into a folder that is there; the files, in order of their names."""
    written = [folder / name for name in sorted(PAGES)]
    for path in written:
        path.write_text(PAGES[path.name](), encoding="utf-8")
    return written

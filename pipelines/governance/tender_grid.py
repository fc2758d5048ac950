"""The criteria by which candidates are compared, each with what it rests on. Data: `tender_grid.yaml`.

An advertiser's own grid, `tender_grid.yaml` in the folder of contracts, replaces criteria by id and adds others.
"""

from functools import cache
from pathlib import Path
from typing import Final

from pydantic import Field, ValidationError

from pipelines.governance.checklist import Asked, checklist
from pipelines.rulebook.yaml_files import CatalogueError, Model, problems_of, read_yaml_file, unknown

TENDER_GRID: Final = Path(__file__).with_name("tender_grid.yaml")


class Criterion(Asked):
    """Something that a candidate is compared by."""

    id: str = Field(pattern=r"^tc_[a-z0-9_]+$")
    knock_out: bool = False
    """Whether a no ends the tender for the candidate, whatever its other answers."""
    asked_by: str | None = Field(default=None, alias="from")
    """The passage of a guide that asks for it."""
    question: str | None = None
    """A question of the checklist whose answer counts where the tender's file is silent."""


class TenderGrid(Model):
    """All criteria, in the order in which a person goes through them."""

    criteria: tuple[Criterion, ...]


def tender_grid(contracts: Path | None = None) -> TenderGrid:
    """The grid that is shipped, with the criteria of the advertiser's own, if there is one.

    Raises:
        CatalogueError: every problem of the advertiser's own grid, with its line.
    """
    own = contracts / TENDER_GRID.name if contracts is not None else None
    if own is None or not own.exists():
        return _shipped_grid()
    by_id = {one.id: one for one in (*_shipped_grid().criteria, *_grid_of(own).criteria)}
    return TenderGrid(criteria=tuple(by_id.values()))


@cache
def _shipped_grid() -> TenderGrid:
    return _grid_of(TENDER_GRID)


def _grid_of(path: Path) -> TenderGrid:
    file = read_yaml_file(path)
    try:
        grid = TenderGrid.model_validate(file.data)
    except ValidationError as error:
        raise CatalogueError(problems_of(error, file, TenderGrid)) from None
    known = [question.id for question in checklist().questions]
    strangers = [
        file.problem(f"criteria.{place}.question", unknown("question", one.question, known))
        for place, one in enumerate(grid.criteria)
        if one.question is not None and one.question not in known
    ]
    if strangers:
        raise CatalogueError(strangers)
    return grid

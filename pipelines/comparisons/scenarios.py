"""Catalogues to compare with: rules edited in a folder, rules left out, and the scenarios that are shipped.

A scenario is a file of `rulebook/scenarios/`: what it says in both languages, its reference, and the rules that fall.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from pipelines.rulebook.yaml_files import CatalogueError, Model, problems_of, read_yaml_file
from pipelines.vocabulary.bilingual import Bilingual

SCENARIOS: Final = Path(__file__).parents[1] / "rulebook" / "scenarios"


class Scenario(Model):
    """Law that may come otherwise than the catalogue reads it."""

    says: Bilingual
    reference: str
    without: tuple[str, ...]
    """Ids of the rules that fall."""


def scenarios() -> Mapping[str, Scenario]:
    """The shipped scenarios by name, in order.

    Raises:
        CatalogueError: every problem of a file.
    """
    return {path.stem: _read_scenario(path) for path in sorted(SCENARIOS.glob("*.yaml"))}


def _read_scenario(path: Path) -> Scenario:
    file = read_yaml_file(path)
    try:
        return Scenario.model_validate(file.data)
    except ValidationError as error:
        raise CatalogueError(problems_of(error, file, Scenario)) from None

"""The page of what the law asks and who sees to it, `docs/coverage.md`. Data: `coverage.yaml`, duty by duty."""

from functools import cache
from pathlib import Path
from typing import Final, Self

from pydantic import ConfigDict, TypeAdapter, model_validator

from pipelines.handbook.markdown import filled, table
from pipelines.rulebook.yaml_files import Model, read_yaml_file

COVERAGE: Final = Path(__file__).with_name("coverage.yaml")
_TITLES: Final = {
    "electronic": "E-mail, SMS and automated calls",
    "telephone": "Calls",
    "sector": "Sectors",
    "consent": "Consent",
    "proof": "Proof and control",
    "information": "Information of persons whose data was bought",
    "opposition": "Objections",
    "retention": "Retention",
    "governance": "Governance",
    "beyond": "Beyond the law: what was ordered",
}


class Duty(Model):
    """Something that a text asks for, and who sees to it: rules, another part of the product, or nobody here."""

    duty: str
    basis: str
    rules: tuple[str, ...] = ()
    feature: str | None = None
    left: str | None = None
    """What of it nobody here controls, and why."""

    @model_validator(mode="after")
    def _is_seen_to(self) -> Self:
        if not (self.rules or self.feature or self.left):
            raise ValueError("a duty has rules, a feature, or a reason for which it is left out")
        return self


@cache
def coverage() -> dict[str, tuple[Duty, ...]]:
    """Duties by group, in the order of the page."""
    reader = TypeAdapter(dict[str, tuple[Duty, ...]], config=ConfigDict(strict=False))
    return reader.validate_python(read_yaml_file(COVERAGE).data)


def coverage_page() -> str:
    """The whole page, one table a group."""
    headings = ("duty", "rests on", "rules", "by other means", "not controlled here")
    groups = [(title, table(headings, map(_cells_of_duty, coverage()[name]))) for name, title in _TITLES.items()]
    return filled("coverage.md.j2", groups=groups)


def _cells_of_duty(one: Duty) -> tuple[str, ...]:
    return one.duty, one.basis, ", ".join(f"`{rule}`" for rule in one.rules), one.feature or "", one.left or ""

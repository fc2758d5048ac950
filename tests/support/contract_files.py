"""Contract files for tests: a right one, changes to it, and where a text stands in it."""

from functools import cache
from pathlib import Path

from pipelines.contracts.book import ContractProblem, ExaminedContract, examine_contract
from pipelines.contracts.contract import Contract
from pipelines.contracts.reference import EXAMPLE
from pipelines.rulebook.catalogue import load_catalogue

FIXTURE = EXAMPLE
STAGE = "  - {property: stage, value: live}\n"
VALID = FIXTURE.read_text(encoding="utf-8").replace(STAGE, "")
"""Of a vendor that never was a candidate: nobody has to decide that its leads may be used."""
shipped_catalogue = cache(load_catalogue)


def write(
    contracts: Path, text: str | bytes, vendor: str = "exemple-leads", name: str = "2026-01-01.odcs.yaml"
) -> Path:
    path = contracts / vendor / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def changed(old: str, new: str) -> str:
    assert VALID.count(old) == 1, old
    return VALID.replace(old, new)


def examine(tmp_path: Path, text: str | bytes) -> ExaminedContract:
    return examine_contract(write(tmp_path, text), catalogue=shipped_catalogue())


def read_contract(path: Path) -> Contract:
    examined = examine_contract(path)
    assert examined.contract is not None, "\n".join(map(str, examined.problems))
    return examined.contract


def place(text: str, needle: str) -> tuple[int, int]:
    """Line and column, from 1, of the only occurrence of a text."""
    assert text.count(needle) == 1, needle
    before = text[: text.index(needle)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def only_problem(examined: ExaminedContract) -> ContractProblem:
    assert len(examined.problems) == 1, "\n".join(map(str, examined.problems))
    return examined.problems[0]

"""The table of faults and attacks, from the tests: each test that injects one says so by its marker `fault`.

`python -m tests.support.faults` writes `docs/faults-and-attacks.md`. What is not defended stands in
`docs/not-defended.yaml`, with the reason.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from pipelines.handbook.markdown import table
from tests.support.paths import ROOT

PAGE: Final = ROOT / "docs" / "faults-and-attacks.md"
NOT_DEFENDED: Final = ROOT / "docs" / "not-defended.yaml"
AREAS: Final = {
    "oppositions": "The registry of oppositions",
    "objections": "Everybody who said no is heard",
    "keys": "Keys, vault and seals",
    "lake": "Damage, kills and full disks",
    "runs": "Runs, schedules and instants",
    "vendors": "One vendor at a time",
    "files": "Files that a vendor delivers",
    "folders": "A vendor who writes into its own folders",
    "content": "Texts that attack who reads them",
    "personal": "Personal values where they don't belong",
    "web": "The web app, and questionnaires by link",
    "retention": "Purging too much, too early, or not at all",
    "scores": "A vendor who plays for a better score or a second payment",
}
HEAD: Final = """# Faults and attacks

<!-- made by `make faults` -->

What can go wrong with Opposable, or be done to it on purpose, what is promised then, and the test that injects it
and sees the promise kept. The rows stand beside the tests, as their marker `fault`: a row is there only while its test
is, and the gate runs all of them. How the rows hang together (what is worth attacking, who would, where trust ends) is
in the [threat model](threat-model.md).

{count} faults and attacks are defended against, {undefended} are [not](#not-defended).
"""


@dataclass(frozen=True, order=True)
class Fault:
    """One row: what happens, what is promised, which test shows it."""

    area: str
    test: str
    """`<file below tests>::<name>`, with its class if it has one."""
    fault: str
    promise: str


def faults(root: Path = ROOT / "tests") -> list[Fault]:
    """Every marker of every test, in the order of areas, files and lines; read, not imported."""
    found = [fault for path in sorted(root.rglob("test_*.py")) for fault in _faults_of(path, root)]
    return sorted(found, key=lambda one: list(AREAS).index(one.area))


def _faults_of(path: Path, root: Path) -> Iterator[Fault]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    scopes = [([], tree), *(([node.name], node) for node in tree.body if isinstance(node, ast.ClassDef))]
    for names, scope in scopes:
        for test in (node for node in scope.body if isinstance(node, ast.FunctionDef)):
            name = "::".join([path.relative_to(root).as_posix(), *names, test.name])
            yield from (Fault(test=name, **said) for said in _said_by_markers(test))


def _said_by_markers(test: ast.FunctionDef) -> Iterator[dict[str, Any]]:
    for marker in test.decorator_list:
        if isinstance(marker, ast.Call) and ast.unparse(marker.func) == "pytest.mark.fault":
            yield {str(given.arg): ast.literal_eval(given.value) for given in marker.keywords}


def not_defended() -> list[dict[str, str]]:
    """Each with `attack`, `reason` and `instead`: what helps against it."""
    found: list[dict[str, str]] = yaml.safe_load(NOT_DEFENDED.read_text(encoding="utf-8"))
    return found


def page() -> str:
    """The whole page."""
    rows, undefended = faults(), not_defended()
    parts = [HEAD.format(count=len(rows), undefended=len(undefended))]
    for area, title in AREAS.items():
        of_area = [(row.fault, row.promise, _link(row.test)) for row in rows if row.area == area]
        parts += [f"## {title}\n", table(("fault or attack", "what is promised", "shown by"), of_area), ""]
    told = [(row["attack"], row["reason"], row["instead"]) for row in undefended]
    parts += ["## Not defended\n", table(("fault or attack", "why not", "what helps"), told)]
    return "\n".join(parts) + "\n"


def _link(test: str) -> str:
    return f"[`{test}`](../tests/{test.partition('::')[0]})"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""The house itself: every package says what belongs in it, no private helper has a namesake, no file is a drawer."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import PRODUCT, ROOT

PACKAGES = sorted(path.parent for path in PRODUCT.rglob("__init__.py"))
REVISIONS = PRODUCT / "storage" / "registry" / "migrations" / "versions"
"""Published revisions are never edited: their helpers stay what they are."""


def modules(package: Path) -> set[str]:
    files = {path.stem for path in package.glob("*.py") if path.stem != "__init__"}
    return files | {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for root in (PRODUCT, ROOT / "assets"):
        for path in sorted(root.rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_package_says_what_belongs_in_it_and_imports_nothing(package: Path) -> None:
    tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    assert [type(node) for node in tree.body] == [ast.Expr]
    told = ast.get_docstring(tree) or ""
    names = {line.split("`")[1] for line in told.splitlines() if line.startswith("- `")}
    assert names == modules(package) or package == REVISIONS


def test_a_traceback_tells_private_helpers_apart() -> None:
    names = Counter(
        node.name
        for path, tree in trees()
        if REVISIONS not in path.parents
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("_")
    )
    assert {name: count for name, count in names.items() if count > 1} == {}


def test_a_class_has_a_name_of_its_own() -> None:
    names = Counter(node.name for _, tree in trees() for node in tree.body if isinstance(node, ast.ClassDef))
    assert {name for name, count in names.items() if count > 1} == set()


def test_every_module_says_what_belongs_in_it() -> None:
    assert [path.name for path, tree in trees() if not ast.get_docstring(tree)] == []

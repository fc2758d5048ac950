"""One word means one thing: no identifier has a word that the glossary in `docs/design.md` avoids."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import PRODUCT, ROOT

GLOSSARY = ROOT / "docs" / "design.md"
HEADING = "| word | means | avoid |"


def avoided_words() -> dict[str, str]:
    """Words in backticks of the glossary's last column, in lower case -> the word to say instead."""
    text = GLOSSARY.read_text(encoding="utf-8")
    rows = text[text.index(HEADING) :].split("\n\n")[0].splitlines()[2:]
    columns = [re.split(r"(?<!\\)\|", row)[1:-1] for row in rows]
    return {avoided.lower(): word.strip() for word, _, avoid in columns for avoided in re.findall("`([^`]+)`", avoid)}


def parts(identifier: str) -> set[str]:
    """An identifier cut at underscores, digits and capitals, each part also without the plural's ending."""
    cut = {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)}
    return cut | {part.removesuffix(ending) for part in cut for ending in ("s", "es")}


def identifiers(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name that a module gives, with its line: classes, functions, parameters, variables, attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def modules() -> list[Path]:
    return sorted(path for root in (PRODUCT, ROOT / "assets") for path in root.rglob("*.py"))


def test_the_glossary_avoids_words_and_says_what_to_say_instead() -> None:
    words = avoided_words()
    assert words["supplier"] == "vendor"
    assert len(words) >= 10


@pytest.mark.parametrize(
    ("identifier", "cut"),
    [
        ("shown_files", {"shown", "files", "file"}),
        ("ODCSVersion", {"odcs", "version"}),
        ("_LeadUse2", {"lead", "use"}),
        ("batches", {"batches", "batche", "batch"}),
    ],
)
def test_an_identifier_is_cut_at_underscores_digits_and_capitals(identifier: str, cut: set[str]) -> None:
    assert cut <= parts(identifier)


def test_every_kind_of_name_is_looked_at() -> None:
    source = """
class A:
    k: int = 1
    def b(self, c, *, d, **e):
        self.f = g = [h for h in i]
    async def j(): ...
"""
    names = {name for _, name in identifiers(ast.parse(source))}
    assert names == {"A", "k", "b", "self", "c", "d", "e", "f", "g", "h", "j"}


def test_no_identifier_has_a_word_that_the_glossary_avoids() -> None:
    avoided = avoided_words()
    found = []
    for path in modules():
        name = path.relative_to(ROOT).with_suffix("").as_posix()
        said = [(1, name), *identifiers(ast.parse(path.read_text(encoding="utf-8")))]
        found += [
            f"{name}.py:{line}: {identifier}: {word}, better {avoided[word]}"
            for line, identifier in said
            for word in parts(identifier) & avoided.keys()
        ]
    assert found == []

"""The engines that can be named, and who may name one."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pipelines.engines.named import ENGINES, engine_named
from pipelines.settings import Settings
from tests.support.paths import PRODUCT, ROOT

MAY_NAME = {
    "pipelines/dossiers/marks.py",  # the class of a sparkline
    "pipelines/engines/duckdb.py",
    "pipelines/engines/interface.py",
    "pipelines/engines/named.py",
    "pipelines/engines/spark.py",
    "pipelines/engines/spark_server.py",
    "pipelines/engines/spark_statements.py",
    "pipelines/vocabulary/table_models.py",
    "pipelines/house.py",
    "pipelines/marts/file.py",
    "pipelines/settings.py",
}

NAMING = {"id", "attr", "name", "module", "value"}
"""Parts of a syntax tree that hold a name or a text."""


def test_every_engine_of_the_setting_can_be_made() -> None:
    assert set(get_args(Settings.model_fields["engine"].annotation)) == set(ENGINES)


def test_an_engine_runs_on_the_threads_it_is_given() -> None:
    with engine_named("duckdb", threads=3).session() as session:
        assert session.fetch("select current_setting('threads') as threads")["threads"].to_pylist() == [3]


def named_in(path: Path) -> Iterator[str]:
    """Names and texts of a module that hold an engine's name; docstrings are prose."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) not in prose:
            said = [
                str(value) for name, value in ast.iter_fields(node) if name in {"id", "attr", "name", "module", "value"}
            ]
            yield from (word for word in said if any(engine in word.lower() for engine in ENGINES))


def test_nothing_but_the_engines_and_the_file_of_the_marts_names_an_engine() -> None:
    modules = [path for root in (PRODUCT, ROOT / "assets") for path in root.rglob("*.py")]
    assert {path.relative_to(ROOT).as_posix() for path in modules if any(named_in(path))} == MAY_NAME

"""The engine that a setting names. A new engine is a module of its own and one line here."""

from collections.abc import Callable, Mapping
from typing import Final

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.engines.interface import Engine

ENGINES: Final[Mapping[str, Callable[[int | None], Engine]]] = {"duckdb": DuckDBEngine}
"""By the word of the setting: makes the engine with a number of threads, or with its own default."""


def engine_named(name: str, *, threads: int | None = None) -> Engine:
    """The engine of a name out of `ENGINES`, with that many threads, or as many as it takes by itself."""
    return ENGINES[name](threads)

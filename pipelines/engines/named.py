"""The engine that a setting names, and the embedded one. A new engine is a module of its own and one line here."""

from collections.abc import Callable, Mapping
from typing import Final

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.engines.interface import Engine, EngineMemory


def _spark_engine(_: int | None, remote: str, __: EngineMemory | None) -> Engine:
    """Imported late: who asks the embedded engine never needs what Spark does."""
    from pipelines.engines.spark import SparkEngine

    return SparkEngine(remote)


EMBEDDED: Final = "duckdb"
"""The engine that needs nothing but the process that asks."""
ENGINES: Final[Mapping[str, Callable[[int | None, str, EngineMemory | None], Engine]]] = {
    EMBEDDED: lambda threads, _, memory: DuckDBEngine(threads, memory=memory),
    "spark": _spark_engine,
}
"""By the word of the setting: makes the engine, with a number of threads, the address of its server, and memory."""


def engine_named(
    name: str, *, threads: int | None = None, remote: str = "", memory: EngineMemory | None = None
) -> Engine:
    """The engine of a name out of `ENGINES`.

    Args:
        name: the word of the setting.
        threads: of the embedded engine; as many as it takes by itself unless given.
        remote: the address of a server, for an engine that has one.
        memory: of the embedded engine, and where it spills; the machine's, and nowhere, unless given.
    """
    return ENGINES[name](threads, remote, memory)

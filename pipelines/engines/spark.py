"""Spark, asked over Spark Connect: a server or a cluster of its own, which sees the lake's files under the same paths.

How statements are told to it is in `spark_statements`, how it is reached in `spark_server`. Who uses it knows
`engines.interface` alone.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot.errors import ParseError, TokenError

from pipelines.engines.interface import DIALECT, EngineError
from pipelines.engines.path_columns import path_columns
from pipelines.engines.shown import shown_statement
from pipelines.engines.spark_patterns import UnknownWordError
from pipelines.engines.spark_server import connected
from pipelines.engines.spark_statements import spark_statement

if TYPE_CHECKING:
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.session import SparkSession

_TYPES: Final = {
    pa.string(): "string",
    pa.bool_(): "boolean",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp_ntz",
    pa.list_(pa.string()): "array<string>",
}
"""Every type that published tables have."""
_SIGNS_OF_PATTERNS: Final = re.compile(r"([*?\[\]{}\\])")
_NAMING: Final = ("objectName", "relationName", "path")
"""Parts of what Spark says of a statement that name tables, columns and files, and no value."""


@dataclass(frozen=True)
class SparkSQLSession:
    """One session of the server; what it holds there ends with it."""

    spark: "SparkSession"
    joined_rows: None = None
    keeps_views: bool = False
    _kept: list["DataFrame"] = field(default_factory=list)

    def register(self, name: str, table: pa.Table) -> None:
        """As `interface.Session` says; the rows are sent to the server."""
        with _server_errors(name):
            sent = self.spark.createDataFrame(table) if table.num_rows else self._empty(table.schema)
            sent.createOrReplaceTempView(name)

    def read_files(self, name: str, files: Sequence[Path], schema: pa.Schema) -> None:
        """As `interface.Session` says; the server reads the files when the view is read.

        Raises:
            EngineError: also where the server does not see as many rows in them as we do.
        """
        if not files:
            self.register(name, schema.empty_table())
            return
        folders = [folder for column, folder in path_columns(files[0]).items() if column in schema.names]
        with _server_errors(name):
            reader = self.spark.read.schema(_layout(schema))
            if folders:
                reader = reader.option("basePath", _url(min(folders, key=lambda folder: len(folder.parts)).parent))
            found = reader.parquet(*(_SIGNS_OF_PATTERNS.sub(r"\\\1", _url(file)) for file in files))
            _confirm_same_files(name, found.count(), files)
            found.select(*(f"`{column}`" for column in schema.names)).createOrReplaceTempView(name)

    def create(self, name: str, sql: str, *, is_view: bool = False, is_once: bool = False) -> None:
        """As `interface.Session` says; the rows of a table are kept by the workers that made them."""
        with _server_errors(name):
            found = self._query(sql)
            (found if is_view else self._keep(found)).createOrReplaceTempView(name)

    def drop(self, name: str) -> None:
        """As `interface.Session` says: nothing, since the workers let go of all rows when the session ends."""

    def fetch(self, sql: str) -> pa.Table:
        """As `interface.Session` says."""
        with _server_errors(sql):
            return pa.concat_tables(_arrow_parts(self._query(sql)))

    def stream(self, sql: str, *, rows: int) -> Iterator[pa.Table]:
        """As `interface.Session` says."""
        with _server_errors(sql):
            for part in _arrow_parts(self._query(sql)):
                for start in range(0, part.num_rows, rows):
                    yield part.slice(start, rows)

    def _empty(self, schema: pa.Schema) -> "DataFrame":
        """The client takes no table of no rows."""
        return self.spark.createDataFrame([], _layout(schema))

    def _query(self, sql: str) -> "DataFrame":
        statement = spark_statement(sql)
        for name, query in statement.kept_first:
            self._keep(self.spark.sql(query)).createOrReplaceTempView(name)
        return self.spark.sql(statement.text)

    def _keep(self, found: "DataFrame") -> "DataFrame":
        """The rows of a query, worked out once: whoever reads them would else work them out again."""
        self._kept.append(found.localCheckpoint())
        return self._kept[-1]


@dataclass(frozen=True)
class SparkEngine:
    """Makes sessions of the server at an address: `sc://host:port`. How many threads work is the server's."""

    remote: str
    dialect: str = DIALECT

    @contextmanager
    def session(self, reads: Sequence[Path] | None = None) -> Iterator[SparkSQLSession]:
        """A fresh session at UTC, with the configuration that our statements rely on; small or not is all one."""
        spark = connected(self.remote)
        try:
            yield SparkSQLSession(spark)
        finally:
            spark.stop()


def _confirm_same_files(name: str, count: int, files: Sequence[Path]) -> None:
    """A mount that lags behind must not take a no away: rows of the server against what the files' footers say here."""
    expected = sum(pq.read_metadata(file).num_rows for file in files)
    if count != expected:
        raise EngineError(
            f"{name}: the server reads {count} rows where its files hold {expected}: it does not see the lake as it is "
            "here. Mount it there anew, under the same path (docs/engines.md, Spark), and run again"
        )


def _layout(schema: pa.Schema) -> str:
    return ", ".join(f"`{column.name}` {_TYPES[column.type]}" for column in schema)


def _url(path: Path) -> str:
    return f"file://{path.absolute()}"


def _arrow_parts(frame: "DataFrame") -> Iterator[pa.Table]:
    """The rows in order, in the types that tables of ours have; at least one part, which may be empty.

    Spark's own `toArrow` holds all of them, and its `toLocalIterator` makes every value an object of Python.
    """
    client = frame.sparkSession.client
    answers = client.to_table_as_iterator(frame._plan.to_proto(client), frame._plan.observations)
    schema: pa.Schema | None = None
    for part in answers:
        if isinstance(part, pa.Table):
            schema = schema or pa.schema([(column.name, _type(column.type)) for column in part.schema])
            yield part.cast(schema)
    if schema is None:
        yield _schema_of(frame).empty_table()


def _schema_of(frame: "DataFrame") -> pa.Schema:
    types = {name: arrow for arrow, name in _TYPES.items()}
    return pa.schema([(column.name, types[column.dataType.simpleString()]) for column in frame.schema])


def _type(found: pa.DataType) -> pa.DataType:
    return pa.list_(_type(found.value_type)) if pa.types.is_list(found) else found


@contextmanager
def _server_errors(statement: str) -> Iterator[None]:
    """Turn what Spark, sqlglot or Arrow raise into an error that shows nothing of what the rows hold."""
    import grpc
    from pyspark.errors import PySparkException

    try:
        yield
    except UnknownWordError as error:
        raise EngineError(f"{shown_statement(statement)}: `{error}` was never compared on both engines") from None
    except (ParseError, TokenError):
        raise EngineError(f"{shown_statement(statement)}: not a query") from None
    except PySparkException as error:
        raise EngineError(f"{shown_statement(statement)}: {_said_by_spark(error)}") from None
    except (grpc.RpcError, pa.ArrowException, OSError, ValueError) as error:
        raise EngineError(f"{shown_statement(statement)}: {type(error).__name__} while it ran") from None


def _said_by_spark(error: Any) -> str:
    """What is wrong, by Spark's name for it; its sentences may quote a value."""
    condition = error.getCondition() or type(error).__name__
    told = error.getMessageParameters() or {}
    names = [told[name] for name in _NAMING if name in told]
    return ": ".join([condition, *names])

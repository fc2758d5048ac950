"""The file of the marts: rebuilt aside and replaced whole, so that its readers and its builder never meet.

DuckDB locks a file against every other process while one writes to it, and a build that is killed leaves it half new.
What is in the file is decided by the models in `dbt_project`.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

FILE: Final = "marts.duckdb"


class NoMartsError(RuntimeError):
    """The marts were never published here."""


@contextmanager
def rebuilding(home: Path, *, is_whole: bool) -> Iterator[Path]:
    """A path for the builder to write to; it becomes the home's marts unless the block raises. One builder at a time.

    Args:
        home: the folder of the published file.
        is_whole: every model is built anew; otherwise the builder finds a copy of what is published.
    """
    aside, published = home / ".marts", home / FILE
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    if not is_whole and published.exists():
        shutil.copyfile(published, aside / FILE)
    yield aside / FILE
    os.replace(aside / FILE, published)
    shutil.rmtree(aside)


def read_marts(home: Path, tables: Sequence[str]) -> dict[str, pa.Table]:
    """Whole tables of the published marts, in the order of their columns.

    Raises:
        NoMartsError: nothing was published yet.
    """
    path = home / FILE
    if not path.exists():
        raise NoMartsError(f"{path}: no marts yet; run the job `publish`")
    with duckdb.connect(str(path), read_only=True) as connection:
        return {table: connection.sql(f'select * from "{table}" order by all').to_arrow_table() for table in tables}

"""How a published table is described: its columns, their types, and the two kinds of table. The tables are in `tables`.

To know a table loads no library of frames: what checks rows against it is made of this by `table_models`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, get_args, get_type_hints

import pyarrow as pa

Kind = TypeVar("Kind")


class Series(Generic[Kind]):
    """A column of a kind, as a table's class says it."""


Text = Annotated[Any, pa.string()]
TextList = Annotated[Any, pa.list_(pa.string())]
Instant = Annotated[Any, pa.timestamp("us")]
Day = Annotated[Any, pa.date32()]
Count = Annotated[Any, pa.int64()]
Flag = Annotated[Any, pa.bool_()]


@dataclass(frozen=True)
class Meaning:
    """What a column tells, and which values it may have."""

    description: str
    nullable: bool
    ge: int | None = None
    """The least value."""
    isin: Sequence[str] | None = None
    """The only values."""


@dataclass(frozen=True)
class TableColumn(Meaning):
    """A column of a published table."""

    type: pa.DataType = None


def filled(description: str, *, ge: int | None = None, isin: Sequence[str] | None = None) -> Any:
    """A column that always has a value."""
    return Meaning(description, False, ge, isin)


def optional(description: str, *, ge: int | None = None, isin: Sequence[str] | None = None) -> Any:
    """A column whose value may be NULL."""
    return Meaning(description, True, ge, isin)


class Table:
    """A published table: exactly these columns, in this order."""


class PartitionedTable(Table):
    """A table laid out by vendor and delivery date."""

    vendor: Series[Text] = filled("Key of the company that sells us the leads.")
    delivery_date: Series[Day] = filled("Civil date, Europe/Paris, of the delivery.")


def columns_in(table: type[Table]) -> dict[str, TableColumn]:
    """The columns of a table by name, in order."""
    parents = [parent for parent in table.__bases__ if issubclass(parent, Table)]
    inherited = {name: column for parent in parents for name, column in columns_in(parent).items()}
    own = {name: get_args(hint)[0] for name, hint in get_type_hints(table, include_extras=True).items()}
    return inherited | {
        name: TableColumn(**vars(getattr(table, name)), type=kind.__metadata__[0])
        for name, kind in own.items()
        if name not in inherited
    }

"""What columns of published tables are made of: their types, and the two kinds of table. The tables are in `tables`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import pandas as pd
import pyarrow as pa


@contextmanager
def _without_spark() -> Iterator[None]:
    """Where Spark's client is installed pandera would load it: a seventh of a second, and a warning, in each process."""
    hidden: dict[str, Any] = {} if "pyspark" in sys.modules else {"pyspark": None}
    sys.modules.update(hidden)
    yield
    for name in hidden:
        del sys.modules[name]


with _without_spark():
    import pandera.pandas as pandera
    from pandera.errors import SchemaErrors as SchemaErrors
    from pandera.typing import Series as Series

Text = Annotated[pd.ArrowDtype, pa.string()]
TextList = Annotated[pd.ArrowDtype, pa.list_(pa.string())]
Instant = Annotated[pd.ArrowDtype, pa.timestamp("us")]
Day = Annotated[pd.ArrowDtype, pa.date32()]
Count = Annotated[pd.ArrowDtype, pa.int64()]
Flag = Annotated[pd.ArrowDtype, pa.bool_()]


def filled(description: str, **checks: Any) -> Any:
    """A column that always has a value."""
    return pandera.Field(description=description, **checks)


def optional(description: str, **checks: Any) -> Any:
    """A column whose value may be NULL."""
    return pandera.Field(description=description, nullable=True, **checks)


class Table(pandera.DataFrameModel):
    """A published table: exactly these columns, in this order."""

    class Config:
        """Pandera's settings."""

        strict = True
        ordered = True


class PartitionedTable(Table):
    """A table laid out by vendor and delivery date."""

    vendor: Series[Text] = filled("Key of the company that sells us the leads.")
    delivery_date: Series[Day] = filled("Civil date, Europe/Paris, of the delivery.")

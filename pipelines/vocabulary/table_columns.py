"""What columns of published tables are made of: their types, and the two kinds of table. The tables are in `tables`."""

import warnings
from typing import Annotated, Any

import pandas as pd
import pyarrow as pa

# Where Spark's client is installed Pandera loads it, and it warns of a pandas as new as ours, in each process.
warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)

import pandera.pandas as pandera  # noqa: E402
from pandera.errors import SchemaErrors as SchemaErrors  # noqa: E402
from pandera.typing import Series as Series  # noqa: E402

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

"""Published tables as Pandera checks rows against them, made of their descriptions.

To load it takes some half a second: import it where rows are checked.
"""

import sys
import warnings
from functools import cache
from importlib.util import find_spec

import pandas as pd
import pyarrow as pa

# Where Spark's client is installed Pandera loads it, and it warns of a pandas as new as ours, in each process.
warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)

# findings/pandera_looks_for_geopandas_at_each_column_of_instants.sh
if find_spec("geopandas") is None:
    sys.modules["geopandas"] = None  # type: ignore[assignment]  # Python's own sign of what can't be imported

import pandera.pandas as pandera  # noqa: E402
from pandera.errors import SchemaErrors  # noqa: E402

from pipelines.vocabulary.table_columns import TableColumn, columns_in  # noqa: E402
from pipelines.vocabulary.tables import TABLES  # noqa: E402


@cache
def model_of(table: str) -> pandera.DataFrameSchema:
    """What checks frames of a published table: exactly its columns, Arrow-backed, in its order."""
    columns = {name: _checked_column(column) for name, column in columns_in(TABLES[table]).items()}
    return pandera.DataFrameSchema(columns, name=TABLES[table].__name__, strict=True, ordered=True)


def refused_by_model(table: str, rows: pa.Table) -> list[str]:
    """What a table's model refuses of rows, as `column check (times)`; never a value."""
    try:
        model_of(table).validate(rows.to_pandas(types_mapper=pd.ArrowDtype), lazy=True)
    except SchemaErrors as errors:
        counts = errors.failure_cases[["column", "check"]].astype(str).value_counts()
        return [f"{column} {check} ({count} times)" for (column, check), count in counts.items()]
    return []


def _checked_column(column: TableColumn) -> pandera.Column:
    checks = [
        *([] if column.ge is None else [pandera.Check.ge(column.ge)]),
        *([] if column.isin is None else [pandera.Check.isin(column.isin)]),
    ]
    return pandera.Column(pd.ArrowDtype(column.type), checks, nullable=column.nullable, description=column.description)

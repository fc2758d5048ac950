"""The page of published tables, from the tables' own descriptions (`vocabulary.tables`)."""

from pipelines.handbook.markdown import filled, table
from pipelines.vocabulary.table_columns import Table, columns_in
from pipelines.vocabulary.tables import TABLES


def dictionary_page() -> str:
    """The data dictionary: every published table, every column."""
    return filled("dictionary.md.j2", tables=[_table_described(name, model) for name, model in TABLES.items()])


def _table_described(name: str, model: type[Table]) -> dict[str, str]:
    specs = columns_in(model).items()
    rows = [(f"`{column}`", f"{spec.type}", f"{spec.description}") for column, spec in specs]
    summary = (model.__doc__ or "").strip().splitlines()[0]
    return {"name": name, "summary": summary, "columns": table(("column", "type", "meaning"), rows)}

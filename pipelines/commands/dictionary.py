"""`opposable dictionary`: the data dictionary, made from the tables' own descriptions."""

from pathlib import Path
from typing import Annotated, Final

import typer

from pipelines.vocabulary.tables import TABLES, Table

BEGIN: Final = "<!-- dictionary: made by `make dictionary` -->"
END: Final = "<!-- end of dictionary -->"


def dictionary(
    readme: Annotated[Path, typer.Argument(help="File whose dictionary is to be renewed.")] = Path("README.md"),
) -> None:
    """Write the data dictionary between its marks."""
    readme.write_text(renewed(readme.read_text(encoding="utf-8")), encoding="utf-8")


def renewed(text: str) -> str:
    """The text with the dictionary between its marks as it should be.

    Raises:
        ValueError: a mark is missing.
    """
    before, mark, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"expected the marks {BEGIN} and {END}")
    tables = "\n".join(_table_described(name, model) for name, model in TABLES.items())
    return f"{before}{BEGIN}\n\n{tables}\n{END}{after}"


def _table_described(name: str, model: type[Table]) -> str:
    specs = model.to_schema().columns.items()
    rows = [f"| `{column}` | {spec.dtype.type.pyarrow_dtype} | {spec.description} |" for column, spec in specs]
    summary = (model.__doc__ or "").strip().splitlines()[0]
    body = "\n".join(["| column | type | meaning |", "|---|---|---|", *rows])
    return f"<details><summary><code>{name}</code>: {summary}</summary>\n\n{body}\n\n</details>\n"

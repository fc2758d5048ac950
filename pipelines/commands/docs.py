"""`opposable docs`: the pages, and parts of pages, that are made from the product's own descriptions."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from pipelines.commands.dictionary import renewed
from pipelines.commands.reasons_page import reasons_page

PAGES: Final[Mapping[str, Callable[[str], str]]] = {
    "README.md": renewed,
    "docs/reasons.md": lambda _: reasons_page(),
}
"""Path below the repository -> what makes of its text the one that it should have."""


def docs(
    root: Annotated[Path, typer.Argument(help="The repository whose pages are to be renewed.")] = Path("."),
) -> None:
    """Write every page that is made from the product itself."""
    for name, make in PAGES.items():
        path = root / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(make(text), encoding="utf-8")
        typer.echo(str(path))

"""`opposable docs`: the pages of `docs/` that are made from the code, written anew. They are in `handbook`."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.shared import refuse
from pipelines.handbook.pages import write_pages


def docs(
    folder: Annotated[Path, typer.Argument(help="Folder of the repository's pages.")] = Path("docs"),
) -> None:
    """Write the pages that are made from the code.

    Exit status: 0 written, 2 for a folder that is not there.
    """
    if not folder.is_dir():
        refuse(f"FOLDER: expected the folder of the pages, such as docs; {folder} is none")
    for path in write_pages(folder):
        typer.echo(str(path))

"""Columns that stand in the path of a file and not in it: folders called `<column>=<value>`."""

from itertools import takewhile
from pathlib import Path


def path_columns(file: Path) -> dict[str, Path]:
    """By column, its folder: those that stand nearest to the file, without another folder between."""
    folders = takewhile(lambda folder: "=" in folder.name, file.parents)
    return {folder.name.partition("=")[0]: folder for folder in folders}

"""The rules that vendors were last told of, kept in one file, so that what changed since can be told and tried.

How they are written is in `catalogue_text`; what is judged by is `catalogue`'s to load.
"""

from pathlib import Path

import yaml

from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.catalogue_text import catalogue_of_text
from pipelines.rulebook.yaml_files import CatalogueError, CatalogueProblem, YamlFile


def read_rules(path: Path) -> Catalogue:
    """The rules of such a file.

    Raises:
        CatalogueError: this version can't read a card or a value of it, or knows no such fact any more.
    """
    try:
        catalogue = catalogue_of_text(path.read_text(encoding="utf-8"))
    except (ValueError, yaml.YAMLError) as error:
        raise CatalogueError([CatalogueProblem(path, 1, str(error))]) from None
    for card in catalogue.cards:
        card._yaml = YamlFile(path)
    if catalogue.problems:
        raise CatalogueError(catalogue.problems)
    return catalogue

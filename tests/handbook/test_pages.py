"""The pages that are made from the code: those in `docs/` are of today, and say what they are made from."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.contracts.reference import TERM_GROUPS
from pipelines.handbook.markdown import table, yaml_code
from pipelines.handbook.pages import PAGES
from pipelines.vocabulary.fields import CANONICAL_FIELDS
from pipelines.vocabulary.table_columns import columns_in
from pipelines.vocabulary.tables import TABLES
from tests.support.paths import PRODUCT, ROOT

DOCS = ROOT / "docs"
MARK = "<!-- made by `make docs`"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_of_today(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


def test_the_pages_that_say_they_are_made_are_those_that_are() -> None:
    assert {path.name for path in DOCS.glob("*.md") if MARK in path.read_text(encoding="utf-8").lower()} == set(PAGES)


def test_the_dictionary_has_every_table_and_column() -> None:
    page = (DOCS / "dictionary.md").read_text(encoding="utf-8")
    for name, model in TABLES.items():
        section = page.partition(f"\n## `{name}`\n")[2].partition("\n## ")[0]
        assert section.count("\n| `") == len(columns_in(model)), name


def test_the_contracts_page_has_every_term_and_field() -> None:
    page = (DOCS / "contract.md").read_text(encoding="utf-8")
    for group in TERM_GROUPS:
        section = page.partition(f"\n## {group.place}\n")[2].partition("\n## ")[0]
        assert section.count("\n| `") == len(group.terms), group.place
    for role, names in CANONICAL_FIELDS.items():
        section = page.partition(f"\n### `{role}`\n")[2].partition("\n##")[0]
        assert section.count("\n| `") == len(names), role


def test_what_is_said_of_contract_files_is_what_the_book_says() -> None:
    page = (DOCS / "contract.md").read_text(encoding="utf-8").partition("\n## The file\n")[2].partition("\n## ")[0]
    book = (PRODUCT / "contracts" / "book.py").read_text(encoding="utf-8")
    said = [line.split("|")[1].partition(":")[2] for line in page.splitlines() if line.startswith(("| err", "| warn"))]
    assert len(said) == 6
    assert [part for line in said for part in line.split(";") if part.strip() not in book] == []


def test_tables_escape_bars_and_values_are_written_as_yaml() -> None:
    assert table(("a", "b"), [("`|`", "x")]) == "| a | b |\n| --- | --- |\n| `\\|` | x |"
    assert yaml_code({"consent": 0.01}) == "`{consent: 0.01}`"
    assert yaml_code("a `b`") == "`` a `b` ``"


def test_the_command_writes_every_page_into_a_folder_that_is_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["docs", str(tmp_path)])
    assert (result.exit_code, {path.name for path in tmp_path.iterdir()}) == (0, set(PAGES))
    refused = CliRunner().invoke(app, ["docs", str(tmp_path / "nothing")])
    assert (refused.exit_code, "expected the folder of the pages" in refused.stderr) == (2, True)

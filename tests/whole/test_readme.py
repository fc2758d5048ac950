"""The README keeps its word: what is made of it is of today, and the commands and pictures that it names exist."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.commands.docs import PAGES
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_that_is_made_is_of_today(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert PAGES[name](text) == text, "run `make docs`"


def test_pages_are_made_where_they_stand(tmp_path: Path) -> None:
    """Also one that is not there yet; what is not made stays as it was."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(README.replace("| `lead_id` |", "| |"), encoding="utf-8")
    result = CliRunner().invoke(app, ["docs", str(tmp_path)], catch_exceptions=False)
    assert result.exit_code == 0
    for name in PAGES:
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()


def test_every_picture_and_file_that_it_links_exists() -> None:
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_target_that_it_names_exists() -> None:
    targets = set(re.findall(r"(?:`|^)make (\w+)", README, re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_every_command_that_it_names_exists() -> None:
    commands = set(re.findall(r"opposable (\w+)", README)) - {"when"}
    runner = CliRunner()
    assert [name for name in commands if runner.invoke(app, [name, "--help"]).exit_code] == []


def test_it_names_no_host_of_a_registry_and_no_path_of_a_machine() -> None:
    known = r"dagster\.io|age-encryption\.org|bitol-io\.github\.io|127\.0\.0\.1"
    assert re.findall(rf"/root/|/work/|/tmp/|https?://(?!{known})\S+", README) == []

"""The README keeps its word: the dictionary is of today, and the commands and pictures that it names exist."""

import re

from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.commands.dictionary import renewed
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_data_dictionary_is_of_today() -> None:
    assert renewed(README) == README, "run `make dictionary`"


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

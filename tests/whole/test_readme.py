"""The pages keep their word: what they link, name and tell people to type exists.

That pages which are made are of today is in `tests/handbook`.
"""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from pipelines.cli import COMMANDS, app, loaded
from tests.support.paths import DATA, ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted(DATA.rglob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
AWAITED = "<!-- awaited -->"
"""Stands behind a link or path to what is not there yet; whoever brings it takes the mark away."""
LINK = re.compile(rf"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)({AWAITED})?")
PATH = re.compile(rf"`((?:[\w.<>-]+/)+[\w.<>-]*|\w+\.md)`({AWAITED})?")
CODE = re.compile(r"^```[^\n]*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def lines_of_code(text: str) -> Iterator[str]:
    for block, span in CODE.findall(text):
        yield from (block.replace("\\\n", " ").splitlines() if block else [span])


def anchors(page: Path) -> set[str]:
    """The addresses of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_picture_file_and_heading_that_a_page_links_exists(page: Path) -> None:
    for path, heading, mark in LINK.findall(text_of(page)):
        target = page.parent / path if path else page
        assert target.exists() != bool(mark), f"{path}: {'take its mark away' if mark else 'no such file'}"
        assert not heading or mark or heading in anchors(target), f"{path}#{heading}"


def test_every_file_that_the_recipes_name_exists() -> None:
    paths = PATH.findall(CONTRIBUTING)
    assert len(paths) > 60
    for path, mark in paths:
        found = any(ROOT.glob(re.sub(r"<\w+>", "*", path)))
        assert found != bool(mark), f"{path}: {'take its mark away' if mark else 'no such file'}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = {match for line in lines_of_code(text_of(page)) for match in re.findall(r"^make (\w+)", line)}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def commands_of(text: str) -> Iterator[str]:
    """What people are told to type: lines of code that begin with the program, less the marks of what is optional."""
    for line in lines_of_code(text):
        for part in re.split(r"&&|;|\s\|\s", line):
            command = part.partition(" #")[0].strip().removeprefix("$ ").removeprefix(".venv/bin/")
            if command.startswith("opposable "):
                yield command.replace("[", " ").replace("]", " ")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_that_a_page_names_parses(page: Path) -> None:
    for command in commands_of(text_of(page)):
        assert wrong_in(command) is None, f"{command}: {wrong_in(command)}"


@cache
def program() -> Any:
    """The program with all of its commands loaded."""
    group: Any = typer.main.get_command(app)
    group.commands |= {name: loaded(name) for name in COMMANDS}
    return group


def wrong_in(line: str) -> str | None:
    """What of a command line the program does not know; `list|show` stands for each of both."""
    _, *words = shlex.split(line)
    command: Any = program()
    while words and hasattr(command, "commands") and not words[0].startswith("--"):
        found = [command.commands.get(name) for name in words[0].split("|")]
        if None in found:
            return f"no command {words[0]}"
        command, words = found[0], words[1:]
    return wrong_in_arguments(command.params, words)


def wrong_in_arguments(parameters: list[Any], words: list[str]) -> str | None:
    asked = [one for one in parameters if one.param_type_name == "option"]
    options = {name: one for one in asked for name in (*one.opts, *one.secondary_opts)}
    counts = [one.nargs for one in parameters if one.param_type_name == "argument"]
    free = 0
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            free += 1
        elif word not in options:
            return f"no option {word}"
        elif not options[word].is_flag:
            next(rest, None)
    return None if -1 in counts or free <= sum(counts) else "too many arguments"


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("opposable rules list|show|check", None),
        ('opposable vault show VENDOR LEAD_ID --purpose "a request"', None),
        ("opposable contracts lint VENDOR OTHER", None),
        ('opposable export --recipient age1… --purpose "campaign 12"', None),
        ("opposable export --recipients age1…", "no option --recipients"),
        ("opposable rules lists", "no command lists"),
        ("opposable reconcile --form 2026-08-01", "no option --form"),
        ("opposable demo now", "too many arguments"),
    ],
)
def test_a_wrong_command_would_be_noticed(command: str, wrong: str | None) -> None:
    assert wrong_in(command) == wrong


def test_commands_are_found_in_blocks_and_in_lines() -> None:
    text = "Type `opposable demo`.\n```sh\n.venv/bin/opposable rules list  # all\nls && opposable dev [--port N]\n```\n"
    assert [command.split() for command in commands_of(text)] == [
        ["opposable", "demo"],
        ["opposable", "rules", "list"],
        ["opposable", "dev", "--port", "N"],
    ]


def test_the_readme_begins_with_two_commands() -> None:
    block = re.search(r"## Two commands\n+```sh\n(.*?)```", README, re.DOTALL)
    assert block is not None
    assert [line.partition("#")[0].strip() for line in block[1].splitlines()] == ["make demo", "make test"]


def test_the_readme_names_no_host_of_a_registry_and_no_path_of_a_machine() -> None:
    known = r"dagster\.io|age-encryption\.org|bitol-io\.github\.io|127\.0\.0\.1"
    assert re.findall(rf"/root/|/work/|/tmp/|https?://(?!{known})\S+", README) == []


@pytest.mark.parametrize("finding", sorted((ROOT / "findings").glob("*")), ids=lambda path: path.name)
def test_a_finding_says_what_was_seen_where_and_fails_when_it_changes(finding: Path) -> None:
    lines = text_of(finding).splitlines()
    assert (finding.suffix, lines[0]) == (".sh", "#!/usr/bin/env bash")
    assert [word for word in ("Package:", "Behaviour:", "Seen:", "So:") if f"# {word}" not in text_of(finding)] == []
    assert "set -euo pipefail" in lines

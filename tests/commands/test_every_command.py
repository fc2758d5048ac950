"""Every command: asked for help, wrongly, without a home, where nothing can be written: it ends in words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli import COMMANDS, app, loaded
from tests.support.clean_market import VENDOR, CleanMarket

DAYS = ("--from", "2026-09-07", "--to", "2026-09-07")
PERSON = ("--by", "Inès Laurent, achats")
ASKED: dict[str, tuple[str, ...]] = {
    "candidates compare": (),
    "candidates gate": (VENDOR,),
    "candidates open": (VENDOR, *PERSON),
    "candidates refuse": (VENDOR, *PERSON, "--reason", "trop tard"),
    "contracts review": (VENDOR,),
    "contracts lint": (VENDOR,),
    "contracts init": ("nouveau", "--from", "nowhere.csv"),
    "contracts drift": (VENDOR,),
    "contracts text-digest": ("nowhere.txt",),
    "oppositions accept-registry": ("--reason", "restaurée"),
    "oppositions import": ("nowhere.csv",),
    "oppositions check": (),
    "reconcile": ("--vendor", "claire", *DAYS),
    "checks list": (),
    "lake verify": (),
    "lake repair": (),
    "receipts list": (),
    "receipts sent": (VENDOR, "2026-09-07", "--at", "2026-09-08T10:00:00+02:00", "--means", "email"),
    "receipts acknowledge": (),
    "review decide": (VENDOR, "--decision", "renew", *PERSON, "--reason", "bon"),
    "review confirm": (VENDOR, *PERSON),
    "review list": (),
    "review pdf": (VENDOR,),
    "review annex": (VENDOR,),
    "control-file": DAYS,
    "questionnaire new": (VENDOR,),
    "questionnaire list": (),
    "questionnaire revoke": ("1",),
    "questionnaire answers": (VENDOR,),
    "disputes list": (VENDOR,),
    "disputes show": (VENDOR, "1"),
    "disputes evidence": (VENDOR, "1", "0123abcd"),
    "disputes decide": (VENDOR, "1", "refused", *PERSON, "--reason", "la preuve manque"),
    "agenda": (),
    "explain": (VENDOR, "L-1"),
    "invoices check": (VENDOR,),
    "export": ("--recipient", "age1nobody", "--purpose", "essai"),
    "export revocations": ("none",),
    "export seeds": (),
    "may-call": (),
    "replay": ("--all", "--name", "essai", *DAYS),
    "rules diff": ("--without", "proof_individual_record"),
    "rules notices": (),
    "rules list": (),
    "rules show": ("proof_individual_record",),
    "rules page": ("--out", "rules.html"),
    "rules check": (),
    "keys list": (),
    "keys check": (),
    "keys rotate": (),
    "keys wrap": (),
    "retention run": ("--dry-run",),
    "simulate": ("--days", "1", "--leads", "1"),
    "store pull": (),
    "store push": (),
    "store status": (),
    "store verify": (),
    "store clean": (),
    "vault show": (VENDOR, "L-1", "--purpose", "essai"),
}
"""How each is asked rightly, but that nothing was delivered yet."""
NOT_ASKED = {"demo", "dev", "docs", "serve"}
"""They run the market, start servers that go on until interrupted, or write the repository's pages."""
SLOW = {"rules check"}
DATES = ("--from", "--to", "--as-of", "--on", "--date", "--at")
FILES = {("contracts init", "--from"), ("review pdf", "--to")}
"""Options that are called like dates and name a file."""


def leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    if not below or command.invoke_without_command:
        yield path, command
    for name, one in below.items():
        yield from leaves(f"{path} {name}", one)


TREE = {path: command for name in COMMANDS for path, command in leaves(name, loaded(name))}


def ask(path: str, *arguments: str) -> Result:
    """What comes of it; a traceback fails the test."""
    outcome = CliRunner().invoke(app, [*path.split(), *arguments], input="")
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), (path, repr(outcome.exception))
    assert outcome.output.strip() or not outcome.exit_code, path
    return outcome


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a contract and nothing else."""
    return CleanMarket(tmp_path_factory.mktemp("commands") / "home").home


@pytest.fixture
def home(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPPOSABLE_HOME", str(prepared))
    monkeypatch.chdir(tmp_path)
    return prepared


@pytest.fixture
def below_a_file(tmp_path: Path) -> Path:
    """Where nobody can write, not even who may do everything."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "below"


def test_every_command_is_asked() -> None:
    assert TREE.keys() == ASKED.keys() | NOT_ASKED


@pytest.mark.parametrize("path", TREE)
def test_it_says_what_it_does(path: str) -> None:
    assert ask(path, "--help").exit_code == 0


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("path", [path for path, asked in ASKED.items() if VENDOR in asked])
def test_a_vendor_that_nobody_knows_is_met_by_its_neighbour(path: str) -> None:
    asked = ("claire" if one == VENDOR else one for one in ASKED[path])
    outcome = ask(path, *asked)
    assert (outcome.exit_code, f"did you mean {VENDOR}?" in outcome.output) == (2, True), outcome.output


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("path", "option"),
    [
        (path, option)
        for path, command in TREE.items()
        if path not in NOT_ASKED
        for one in command.params
        for option in getattr(one, "opts", ())
        if option in DATES and (path, option) not in FILES
    ],
)
def test_a_date_that_is_none_is_named_by_its_option(path: str, option: str) -> None:
    outcome = ask(path, *ASKED[path], option, "2026-13-45")
    assert outcome.exit_code == 2
    assert option in outcome.output


@pytest.mark.parametrize("path", sorted(ASKED.keys() - SLOW))
def test_without_a_home_and_where_none_can_be_it_ends_in_words(
    path: str, tmp_path: Path, below_a_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for home in (tmp_path / "none", below_a_file):
        monkeypatch.setenv("OPPOSABLE_HOME", str(home))
        assert ask(path, *ASKED[path]).exit_code in (0, 1, 2)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("path", "option", "asked"),
    [
        ("agenda", "--ics", ()),
        ("replay", "--html", ASKED["replay"]),
        ("rules diff", "--csv", ASKED["rules diff"]),
        ("rules page", "--out", ()),
        ("candidates compare", "--html", (VENDOR,)),
        ("contracts init", "--out", ("nouveau", "--from", "leads.csv")),
        ("control-file", "--html", DAYS),
    ],
)
def test_what_cannot_be_written_is_named(
    path: str, option: str, asked: tuple[str, ...], tmp_path: Path, below_a_file: Path
) -> None:
    (tmp_path / "leads.csv").write_text("email;telephone\nada@example.fr;0612345678\n")
    outcome = ask(path, *asked, option, str(below_a_file))
    assert outcome.exit_code == 2
    assert f"{option}: {below_a_file} can't be written" in outcome.output


@pytest.mark.usefixtures("home")
def test_where_no_terminal_bounds_it_a_table_is_as_wide_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    lines = ask("rules list", "--lang", "fr").output.splitlines()
    assert max(map(len, lines)) > 100
    shown = ask("rules show", "proof_individual_record", "--lang", "fr").output
    assert ("respectée si" in shown, "pass when" in shown) == (True, False)


@pytest.mark.usefixtures("home")
def test_a_trial_of_the_retention_says_what_it_would_do() -> None:
    assert "call lists would be removed: 0" in ask("retention run", "--dry-run").output


@pytest.mark.usefixtures("home")
def test_a_replay_of_a_range_without_deliveries_says_so() -> None:
    outcome = ask("replay", *ASKED["replay"])
    assert (outcome.exit_code, "No delivery of this range is judged." in outcome.output) == (0, True)

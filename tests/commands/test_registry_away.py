"""A registry that can't be reached ends every command that asks it in words, and none in a traceback."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from tests.support.exemple import sign

NOBODY_LISTENS = "postgresql+psycopg://house:secret@127.0.0.1:1/registry"


@pytest.mark.parametrize(
    "arguments",
    [
        ("review", "list"),
        ("agenda",),
        ("contracts", "drift", "acme"),
        ("contracts", "review", "acme"),
        ("candidates", "gate", "acme"),
        ("receipts", "list"),
        ("reconcile", "--from", "2026-08-01", "--to", "2026-08-01"),
    ],
)
def test_it_is_said_in_words_with_status_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    sign(tmp_path, "acme")
    said = CliRunner().invoke(
        app, arguments, env={"OPPOSABLE_HOME": str(tmp_path), "OPPOSABLE_DATABASE_URL": NOBODY_LISTENS}
    )
    assert isinstance(said.exception, SystemExit), said.exception
    assert (said.exit_code, "OPPOSABLE_DATABASE_URL" in said.output) == (2, True), said.output
    assert "secret" not in said.output

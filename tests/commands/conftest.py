"""Fixtures of the commands: `opposable oppositions import` on a home of the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    monkeypatch.setenv("OPPOSABLE_HOME", str(tmp_path / "home"))
    from pipelines.commands.oppositions import app

    def invoke(*arguments: object) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["import", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return invoke

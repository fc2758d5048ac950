"""Fixtures that several test files share: one demo, run once, as a newcomer runs it."""

import pytest

from tests.support.programs import Demo, run_program

pytest_plugins = ["tests.support.postgres"]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    home = tmp_path_factory.mktemp("demo") / "home"
    result = run_program(home, "demo")
    assert result.returncode == 0, result.stderr
    return Demo(home, result.stdout, result.stderr)

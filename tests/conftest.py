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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs a whole file, and one runs all that stands on the demo: what a fixture makes is made once."""
    for item in items:
        is_of_demo = "demo" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("demo" if is_of_demo else str(item.path)))

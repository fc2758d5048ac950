"""Fixtures that several test files share: one demo, run once, as a newcomer runs it; and how tests are spread."""

from typing import Any

import pytest

from tests.support.programs import Demo, run_program
from tests.support.scratch import use_memory
from tests.support.spreading import Spreading, longest_first, workers

pytest_plugins = ["tests.support.object_stores", "tests.support.postgres", "tests.support.spark"]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    home = tmp_path_factory.mktemp("demo") / "home"
    result = run_program(home, "demo")
    assert result.returncode == 0, result.stderr
    return Demo(home, result.stdout, result.stderr)


def pytest_configure() -> None:
    use_memory()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


def pytest_xdist_auto_num_workers() -> int:
    return workers()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spreading:
    return Spreading(config, log)

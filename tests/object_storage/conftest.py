"""Two machines that share an object store."""

from pathlib import Path

import pytest

from pipelines.house import House
from tests.support.object_stores import machine


@pytest.fixture
def a(tmp_path: Path, store_url: str) -> House:
    return machine(tmp_path / "a", store_url)


@pytest.fixture
def b(tmp_path: Path, store_url: str) -> House:
    return machine(tmp_path / "b", store_url)

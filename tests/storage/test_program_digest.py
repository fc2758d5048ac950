"""A process that goes on while its files change is no program that anybody could name."""

import shutil
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from pipelines.storage import program_digest as ours

Begun = Callable[[], str | None]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small program, and a library beside it that it does not name itself."""
    (tmp_path / "program" / "storage").mkdir(parents=True)
    (tmp_path / "program" / "card.yaml").write_text("id: one")
    shutil.copy(ours.__file__, tmp_path / "program" / "storage")
    (tmp_path / "libraries" / "deep-1.0.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "libraries")])
    return tmp_path


def begin(installed: Path) -> Begun:
    """What a process knows of itself that begins now."""
    spec = spec_from_file_location("begun", installed / "program" / "storage" / "program_digest.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Begun = module.program_digest
    return found


def edit(installed: Path) -> None:
    (installed / "program" / "card.yaml").write_text("id: two")


def add(installed: Path) -> None:
    (installed / "program" / "other.yaml").write_text("id: one")


def upgrade(installed: Path) -> None:
    (installed / "libraries" / "deep-1.0.dist-info").rename(installed / "libraries" / "deep-1.1.dist-info")


@pytest.mark.parametrize("change", [edit, add, upgrade])
@pytest.mark.parametrize("is_asked_before", [False, True])
def test_once_its_files_change_a_process_has_no_digest_and_the_next_has_another(
    installed: Path, change: Callable[[Path], None], is_asked_before: bool
) -> None:
    began = begin(installed)
    before = begin(installed)()
    assert before is not None
    assert not is_asked_before or began() == before
    change(installed)
    assert began() is None
    after = begin(installed)()
    assert after not in (None, before)


def test_what_is_compiled_meanwhile_changes_nothing(installed: Path) -> None:
    began = begin(installed)
    before = began()
    (installed / "program" / "__pycache__").mkdir()
    (installed / "program" / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert began() == before

"""dbt's manifest is made where it is missing or old, as in a fresh clone, and left alone otherwise."""

import shutil
from pathlib import Path

import pytest

from pipelines.marts.manifest import PROJECT, ManifestError, make_manifest


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECT, tmp_path / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))


def test_a_fresh_clone_gets_its_manifest_once_and_again_after_a_change(clone: Path) -> None:
    assert make_manifest(clone)
    assert (clone / "target" / "manifest.json").exists()
    assert not make_manifest(clone)
    next(clone.rglob("*.yml")).touch()
    assert make_manifest(clone)


def test_a_project_that_dbt_cannot_parse_is_told_in_its_words(clone: Path) -> None:
    (clone / "models" / "broken.yml").write_text("models: [", encoding="utf-8")
    with pytest.raises(ManifestError, match=r"broken\.yml"):
        make_manifest(clone)

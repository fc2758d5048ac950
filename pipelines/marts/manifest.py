"""dbt's manifest: where it lies, and how it is made. What is built from it is in `assets.marts`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parents[2] / "dbt_project"
MANIFEST: Final = PROJECT / "target" / "manifest.json"
_PARSE: Final = (sys.executable, "-P", "-m", "dbt.cli.main", "--quiet", "parse")
_ENDINGS: Final = (".sql", ".yml")


class ManifestError(RuntimeError):
    """dbt can't parse the project; the message is dbt's."""


def make_manifest(project: Path = PROJECT) -> bool:
    """Parse the project, unless its manifest is newer than every file of it; whether it was parsed.

    Raises:
        ManifestError: dbt can't parse it.
    """
    manifest = project / "target" / "manifest.json"
    if manifest.exists() and manifest.stat().st_mtime > _last_change(project):
        return False
    places = {"DBT_PROJECT_DIR": str(project), "DBT_PROFILES_DIR": str(project), "DBT_OPPOSABLE_LAKE": "/nowhere"}
    quiet = {"DBT_OPPOSABLE_MARTS": ":memory:", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    found = subprocess.run(_PARSE, env={**os.environ, **places, **quiet}, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter, our own arguments
    if found.returncode:
        raise ManifestError(f"dbt can't parse {project}:\n{found.stdout}{found.stderr}")
    os.utime(manifest)  # dbt leaves an equal manifest as it is
    return True


def _last_change(project: Path) -> float:
    files = (path for ending in _ENDINGS for path in project.rglob(f"*{ending}") if "target" not in path.parts)
    return max(path.stat().st_mtime for path in files)


if __name__ == "__main__":
    make_manifest()

"""The program `opposable` as a user runs it: in a process of its own, with no settings but the home's."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT


@dataclass(frozen=True)
class Demo:
    """The home that `opposable demo` left, and what it said."""

    home: Path
    output: str
    errors: str

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the program on this home."""
        return run_program(self.home, *arguments)


def run_program(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPPOSABLE_")}
    environment |= {"OPPOSABLE_HOME": str(home), "COLUMNS": "200", **variables}
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

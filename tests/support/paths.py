"""Where the repository, its product and the tests' data lie."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ROOT / "pipelines"
DATA = ROOT / "tests" / "data"

"""All tools and ours on the files of one delivery, one after the other, each in a process of its own."""

import sys
from pathlib import Path
from typing import Final

from benchmarks.data import DAY, SIREN
from benchmarks.figures.axes import OPPOSITIONS_PER_LEAD, Sizes
from benchmarks.figures.homes import home_of
from benchmarks.measure import output_of
from benchmarks.open_stack.questions import Answers, answers_of

ENVIRONMENT: Final = Path(__file__).parents[2] / ".venv-open-stack"
OURS: Final = "Opposable"
NAMES: Final = {
    "contract_test": "datacontract-cli `test`",
    "frame_checks": "Pandera on Polars",
    "links": "Splink",
}
"""By module."""


def side_by_side(folder: Path, leads: int, environment: Path = ENVIRONMENT) -> dict[str, Answers]:
    """What each answers, by its name; ours first.

    Raises:
        FileNotFoundError: the tools' environment is not there.
        RuntimeError: one of them failed.
    """
    python = environment / "bin" / "python"
    if not python.exists():
        raise FileNotFoundError(f"expected the tools in {environment.name}: `make figures` installs them")
    home = home_of(folder, Sizes(leads, OPPOSITIONS_PER_LEAD * leads))
    (contract,), (delivery,) = (home / "contracts").rglob("*.odcs.yaml"), (home / "inbox").rglob(DAY.isoformat())
    arguments = {
        "contract_test": [str(contract), str(delivery), SIREN],
        "frame_checks": [str(delivery), SIREN],
        "links": [str(delivery)],
    }
    found = {OURS: _told("ours", [str(home)], sys.executable)}
    return found | {NAMES[name]: _told(name, given, str(python)) for name, given in arguments.items()}


def _told(name: str, arguments: list[str], python: str) -> Answers:
    answers = answers_of(output_of(f"benchmarks.open_stack.{name}", arguments, python=python))
    print(f"{name}: {answers.took.cpu_seconds:.1f} s of CPU", file=sys.stderr)
    return answers

"""The questions that a DPO asks of a delivery, and what a tool says: how many faults it found, at what cost."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import metadata, version
from typing import Final

from benchmarks.measure import cpu_seconds
from benchmarks.stopwatch import Stopwatch, Took, whole_of

QUESTIONS: Final = {
    "columns": "Are the promised columns there, and the required ones filled?",
    "values": "Is each e-mail and phone one?",
    "rows": "Which rows are wrong, each by its line?",
    "duplicate": "Was a person sold twice?",
    "proof": "Is there a proof of each lead's consent?",
    "person": "Does the proof belong to the lead's person?",
    "named": "Does the consent name us?",
    "in_time": "Given within the year, and not withdrawn?",
    "channel": "Does it cover each channel of use?",
    "opposed": "Had the person objected?",
    "attribution": "Who answers for each fault?",
    "receipt": "What does the vendor get told?",
    "score": "What does it make of the vendor?",
}
"""By key. Each is answered by how many leads, proofs, rows or lines are concerned."""
EMAIL: Final = r"^\s*[A-Za-z0-9_+.\-]+@([A-Za-z0-9\-]+\.)+[A-Za-z]{2,}\s*$"
PHONE: Final = r"^((\+|00)33|0)\s*[1-9]([\s.]*\d){8}$"
"""As tools without rules for identifiers are told them: French numbers alone."""


@dataclass(frozen=True)
class Answers:
    """What one tool says, and what it took."""

    start_up_cpu_seconds: float
    """Before the work: the interpreter and every import."""
    took: Took
    found: Mapping[str, int]
    """By question that it answers."""
    packages: Mapping[str, str]
    """Versions."""
    licences: Mapping[str, str]


def answered(work: Callable[[], Mapping[str, int]], packages: tuple[str, ...]) -> Answers:
    """Do a tool's work, timed."""
    start_up, watch = cpu_seconds(), Stopwatch()
    with watch.stage("work"):
        found = work()
    versions = {package: version(package) for package in packages}
    return Answers(
        round(start_up, 2), whole_of(watch.took), found, versions, {one: licence_of(one) for one in packages}
    )


def licence_of(package: str) -> str:
    """As an installed package states it, in short."""
    told = metadata(package)
    classified = [one.rpartition(":: ")[2] for one in told.get_all("Classifier") or [] if one.startswith("License ::")]
    return told.get("License-Expression") or " ".join(classified).removesuffix(" License") or "not stated"


def print_answers(answers: Answers) -> None:
    """As the last line of the process, for `answers_of`."""
    print(json.dumps(asdict(answers)))


def answers_of(printed: str) -> Answers:
    """What a tool's process printed as its last line."""
    told = json.loads(printed.splitlines()[-1])
    return Answers(**told | {"took": Took(**told["took"])})

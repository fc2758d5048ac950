"""What a suite of expectations found in a mart. Running suites is in `validation`, drawing them in `data_docs`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SuiteResult:
    """What a suite says of the published marts."""

    name: str
    mart: str
    is_about_us: bool
    expectation_count: int
    unmet: tuple[str, ...]
    """What is not as expected, in words: column, expectation, how many rows, the first of them."""
    page: Path
    """Its page of the Data Docs."""

    @property
    def is_met(self) -> bool:
        """True when everything is as expected."""
        return not self.unmet

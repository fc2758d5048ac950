"""How test files are spread over pytest-xdist's workers: what a module makes is made once, the longest begin first.

Many of these files wait for servers and daemons: one worker more than there are cores leaves no core idle.
"""

import os
from typing import Any, Final

from xdist.scheduler import LoadFileScheduling

USERS_OF_DEMO: Final = ("tests/whole/test_demo.py", "tests/orchestration/test_ui_in_browser.py")
USERS_OF_MARTS: Final = ("tests/marts/test_quality.py", "tests/marts/test_dbt.py")
LONGEST_FIRST: Final = (
    "tests/orchestration/test_ways_to_start.py",
    *USERS_OF_DEMO,
    "tests/engines/test_spark_parity.py",
    "tests/orchestration/test_schedules.py",
    *USERS_OF_MARTS,
    "tests/intake/test_whole.py",
    "tests/whole/test_canary.py",
    "tests/whole/test_chaos.py",
    "tests/drafts/test_drafts.py",
    "tests/upkeep/test_rotation.py",
    "tests/whole/test_truth.py",
    "tests/whole/test_reproducibility.py",
    "tests/verdicts/test_unread_noes.py",
    "tests/orchestration/test_backfills.py",
    "tests/oppositions/test_no_spelling_escapes.py",
    "tests/orchestration/test_checks.py",
    "tests/usable/test_open_answers.py",
    "tests/dossiers/test_pages_in_browser.py",
    "tests/orchestration/test_vendors_apart.py",
    "tests/orchestration/test_absences.py",
)
"""Files that take the longest, in the order of their beginning."""
USERS_OF_SPARK: Final = ("tests/engines/test_interface.py", "tests/engines/test_spark")


class Spreading(LoadFileScheduling):  # type: ignore[misc]
    """A file to a worker; to the same one those that use the demo, those that use the marts of a lake written by hand,
    and those that use the Spark server."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        if file.startswith(USERS_OF_SPARK):
            return "spark"
        if file in USERS_OF_MARTS:
            return "marts"
        return "demo" if file in USERS_OF_DEMO else file


def workers() -> int:
    """How many processes `-n auto` means."""
    return len(os.sched_getaffinity(0)) + 1


def longest_first(items: list[Any]) -> None:
    """Put tests into the order in which files are handed out."""
    places = {file: place for place, file in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.nodeid.split("::")[0], len(places)))

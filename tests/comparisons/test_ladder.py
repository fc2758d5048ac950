"""Steps from what stood to what is known: every flip has one cause, and causes sum to the flips, whatever happens."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.comparisons.ladder import STATES, Ladder, judges_of
from pipelines.comparisons.replays import _flips
from pipelines.engines.named import engine_named
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.storage.lake import Lake
from pipelines.vocabulary.words import FLIP_CAUSES

DAY = date(2026, 9, 7)
CAUSES = FLIP_CAUSES[1:]
"""Without the first, which rules can turn into another."""
VERDICTS = st.sampled_from(["usable", "on_hold", "blocked", None])
PATHS = st.lists(st.lists(VERDICTS, min_size=len(CAUSES) + 1, max_size=len(CAUSES) + 1), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def ladder(tmp_path_factory: pytest.TempPathFactory) -> Ladder:
    engine, lake = engine_named("duckdb", threads=1), Lake(tmp_path_factory.mktemp("lake"))
    return Ladder(engine, lake, "acme", load_catalogue(), judges_of(engine, lake))


def states(verdicts: list[str | None]) -> pa.Table:
    rows = [
        {"delivery_date": DAY, "lead_id": f"L-{at}", "channel": "email", "verdict": verdict, "rules": []}
        | {"charged_rules": [], "charged_dimensions": []}
        for at, verdict in enumerate(verdicts)
        if verdict is not None
    ]
    return pa.Table.from_pylist(rows, schema=STATES)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(PATHS)
def test_each_flip_has_the_last_cause_that_moved_it_and_causes_sum_to_the_flips(
    ladder: Ladder, paths: list[list[str | None]]
) -> None:
    tables = [states([path[step] for path in paths]) for step in range(len(CAUSES) + 1)]
    steps = ladder.climb(tables[0], list(zip(CAUSES, tables[1:], strict=True)))
    flips = {row["lead_id"]: row["cause"] for row in _flips(ladder, tables[0], tables[-1], [steps]).to_pylist()}
    expected = {
        f"L-{at}": [cause for cause, old, new in zip(CAUSES, path, path[1:], strict=False) if old != new][-1]
        for at, path in enumerate(paths)
        if path[0] != path[-1]
    }
    assert flips == expected

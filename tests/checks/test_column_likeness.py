"""References that look like what another column holds are named; those that count leads are not."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.checks.column_likeness import unlike_references
from pipelines.vocabulary.tables import arrow_schema
from tests.support.houses import house_at

DAY = date(2026, 8, 11)
POSTAL = ["69001", "69002", "69003", "01000"]


def faults(tmp_path: Path, consent_ids: Sequence[str | None]) -> list[str]:
    rows = [
        {"vendor": "acme", "delivery_date": DAY, "lead_id": f"L{number}", "consent_id": consent_id}
        for number, consent_id in enumerate(consent_ids)
    ]
    leads = pa.Table.from_pylist(rows, schema=arrow_schema("leads"))
    house = house_at(tmp_path)
    with house.lake.writing("acme"):
        house.lake.publish("acme", DAY, {"leads": leads})
    return [str(fault) for fault in unlike_references(house.judge.engine, house.lake, {"acme": [DAY], "none": [DAY]})]


@pytest.mark.parametrize(
    ("consent_ids", "thing"),
    [
        (POSTAL * 4, "postal codes"),
        ([*POSTAL * 4, *[f"C{number}" for number in range(15)]], "postal codes"),
        ([f"2026-08-{day:02}T09:00:00" for day in range(1, 20)], "dates"),
        ([f"{day}/08/2026 09:00" for day in range(1, 20)], "dates"),
        (["Oui", "non"] * 8, "yes and no"),
        ([f"https://exemple.fr/{number}" for number in range(20)], "web addresses"),
    ],
)
def test_references_that_look_like_another_column_are_named(tmp_path: Path, consent_ids: list[str], thing: str) -> None:
    told = f"most values of `consent_id` look like {thing}: is a column missing or mapped by mistake?"
    assert faults(tmp_path, consent_ids) == [f"acme 2026-08-11 leads: {told}"]


@pytest.mark.parametrize(
    "consent_ids",
    [
        [f"{number}" for number in range(10_000, 10_020)],
        POSTAL,
        [*POSTAL * 4, *[f"C{number}" for number in range(16)]],
        [None] * 20,
        [f"C-2026-08-{number:02}" for number in range(20)],
    ],
)
def test_references_that_may_well_be_references_are_not(tmp_path: Path, consent_ids: list[str | None]) -> None:
    assert faults(tmp_path, consent_ids) == []

"""What was measured of the bounds on simulated vendors, as pages show it (`measured_coverage.yaml`).

It is measured in `benchmarks/score_coverage.py`.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

MEASURED: Final = Path(__file__).with_name("measured_coverage.yaml")


@dataclass(frozen=True)
class MeasuredRow:
    """Vendors of one kind, and by way of making bounds what came of it; shares of vendors and rates in [0, 1]."""

    deliveries: str
    rate: float
    correlation: float
    ways: Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True)
class MeasuredTable:
    """Rows that were measured together."""

    vendors: int
    days: int
    seed: int
    rows: tuple[MeasuredRow, ...]

    @property
    def ways(self) -> tuple[str, ...]:
        """What was compared."""
        return tuple(self.rows[0].ways)


@functools.cache
def measured() -> dict[str, MeasuredTable]:
    """The tables by name: `coverage`, `spells`, `told`."""
    written: dict[str, dict[str, Any]] = yaml.safe_load(MEASURED.read_text(encoding="utf-8"))
    return {
        name: MeasuredTable(**{**table, "rows": tuple(MeasuredRow(**row) for row in table["rows"])})
        for name, table in written.items()
    }

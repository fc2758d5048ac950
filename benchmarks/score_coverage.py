"""How often bounds of a vendor's rate miss the truth, and how wide they are: `python -m benchmarks.score_coverage`.

What is kept is shown in `docs/scores.md` and on the page of the method. Vendors are simulated (`simulated_vendors`) and
looked at after every delivery; one is missed if its bounds leave the truth out on any day. Which truth: what the
process aims at, or what the days delivered so far had. Methods' numbers were chosen on other seeds than the default.
"""

import argparse
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any, Final

import numpy as np
import yaml

from benchmarks.rival_bounds import Bounds, Counts, betting, blocks_as_unit, delivery_as_unit, wilson
from benchmarks.simulated_vendors import SCENARIOS, SPELLS, Scenario, Shape, Simulated, simulate
from pipelines.scores.confidence import confidence_sequence
from pipelines.scores.confidence_method import ConfidenceMethod
from pipelines.scores.measured import MEASURED
from pipelines.scores.method import shipped_methods

RATES: Final = (0.001, 0.01, 0.05)
CORRELATIONS: Final = (0.0, 0.02, 0.1)
SHOWN_DELIVERY: Final = 90
VENDORS_AT_ONCE: Final = 250
TOLERANCE: Final = 0.01

KEPT: Final = {
    "coverage": ("missed", "upper"),
    "spells": ("missed", "missed_below", "missed_window", "upper"),
    "told": ("told", "told_after"),
}
"""By table, what is kept of each cell."""
HEAD: Final = (
    "# Made by `python -m benchmarks.score_coverage --keep`; shown in docs/scores.md and on the page of the method.\n"
)

Row = tuple[Scenario, float, float]
Ways = Mapping[str, Callable[[Counts, Counts], Bounds]]
"""By name, what makes bounds after each delivery of the leads received and the defective ones."""


@dataclass(frozen=True)
class Coverage:
    """What one way does on some vendors; shares of vendors and rates in [0, 1].

    Attributes:
        missed: bounds that left the rate of the process out on any day.
        missed_below: of these, upper bounds below it: a conformity that could be shown wrongly.
        missed_window: bounds that left out, on any day, the rate of what was delivered so far.
        upper: mean upper bound after the shown delivery.
        told: share whose lower bound is above the tolerance at the end.
        told_after: deliveries after which that is so, for half of the vendors; infinite if it is not.
    """

    missed: float
    missed_below: float
    missed_window: float
    upper: float
    told: float
    told_after: float


def house_bounds(received: Counts, defective: Counts, method: ConfidenceMethod) -> Bounds:
    """The bounds of a version of the method."""
    sequence = confidence_sequence(received, defective, method)
    return sequence.lower, sequence.upper


def ways() -> Ways:
    """Every way to be compared."""
    versions = {method.version: method.grading.confidence for method in shipped_methods().versions}
    newest = list(versions.values())[-1]
    return {
        "Wilson daily": partial(wilson, miscoverage=newest.miscoverage),
        "betting on deliveries": partial(betting, miscoverage=newest.miscoverage),
        "delivery as unit": partial(delivery_as_unit, method=newest),
        "blocks of 14 days": partial(blocks_as_unit, method=newest, days=14),
        **{f"method {version}": partial(house_bounds, method=numbers) for version, numbers in versions.items()},
    }


def coverage(vendors: Simulated, found: Bounds) -> Coverage:
    """What bounds do on simulated vendors (arrays of vendors by deliveries)."""
    lower, upper = found
    below, is_told = upper < vendors.process, lower > TOLERANCE
    days = np.where(is_told.any(axis=1), is_told.argmax(axis=1) + 1.0, np.inf)
    return Coverage(
        missed=_share((lower > vendors.process) | below),
        missed_below=_share(below),
        missed_window=_share((lower > vendors.window) | (upper < vendors.window)),
        upper=float(upper[:, min(SHOWN_DELIVERY, upper.shape[1]) - 1].mean()),
        told=float(is_told[:, -1].mean()),
        told_after=float(np.median(days)),
    )


def measure(
    scenario: Scenario, rate: float, correlation: float, shape: Shape, seed: int, compared: Ways
) -> dict[str, Coverage]:
    """One row of a table, in portions that fit into memory; its random numbers depend on no other row."""
    named = zlib.crc32(f"{scenario.name} {rate} {correlation}".encode())
    rng = np.random.default_rng([seed, named])
    sizes = [min(VENDORS_AT_ONCE, shape[0] - first) for first in range(0, shape[0], VENDORS_AT_ONCE)]
    portions: list[dict[str, Coverage]] = []
    for size in sizes:
        vendors = simulate(rng, scenario, rate, correlation, (size, shape[1]))
        portions.append(
            {name: coverage(vendors, way(vendors.received, vendors.defective)) for name, way in compared.items()}
        )
    return {name: _pooled([portion[name] for portion in portions], sizes) for name in compared}


def _pooled(portions: list[Coverage], sizes: list[int]) -> Coverage:
    return Coverage(
        *(
            float(np.average([getattr(one, name) for one in portions], weights=sizes))
            for name in Coverage.__match_args__
        )
    )


def tables() -> dict[str, list[Row]]:
    """What is measured for each table: scenario, true rate, correlation within deliveries."""
    return {
        "coverage": list(product(SCENARIOS, RATES, CORRELATIONS)),
        "spells": [(scenario, TOLERANCE, 0.0) for scenario in SPELLS],
        "told": [(SCENARIOS[0], 2 * TOLERANCE, correlation) for correlation in CORRELATIONS],
    }


def measured_rows(name: str, rows: list[Row], shape: Shape, seed: int, compared: Ways) -> Iterator[dict[str, Any]]:
    """The rows of a table as they are kept, one after the other."""
    for scenario, rate, correlation in rows:
        found = measure(scenario, rate, correlation, shape, seed, compared)
        cells = {way: {key: _kept(getattr(one, key)) for key in KEPT[name]} for way, one in found.items()}
        yield {"deliveries": scenario.name, "rate": rate, "correlation": correlation, "ways": cells}


def main() -> None:
    """Measure, print, and keep if it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vendors", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=20260811)
    parser.add_argument("--only", choices=tuple(KEPT), action="append", help="one of the tables")
    parser.add_argument("--keep", action="store_true", help=f"write them into {MEASURED.name}, for the pages")
    arguments = parser.parse_args()
    compared, shape = ways(), (arguments.vendors, arguments.days)
    kept: dict[str, Any] = yaml.safe_load(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    for name, rows in tables().items():
        if arguments.only and name not in arguments.only:
            continue
        found = []
        for row in measured_rows(name, rows, shape, arguments.seed, compared):
            print(row, flush=True)
            found.append(row)
        kept[name] = {"vendors": shape[0], "days": shape[1], "seed": arguments.seed, "rows": found}
    if arguments.keep:
        MEASURED.write_text(HEAD + yaml.safe_dump(kept, sort_keys=False, width=200), encoding="utf-8")


def _kept(value: float) -> float | None:
    """Four digits are enough; None for what did not happen."""
    return float(f"{value:.4g}") if np.isfinite(value) else None


def _share(missed: Any) -> float:
    """Share of vendors missed on any day."""
    return float(missed.any(axis=1).mean())


if __name__ == "__main__":
    main()

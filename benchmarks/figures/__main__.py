"""`python -m benchmarks.figures`: measures each stage along each axis, and writes tables and a chart into the pages.

What was measured stands in `benchmarks/results/`; pages are rendered from there, again with `--render`. A run that was
interrupted goes on with `--resume`.
"""

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.figures.axes import AXES
from benchmarks.figures.pages import render
from benchmarks.figures.results import OPEN_STACK, RESULTS, Machine, Results, load, save
from benchmarks.figures.running import measure_axis, measure_open_stack
from benchmarks.figures.slopes import STEEP
from benchmarks.figures.tables import steep_said

_PARTS: Final = (*(axis.name for axis in AXES), OPEN_STACK)


def main() -> None:
    """Measure, keep, render; say what grows too fast."""
    options = _figures_options()
    results = load(options.results) if options.render else _measured_figures(options)
    if options.results == RESULTS:
        render(results)
    for what in steep_said(results):
        print(f"SLOPE ABOVE {STEEP}: {what}", file=sys.stderr)


def _measured_figures(options: argparse.Namespace) -> Results:
    results = load(options.results) if options.resume else Results("quick" if options.quick else "full", Machine.here())
    keep = partial(save, path=options.results)
    with tempfile.TemporaryDirectory(prefix="opposable-figures-", dir=options.folder) as name:
        for axis in AXES:
            if axis.name in options.only:
                results = measure_axis(axis, Path(name) / axis.name, results, keep, with_largest=options.largest)
        if OPEN_STACK in options.only and not results.open_stack:
            results = measure_open_stack(Path(name) / OPEN_STACK, results, keep)
    return results


def _figures_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.figures", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: under ten minutes on two quiet cores")
    parser.add_argument("--largest", action="store_true", help="10,000,000 leads and 100,000,000 oppositions as well")
    parser.add_argument("--resume", action="store_true", help="measure only what the results lack")
    parser.add_argument("--render", action="store_true", help="measure nothing, write the pages again")
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=_PARTS, help="some axes")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where what was measured is kept")
    parser.add_argument("--folder", type=Path, help="where the temporary homes are made")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""Homes of any size: contracts, deliveries, a secret, a snapshot of oppositions; written once, linked for each step."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

from benchmarks.backfill import vendor_names
from benchmarks.data import DAY, write_key, write_oppositions, write_vendor
from benchmarks.figures.axes import Sizes


def home_of(folder: Path, sizes: Sizes) -> Path:
    """A fresh home of so much work; what is delivered is shared with others of the same size."""
    home = folder / "step"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(
        prepare(folder, sizes), home, copy_function=os.link
    )  # outputs are moved into place, never written over
    return home


def prepare(folder: Path, sizes: Sizes) -> Path:
    """What is delivered, in its place below a folder, written where it is not there yet."""
    kept = folder / f"{sizes.leads}-{sizes.oppositions}-{sizes.days}-{sizes.vendors}"
    if not kept.exists():
        _write_home(kept, sizes)
    return kept


def _write_home(home: Path, sizes: Sizes) -> None:
    write_key(home)
    days = [DAY - timedelta(days=back) for back in reversed(range(sizes.days))]
    for number, vendor in enumerate(vendor_names(sizes.vendors)):
        write_vendor(home, vendor, first_number=number * sizes.days * sizes.leads, days=days, leads=sizes.leads)
    write_oppositions(home, leads=sizes.leads * sizes.days * sizes.vendors, count=sizes.oppositions)

"""Each vendor's latest delivery beside its own past: what would be no surprise. Whether it is one, the suites say.

Robust on purpose: a limit made of medians is not moved by the few bad days that it is there to show.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from math import sqrt
from operator import itemgetter
from statistics import median
from typing import Any, Final

import pyarrow as pa

LEAST_HISTORY: Final = 7
"""Earlier deliveries without which nothing is expected."""
LONGEST_HISTORY: Final = 28
"""Earlier deliveries that count: a vendor that has grown slowly is its own new measure."""
SURPRISE: Final = 4.0
"""Spreads away from what is usual that are no chance any more: less than one false warning a year for ten vendors."""
NORMAL: Final = 1.4826
"""Median absolute deviations in a standard deviation, for normal values."""

VOLUMES: Final = pa.schema(
    {
        "vendor": pa.string(),
        "delivery_date": pa.date32(),
        "leads_received": pa.int64(),
        "least_expected": pa.float64(),
        "most_expected": pa.float64(),
    }
)
RATES: Final = pa.schema(
    {
        "vendor": pa.string(),
        "dimension": pa.string(),
        "delivery_date": pa.date32(),
        "vendor_defect_rate": pa.float64(),
        "most_expected": pa.float64(),
    }
)

Row = Mapping[str, Any]


def volumes_against_history(deliveries: pa.Table) -> pa.Table:
    """The latest delivery with leads of every vendor that has a history, from `fct_deliveries`; columns `VOLUMES`."""
    delivered = [row for row in deliveries.to_pylist() if row["leads_received"] > 0]
    return pa.Table.from_pylist(
        [
            {**latest, **_volume_bounds([row["leads_received"] for row in past])}
            for latest, past in _latest_and_past(delivered, ("vendor",))
        ],
        schema=VOLUMES,
    )


def rates_against_history(rates: pa.Table) -> pa.Table:
    """The same of the latest final delivery by dimension, from `fct_dimension_rates`; columns `RATES`."""
    final = [row for row in rates.to_pylist() if row["is_final"] and row["leads_received"] > 0]
    return pa.Table.from_pylist(
        [
            {**latest, "most_expected": _rate_limit(past, latest["leads_received"])}
            for latest, past in _latest_and_past(final, ("vendor", "dimension"))
        ],
        schema=RATES,
    )


def _latest_and_past(rows: list[Row], key: tuple[str, ...]) -> Iterator[tuple[Row, list[Row]]]:
    def place(row: Row) -> tuple[str, ...]:
        return tuple(row[name] for name in key)

    def when(row: Row) -> date:
        on: date = row["delivery_date"]
        return on

    ordered = sorted(rows, key=lambda row: (place(row), when(row)))
    for _, group in groupby(ordered, key=place):
        *past, latest = group
        if len(past) >= LEAST_HISTORY:
            yield latest, past[-LONGEST_HISTORY:]


def _volume_bounds(past: list[int]) -> dict[str, float]:
    """Median ± `SURPRISE` spreads; a spread is never less than the root of the median: that of chance arrivals."""
    middle = median(past)
    spread = max(_standard_spread(past), sqrt(middle), 1.0)
    return {"least_expected": max(0.0, middle - SURPRISE * spread), "most_expected": middle + SURPRISE * spread}


def _rate_limit(past: list[Row], leads: int) -> float:
    """The greater of median + `SURPRISE` spreads and what as many spreads of independent leads at the past's rate make.

    The latter on the scale of roots, where a count's spread is a half whatever its mean (Anscombe): so one defect of a
    vendor that never had any is no surprise.
    """
    received, defective = (sum(map(itemgetter(name), past)) for name in ("leads_received", "leads_vendor_defective"))
    rate = (defective + 0.5) / (received + 1)
    past_rates: list[float] = [row["vendor_defect_rate"] for row in past]
    by_chance = (sqrt(rate) + SURPRISE / 2 / sqrt(leads)) ** 2
    return min(1.0, max(median(past_rates) + SURPRISE * _standard_spread(past_rates), by_chance))


def _standard_spread(values: list[int] | list[float]) -> float:
    middle = median(values)
    return NORMAL * median(abs(value - middle) for value in values)

"""How steeply what is measured grows: the exponent of the power of the size that fits best."""

import math
from collections.abc import Sequence
from typing import Final

STEEP: Final = 1.05
"""Above this it grows faster than the work."""


def slope(sizes: Sequence[float], values: Sequence[float]) -> float | None:
    """Least squares on logarithms of both; None with fewer than two sizes, or where a value is nothing.

    1: in proportion; 2: by the square; 0: whatever the size.
    """
    if len(set(sizes)) < 2 or min(values) <= 0:
        return None
    across, up = [math.log(size) for size in sizes], [math.log(value) for value in values]
    middle, height = sum(across) / len(across), sum(up) / len(up)
    covered = sum((x - middle) * (y - height) for x, y in zip(across, up, strict=True))
    return covered / sum((x - middle) ** 2 for x in across)


def serial_share(workers: Sequence[int], seconds: Sequence[float]) -> float | None:
    """The share of the work of one worker that more workers can't divide: Amdahl's law, by least squares.

    T(n) / T(1) = s + (1 - s) / n. None without one worker and more. Beyond 1 they are in each other's way.
    """
    by_count = dict(zip(workers, seconds, strict=True))
    if 1 not in by_count or len(by_count) < 2:
        return None
    alone = by_count.pop(1)
    saved = {count: 1 - 1 / count for count in by_count}
    fitted = sum(saved[count] * (by_count[count] / alone - 1 / count) for count in by_count)
    return fitted / sum(share**2 for share in saved.values())

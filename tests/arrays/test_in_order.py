"""Results of threads come in the order of their items, errors in their place, and no more is at work than may be."""

import sys
import threading
import time
from collections.abc import Iterator

import pytest

from pipelines.arrays.in_order import in_order


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_results_come_in_the_order_of_the_items_whichever_is_done_first(threads: int) -> None:
    def waited(number: int) -> int:
        time.sleep(0.002 * (number % 3 == 0))
        return number * number

    assert list(in_order(waited, range(20), threads)) == [number * number for number in range(20)]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_no_more_items_are_made_than_the_threads_and_one(threads: int) -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            made.append(number)
            yield number

    results = in_order(lambda number: number, items(), threads)
    for taken in range(10):
        assert next(results) == taken
        assert len(made) <= taken + (1 if threads == 1 else threads + 1)


def test_two_threads_are_at_work_at_once() -> None:
    both = threading.Barrier(2, timeout=30)
    assert list(in_order(lambda _: both.wait() >= 0, range(2), 2)) == [True, True]


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_comes_after_the_results_before_it_and_the_switches_are_as_they_were(threads: int) -> None:
    before = sys.getswitchinterval()
    results = in_order(lambda number: 6 // number, [3, 2, 0, 1], threads)
    assert [next(results), next(results)] == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert sys.getswitchinterval() == before

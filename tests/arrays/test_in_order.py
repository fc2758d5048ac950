"""Results of threads come in the order of their items, errors in their place, and no more is at work than may be."""

import sys
import threading
import time
from collections.abc import Iterator

import pytest

from pipelines.arrays.in_order import done_beside, in_order


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


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("count", range(6))
def test_work_beside_is_done_in_order_by_one_other_thread_and_the_last_by_whoever_asks(
    count: int, threads: int
) -> None:
    done: list[tuple[int, bool]] = []
    done_beside(lambda number: done.append((number, in_this_thread())), range(count), threads)
    assert done == [(number, threads == 1 or number == count - 1) for number in range(count)]


def in_this_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def test_the_next_item_is_made_while_one_is_at_work_and_no_more_than_one_waits() -> None:
    done: list[bool] = []
    is_third_made = threading.Event()

    def items() -> Iterator[int]:
        for number in range(10):
            assert number - len(done) <= 2
            if number == 2:
                is_third_made.set()
            yield number

    done_beside(lambda number: done.append(is_third_made.wait(30)), items(), 2)
    assert done == [True] * 10


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_of_work_beside_is_raised_as_it_is_and_nothing_more_is_made_or_done(threads: int) -> None:
    done: list[int] = []
    error, items = OSError("no space"), iter(range(100))

    def fails_at_three(number: int) -> None:
        if number == 3:
            raise error
        done.append(number)

    with pytest.raises(OSError, match="no space") as raised:
        done_beside(fails_at_three, items, threads)
    assert raised.value is error
    assert done == [0, 1, 2]
    assert next(items) <= 6


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_of_who_makes_the_items_ends_the_work_beside(threads: int) -> None:
    done: list[float] = []
    with pytest.raises(ZeroDivisionError):
        done_beside(done.append, (6 / number for number in (3, 2, 1, 0, 1)), threads)
    assert done == [2, 3, 6][: len(done)]


@pytest.mark.parametrize("threads", [1, 2])
def test_where_the_work_and_who_makes_the_items_fail_the_error_is_that_of_the_work(threads: int) -> None:
    is_at_work = threading.Event()

    def fails(_: int) -> None:
        is_at_work.set()
        raise OSError("no space")

    def items() -> Iterator[int]:
        yield from (1, 2)
        assert is_at_work.wait(30)
        raise ValueError("no more items")

    with pytest.raises(OSError, match="no space"):
        done_beside(fails, items(), threads)

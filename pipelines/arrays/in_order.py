"""Work of several threads whose results come in the order in which it was given, or of one beside another.

What the work is belongs elsewhere. Worth it where it is native and lets go of the interpreter: columns, compression,
files.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
_SWITCH_SECONDS: Final = 0.0005
"""How long a thread that needs the interpreter waits for one that does not let go of it: a tenth of Python's own."""


def in_order(function: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """A function of each item, done by so many threads, in the order of the items.

    At most one more item is at work or waits than there are threads. Items are made, and results taken, by whoever
    asks; what the function raises is raised in its place. One thread: all is done by whoever asks, when asked.
    """
    if threads == 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(threads) as pool, _quick_switches():
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def done_beside(function: Callable[[Item], object], items: Iterable[Item], threads: int) -> None:
    """A function of each item, one after another, by one thread while whoever asks makes the next items.

    One item at most is at work while one waits. The last, beside which there is nothing to make, is done by whoever
    asks, as are all with one thread. What the function or the making of items raises is raised, and ends the work: the
    function's where both do, since its item came first.
    """
    if threads == 1:
        for item in items:
            function(item)
        return
    held: list[Item] = []
    at_work: list[Future[object]] = []
    with ThreadPoolExecutor(1) as pool, _quick_switches():
        try:
            for item in items:
                for future in at_work:
                    future.result()
                at_work, held = [pool.submit(function, before) for before in held], [item]
        finally:
            for future in at_work:
                future.result()
    for item in held:
        function(item)


@contextmanager
def _quick_switches() -> Iterator[None]:
    """Within, a thread gets hold of the interpreter soon: each of some thousand native calls has to, when it ends."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, _SWITCH_SECONDS))
    try:
        yield
    finally:
        sys.setswitchinterval(before)

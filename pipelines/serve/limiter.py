"""How often something may be done: so many times within a span, by a key. Kept in memory, and bounded."""

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Final

MOST_KEYS: Final = 10_000


class Limiter:
    """At most `count` times within `seconds`, for each key."""

    def __init__(self, count: int, seconds: float, clock: Callable[[], float]) -> None:
        self._count, self._seconds, self._clock = count, seconds, clock
        self._times: dict[str, deque[float]] = {}
        self._lock = Lock()

    def admits(self, key: str) -> bool:
        """Whether it may be done once more now; if so it counts as done."""
        with self._lock:
            now = self._clock()
            times = self._times.pop(key, deque())
            while times and times[0] <= now - self._seconds:
                times.popleft()
            if is_admitted := len(times) < self._count:
                times.append(now)
            self._times[key] = times  # the youngest stand last
            if len(self._times) > MOST_KEYS:
                del self._times[next(iter(self._times))]
            return is_admitted

    def give_back(self, key: str) -> None:
        """What was admitted last was not done."""
        with self._lock:
            if times := self._times.get(key):
                times.pop()

"""Arrow in a program that makes no frames: it looks for pandas once, and need not load it to learn that."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident

import pyarrow as pa


def go_without_frames() -> None:
    """Have Arrow do without pandas until a frame is asked of it.

    At the first value of Python's Arrow loads pandas (some 0.3 s of CPU), to tell its objects from lists. Here it looks
    once and finds none. Whoever imports pandas has it all the same, and `to_pandas` loads it; Arrow takes a Series that
    did not come from it for a sequence. Where pandas is loaded, nothing is done.
    """
    if "pandas" not in sys.modules:
        with _unfound_pandas():
            pa.scalar(0)


@contextmanager
def _unfound_pandas() -> Iterator[None]:
    finder = _NoPandas(get_ident())
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _NoPandas:
    """Finds no pandas for one thread."""

    def __init__(self, thread: int) -> None:
        self._thread = thread

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """As of `importlib.abc.MetaPathFinder`: None leaves a module to the other finders."""
        if name == "pandas" and get_ident() == self._thread:
            raise ModuleNotFoundError("Arrow does without pandas", name=name)

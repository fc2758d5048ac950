"""Errors that could quote a person's identifier, made into errors that do not."""

from collections.abc import Iterator
from contextlib import contextmanager


class IntakeFaultError(RuntimeError):
    """A fault of ours in the intake. Names table, column and check, or the kind of error; never a value."""


@contextmanager
def errors_without_values(work: str, *telling: type[Exception]) -> Iterator[None]:
    """Turn any error into one without the original's words, which may quote a delivered value.

    Errors in `telling` say themselves what is wrong, and quote nothing: they pass as they are.

    Raises:
        IntakeFaultError: with the traceback of the original.
    """
    passing: tuple[type[Exception], ...] = (IntakeFaultError, *telling)
    try:
        yield
    except passing:
        raise
    except Exception as error:
        fault = IntakeFaultError(f"{work} failed with {type(error).__name__}")
        raise fault.with_traceback(error.__traceback__) from None

"""Errors that could quote a person's identifier, made into errors that do not; and work that goes on after one."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_OURS: Final = ("pipelines", "assets")


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
        fault = IntakeFaultError(f"{work} failed with {type(error).__name__}{_place_in_words(error)}")
        raise fault.with_traceback(error.__traceback__) from None


@dataclass
class LeftVendors:
    """Vendors at whom some work failed, and why: a vendor's failure is that vendor's, and the others' work goes on."""

    work: str
    """As in "the intake failed"."""
    telling: tuple[type[Exception], ...] = ()
    """Errors that say themselves what is wrong, and quote nothing."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Vendor -> why, in words that quote nothing."""

    @contextmanager
    def one(self, vendor: str) -> Iterator[None]:
        """Work for one vendor: an error ends it, and is noted. What stops the whole process goes through."""
        try:
            with errors_without_values(self.work, *self.telling):
                yield
        except Exception as error:
            self.reasons[vendor] = str(error)

    def in_words(self) -> list[str]:
        """A sentence a vendor."""
        return [f"{vendor}: {reason}" for vendor, reason in self.reasons.items()]


def _place_in_words(error: Exception) -> str:
    """Where in our code it happened; source lines and values are left out."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        parts = Path(frame.filename).parts
        home = next((place for place, part in enumerate(parts) if part in _OURS), None)
        if home is not None and parts[-1] != Path(__file__).name:
            return f" at {'/'.join(parts[home:])}:{frame.lineno}"
    return ""

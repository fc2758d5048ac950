"""A program that is killed at its n-th step that changes something on the disk."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest

STEPS = ("replace", "unlink", "fsync")
_REAL = {name: getattr(os, name) for name in STEPS}


class Killed(BaseException):
    """What no handler catches: the process is gone."""


def kill_at(step: int, patch: pytest.MonkeyPatch, names: Sequence[str] = STEPS) -> None:
    """Arm the functions of `os`; arming again counts from the beginning."""
    count = 0

    def guarded(real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            count += 1
            if count == step:
                raise Killed
            return real(*arguments, **options)

        return act

    for name in names:
        patch.setattr(os, name, guarded(_REAL[name]))

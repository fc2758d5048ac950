"""What is held judged in a process of its own, of low priority, while answers go on; handed over in a nameless file.

The file holds identity keys, as the lake does. Whoever takes it over maps it: nothing is copied, however much it is.
"""

import mmap
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import IO, Any, Final

from pipelines.house import House
from pipelines.identifiers.errors_without_values import IntakeFaultError, errors_without_values
from pipelines.settings import Settings, SettingsError
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS
from pipelines.usable.held_persons import HeldPersons
from pipelines.usable.open_answers import OpenAnswers, held_of, open_answers

_WORK: Final = "judging anew"
_NICE: Final = 5
_ALIGNED: Final = 64
"""Bytes: as Arrow's buffers want it."""


@dataclass(frozen=True)
class JudgingWanted:
    """What is to be judged."""

    channel: str
    at: datetime
    """Aware: as of when, maybe a little ahead."""
    vendors_only: frozenset[str] = frozenset()
    """These alone; none for all that is held."""


class JudgedAside:
    """One process that judges, once."""

    def __init__(self, settings: Settings, wanted: JudgingWanted, limit_seconds: float) -> None:
        """Start it. `limit_seconds`: after so long it is ended, whatever it waits for."""
        self.wanted, self._began, self._limit = wanted, monotonic(), limit_seconds
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this
        pickle.dump((settings, wanted), self._file)
        self._file.flush()
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", "-m", "pipelines.usable.judged_aside", str(self._file.fileno())],
            stdin=subprocess.PIPE,  # open as long as this program lives, and the other with it
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(self._file.fileno(),),
            env=os.environ | {"PYTHONPATH": os.pathsep.join(str(Path(place or ".").absolute()) for place in sys.path)},
        )

    @property
    def is_done(self) -> bool:
        """Whether it ended, or is to be ended."""
        return self._process.poll() is not None or self.seconds >= self._limit

    @property
    def seconds(self) -> float:
        """For how long it has been at work."""
        return monotonic() - self._began

    def result(self) -> OpenAnswers | Mapping[str, HeldPersons]:
        """What it judged: all, or vendors. Waits for it.

        Raises:
            RegistryError, KeysError, SettingsError, IntakeFaultError: what could not be judged, or that it was ended.
        """
        with self._file, self._process:
            status = self._status()
            if status:
                raise IntakeFaultError(f"{_WORK} ended with status {status} and no result; memory may be short")
            found = _read_mapped(self._file)
        if isinstance(found, Exception):
            raise found
        return found  # type: ignore[no-any-return]

    def _status(self) -> int:
        try:
            return self._process.wait(max(self._limit - self.seconds, 0))
        except subprocess.TimeoutExpired:
            self._process.kill()
            told = (
                f"{_WORK} was ended after {self.seconds:.0f} seconds without a result: another program may hold a lock"
            )
            raise IntakeFaultError(f"{told}, or the machine be short of memory; start the stream again") from None

    def end(self) -> None:
        """End it at once, whatever it judged."""
        with self._file, self._process:
            self._process.kill()


def main() -> None:
    """The process: its file says what is wanted, and is filled with what was judged; it ends with who started it."""
    os.nice(_NICE)
    Thread(target=_end_with_parent, daemon=True).start()
    with os.fdopen(int(sys.argv[1]), "r+b") as file:
        file.seek(0)
        settings, wanted = pickle.load(file)  # noqa: S301 - written by the program that started this one
        found = _judged_or_why_not(settings, wanted)
        file.seek(0)
        file.truncate()
        _write_mapped(file, found)


def _judged_or_why_not(settings: Settings, wanted: JudgingWanted) -> Any:
    try:
        with errors_without_values(_WORK, *FAULTS_OF_OURS, SettingsError):
            return _judged_as_wanted(House(settings), wanted)
    except (IntakeFaultError, SettingsError, *FAULTS_OF_OURS) as error:
        return error


def _judged_as_wanted(house: House, wanted: JudgingWanted) -> OpenAnswers | Mapping[str, HeldPersons]:
    if not wanted.vendors_only:
        opened = open_answers(house, wanted.channel, wanted.at).indexed()
        return opened.copied(house=House(house.settings))
    held = held_of(house, wanted.channel, wanted.at, wanted.vendors_only)
    for one in held.values():
        one.rows_of(())
    return held


def _end_with_parent() -> None:
    os.read(0, 1)  # not by `sys.stdin`, whose lock would be held when this program ends by itself
    os._exit(1)


def _write_mapped(file: IO[bytes], found: Any) -> None:
    """Sizes and what is no buffer first, then each buffer where it can be mapped."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(found, protocol=5, buffer_callback=buffers.append)
    pickle.dump((head, [buffer.raw().nbytes for buffer in buffers]), file)
    for buffer in buffers:
        file.write(bytes(-file.tell() % _ALIGNED))
        file.write(buffer.raw())


def _read_mapped(file: IO[bytes]) -> Any:
    file.seek(0)
    head, sizes = pickle.load(file)  # noqa: S301 - written by our own process, into a file that nobody else has
    mapped, place, buffers = memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)), file.tell(), []
    for size in sizes:
        place += -place % _ALIGNED
        buffers.append(mapped[place : place + size])
        place += size
    return pickle.loads(head, buffers=buffers)  # noqa: S301 - as above


if __name__ == "__main__":
    main()

"""The parent's end of a reading process: started, asked, waited for so long and no longer, and ended.

The child starts as a program of its own, so that no thread, lock or open file of ours comes with it; of our environment
it gets what Python needs, and no setting.
"""

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pipelines.formats.isolated.answers import Answer
from pipelines.formats.isolated.main import ANSWER_HEAD, READY, REQUEST_HEAD
from pipelines.formats.isolated.requests import Request

_START_SECONDS: Final = 120
_END_SECONDS: Final = 10
_MOST_HEAD: Final = 2**27
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT")


class ChildStartError(RuntimeError):
    """No reading process can be started: a fault of ours."""


class ChildDiedError(Exception):
    """The reading process ended, or answered what is no answer."""


class ChildKilledError(ChildDiedError):
    """Somebody else ended the reading process: a person, or the kernel where memory was short."""


class ChildTooSlowError(Exception):
    """The reading process used the processor for longer than it may."""


class ChildStalledError(Exception):
    """We waited for the reading process for longer than we may, and it did not use its time of the processor."""


_DEATHS: Final[Mapping[int, type[Exception]]] = {
    -signal.SIGXCPU: ChildTooSlowError,
    -signal.SIGKILL: ChildKilledError,
}


class Patience:
    """Seconds that we wait for a child, all in all: while we work ourselves, nothing is counted."""

    def __init__(self, seconds: int) -> None:
        """Wait for so long."""
        self.left = float(seconds)

    def spend(self, seconds: float) -> None:
        """Count a wait."""
        self.left -= seconds


class Child:
    """One reading process."""

    def __init__(self, module: str) -> None:
        """Start it.

        Raises:
            ChildStartError: it did not come up.
        """
        self._line, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-P", "-B", "-m", module, str(os.getpid()), str(theirs.fileno())]
            self._process = subprocess.Popen(  # noqa: S603  # our own program
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                env=_scrubbed_environment(os.environ, sys.path),
                cwd="/",
            )
        self._confirm_start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def send(self, request: Request, patience: Patience, descriptor: int | None) -> None:
        """Ask for something; a descriptor goes with it.

        Raises:
            ChildDiedError: it is gone.
            ChildStalledError: it does not listen.
        """
        body = pickle.dumps(request)
        given = () if descriptor is None else (descriptor,)
        self._waiting(patience, lambda: socket.send_fds(self._line, [b"+"], given))
        self._waiting(patience, lambda: self._line.sendall(REQUEST_HEAD.pack(len(body)) + body))

    def receive(self, patience: Patience, most_bytes: int) -> Answer:
        """Its next answer.

        Raises:
            ChildDiedError: it is gone, or this is no answer.
            ChildTooSlowError: it worked for too long.
            ChildStalledError: it did not, and nothing came.
        """
        head_size, size = ANSWER_HEAD.unpack(self._exactly(ANSWER_HEAD.size, patience))
        if head_size > _MOST_HEAD or size > most_bytes:
            raise ChildDiedError("an answer beyond all bounds")
        head = self._exactly(head_size, patience).to_pybytes()
        return _answer_of(head, self._exactly(size, patience))

    def end(self) -> None:
        """End it at once. Nothing of it is left; one that hangs in the kernel, on a disk, goes once that lets it go."""
        self._line.close()
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)

    def _exactly(self, size: int, patience: Patience) -> pa.Buffer:
        buffer = pa.allocate_buffer(size)
        view = memoryview(buffer).cast("B")
        while view:
            count = self._waiting(patience, lambda view=view: self._line.recv_into(view))
            if not count:
                raise self._death()
            view = view[count:]
        return buffer

    def _waiting(self, patience: Patience, act: Any) -> Any:
        if patience.left <= 0:
            raise ChildStalledError
        self._line.settimeout(patience.left)
        before = time.monotonic()
        try:
            return act()
        except TimeoutError:
            raise ChildStalledError from None
        except OSError:
            raise self._death() from None
        finally:
            patience.spend(time.monotonic() - before)

    def _death(self) -> Exception:
        self._line.close()
        status = self._process.wait(_END_SECONDS)
        kind = _DEATHS.get(status, ChildDiedError)
        return kind(f"it ended with status {status}")

    def _confirm_start(self) -> None:
        self._line.settimeout(_START_SECONDS)
        try:
            is_ready = self._line.recv(len(READY)) == READY
        except OSError:
            is_ready = False
        stderr = self._process.stderr
        if not is_ready:
            self.end()
            words = stderr.read().decode(errors="replace").strip().splitlines() if stderr else []
            raise ChildStartError(f"the process that reads delivered files did not start: {(words or ['no word'])[-1]}")
        if stderr:
            stderr.close()


def _scrubbed_environment(ours: Mapping[str, str], path: list[str]) -> dict[str, str]:
    """What a child is told of where it runs: where Python finds modules, and the words of the system."""
    places = [str(Path(place or ".").absolute()) for place in path]
    return {name: ours[name] for name in _KEPT if name in ours} | {
        "PYTHONPATH": os.pathsep.join(places),
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # others set a GiB aside, which would count as used
    }


def _answer_of(head: bytes, content: pa.Buffer) -> Answer:
    try:
        written = json.loads(head)
        sizes = [int(size) for size in written["sizes"]]
        if min(sizes, default=0) < 0 or sum(sizes) != content.size:
            raise ValueError("parts that are not there")
        ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
        parts = [content.slice(end - size, size) for size, end in zip(sizes, ends, strict=True)]
        return Answer(str(written["kind"]), dict(written["told"]), parts)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ChildDiedError("what it says is no answer") from None

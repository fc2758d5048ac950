"""What a reading process may use, set by itself before it reads.

Memory is bounded as the kernel counts private data (`RLIMIT_DATA`): the address space alone (`RLIMIT_AS`) counts what
allocators set aside and never touch. Where a system lacks a bound, those that it has hold. In a small container the
process takes no more than its share: the kernel's killer would end it, or us, before its own bound struck.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Final

_DIES_WITH_PARENT: Final = 1
"""`PR_SET_PDEATHSIG` of prctl(2)."""
_DESCRIPTORS: Final = 64
_GROUPS: Final = Path("/proc/self/cgroup")
_GROUP_MEMORY: Final = (("", "", "memory.max"), ("memory", "memory", "memory.limit_in_bytes"))
"""Of both versions of control groups: a controller, its folder, and the file with the most bytes."""
_SHARE: Final = 2
"""What its processes may use together is halved: the other half is for who asks."""


def bind_process(parent: int) -> None:
    """Bounds for good: nothing is written to any file, no core is left, and the process ends with its parent."""
    for name, most in (("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0), ("RLIMIT_NOFILE", _DESCRIPTORS)):
        resource.setrlimit(getattr(resource, name), (most, most))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before
        sys.exit()


def bind_reading(*, read_bytes: int, seconds: int, at_start: int) -> None:
    """Bounds of what comes next.

    Args:
        read_bytes: of memory, beside what the process took at its start.
        seconds: of the processor.
        at_start: bytes of data of the process at its start.
    """
    _bind_softly(resource.RLIMIT_DATA, at_start + read_bytes)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _bind_softly(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds)


def data_bytes() -> int:
    """Bytes of data of this process, as its bound counts them; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), 0)


def share_of_memory(root: Path = Path("/sys/fs/cgroup"), groups: str | None = None) -> int | None:
    """Bytes that reading may take where a control group bounds its processes' memory; None where none does.

    Args:
        root: where control groups are mounted.
        groups: `/proc/self/cgroup` of the process; its own unless given.
    """
    told = groups if groups is not None else _GROUPS.read_text(encoding="utf-8") if _GROUPS.exists() else ""
    bounds = [most for line in told.splitlines() for most in _bounds_of_group(root, *line.split(":", 2)[1:])]
    return min(bounds) // _SHARE if bounds else None


def _bounds_of_group(root: Path, controllers: str, group: str) -> Iterator[int]:
    """Of a group and those around it; in a container the mount may begin at its own."""
    for controller, folder, name in _GROUP_MEMORY:
        if controller in controllers.split(","):
            own = PurePosixPath(group.lstrip("/"))
            for place in (own, *own.parents):
                with suppress(OSError, ValueError):  # not there, or `max`
                    yield int((root / folder / place / name).read_text(encoding="ascii"))


def _bind_softly(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    most = min(most, 2**63 - 1)
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))

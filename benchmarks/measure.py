"""One piece of work in a process of its own, and what it took."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """What a piece of work took: seconds, and bytes of memory at its peak."""

    start_up_seconds: float
    """From the start of the process to the work: the interpreter and every import."""
    wall_seconds: float
    cpu_seconds: float
    """Of all threads and of processes that ended meanwhile, start-up left out."""
    peak_bytes: int
    """Of this process, and of the greatest that ended meanwhile."""


def in_own_process(module: str, arguments: Sequence[str]) -> Measured:
    """Run a module that ends by calling `report`; what it profiled goes to the standard error.

    Raises:
        RuntimeError: it failed.
    """
    started_at = time.time()
    places = filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    command = [sys.executable, "-m", module, *arguments, "--started-at", str(started_at)]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=False, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{module} {' '.join(arguments)} ended with status {done.returncode}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def report(work: Callable[[], None], *, started_at: float, is_profiled: bool) -> None:
    """Do the work of this process and print what it took, as the last line."""
    start_up, cpu, wall = time.time() - started_at, cpu_seconds(), time.perf_counter()
    if is_profiled:
        _profiled(work)
    else:
        work()
    took = Measured(start_up, time.perf_counter() - wall, cpu_seconds() - cpu, peak_bytes() + _others_peak())
    print(json.dumps(asdict(took)))


def _profiled(work: Callable[[], None]) -> None:
    import cProfile
    import pstats

    with cProfile.Profile() as profile:
        work()
    pstats.Stats(profile, stream=sys.stderr).strip_dirs().sort_stats("tottime").print_stats(15)


def cpu_seconds() -> float:
    """Of all threads of this process, and of processes that ended meanwhile."""
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + others.ru_utime + others.ru_stime


def _others_peak() -> int:
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def peak_bytes() -> int:
    """Memory of this process at its peak; `getrusage` would count what the parent held before the process began."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024

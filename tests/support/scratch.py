"""Where tests put their homes: in memory where there is room.

Much of what they wait for is that SQLite and the lake make sure of the disk, which nothing here has to outlive:
programs are killed, machines are not.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")
ROOM: Final = 8 * 2**30
"""Bytes; a whole run of the tests leaves about a tenth."""


def use_memory() -> None:
    """Have this process, and those it starts, put temporary files into memory, unless there is little or none."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM and "TMPDIR" not in os.environ:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None

"""Small files that others may have put where we look, read so that nothing in their place blocks or fills memory.

What they say, and what becomes of one that says nothing, is up to who reads them.
"""

import errno
import os
import stat
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 64 * 2**20
"""Of a record of ours, which grows with the files that it names."""


def read_plain_file(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """The bytes of a file, one more than `most_bytes` at most.

    Raises:
        FileNotFoundError: nothing is there.
        OSError: it can't be read, or is no file: a folder, a pipe, a socket, a link in a circle.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe without a writer would be waited for
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "expected a file", str(path))
        return file.read(most_bytes + 1)

"""Numbers and addresses that a command asks about: from standard input, never an argument, which others could see."""

import getpass
import sys

from pipelines.commands.shared import refuse
from pipelines.usable.call_list import identifier_of


def asked_texts(channel: str) -> list[str]:
    """What stands on the lines of standard input; at a terminal one is asked for, and not shown. Nothing ends it."""
    if sys.stdin.isatty():
        lines = [getpass.getpass("E-mail address: " if identifier_of(channel) == "email" else "Phone number: ")]
    else:
        lines = list(sys.stdin)
    texts = [line.strip() for line in lines if line.strip()]
    if not texts:
        refuse("standard input: expected a number or an address on each line, and found none")
    return texts

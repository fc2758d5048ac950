"""What may come from outside, as it may be shown on one line: what a terminal would obey, or nobody sees, is escaped.

Whether it may be shown at all is asked of `shown_names`, which loads what knows persons' identifiers.
"""

from typing import Final
from unicodedata import category

_UNSHOWN: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode's categories of controls, of what is not seen, and of line ends."""


def escaped(name: str) -> str:
    """A name on one line: control sequences, line ends and signs that turn the direction of writing as `\\x1b`."""
    return "".join(_escaped_sign(sign) if category(sign) in _UNSHOWN else sign for sign in name)


def _escaped_sign(sign: str) -> str:
    return sign.encode("unicode_escape").decode()

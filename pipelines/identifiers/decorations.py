"""What stands around one e-mail address or phone number, whichever is meant: labels, brackets, quotes, ends.

Steps of pattern and replacement, for Python and RE2 alike, so that a column and a single text are read the same. Only
what leaves no choice is here: of two addresses, a truncated one or an extension nothing is taken off. What is read then
belongs to `emails` and `phone_texts`.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

Steps = Sequence[tuple[str, str]]

_SPACE: Final = r"(?:%20|%09|%0a|%0d|%c2%a0|&nbsp;|_x000[9ad]_)"
"""White space as addresses of pages, HTML and Excel's XML write it."""
_SPACES: Final = rf"(?:\s|{_SPACE})"
_QUOTES: Final = "\"'“”„‟‘’‚‹›«»"
_EMAIL_LABEL: Final = (
    r"(?:(?:mailto|smtp|sip|acct|xmpp|imap|to|from|cc|bcc|à|de"
    r"|(?:adresse[ _-]?)?(?:e[ _-]?mails?|mails?|m[eé]l|courriels?)"
    rf"(?:[ _-]?(?:address|pro|perso))?|adresse(?:[ _-][eé]lectronique)?){_SPACES}*(?:[:=]|%3a)(?://)?)"
)
_EMAIL_HEAD: Final = rf"(?i)^(?:{_SPACES}|[{_QUOTES}<>\[(:,;=•]|%22|%27|%3c|&lt;|&quot;|{_EMAIL_LABEL})+"
_EMAIL_END: Final = rf"(?:{_SPACES}|[{_QUOTES}<>\])}}:,;!|/\\*]|%22|%27|%3e|&gt;|&quot;)+"

OF_EMAILS: Final[Steps] = (
    (r"^[^<>@]*<([^<>]*@[^<>@]*)>([^<>@]*)$", r"\1\2"),  # Name <X>
    (_EMAIL_HEAD, ""),
    (r"(@[^\s?@]+)\?[^@]*$", r"\1"),  # mailto:X?subject=…
    (r"(@[^\s()@]+)\s+\([^()@]*\)$", r"\1"),  # X (work)
    (rf"(?i){_EMAIL_END}$", ""),
    (r"\.$", ""),
    (rf"(?i){_EMAIL_END}$", ""),
)
"""For addresses. A head of `=`, a quote or a percent code could be of a local part; nobody has one that begins so."""

_PHONE_WORD: Final = (
    r"(?:t[eé]l(?:[eé]phone|[eé]ph)?s?|phone|mobiles?|mob|portables?|port|gsm|cell(?:ulaire|phone)?|fixe|domicile|bureau"
    r"|pro(?:fessionnel)?|perso(?:nnel)?|travail|maison|home|work|direct|principal|whats[ -]?app|sms|callto"
    r"|num[eé]ro|num|n[o°º]|№)"
)
_PHONE_LABEL: Final = rf"(?:{_PHONE_WORD}(?:[\s.:=/_-]|\bde\b)*|(?:p|t|m|h|w)[ ]?[.:]+|(?:https?://)?wa\.me/)"
_PHONE_END: Final = rf"[{_QUOTES}\s`>\]}}:,;|*]+"

OF_PHONES: Final[Steps] = (
    (r"(?i)%2b|&#43;|&plus;", "+"),
    (rf"(?i){_SPACE}", " "),
    (rf"(?i)^(?:[{_QUOTES}\s`=<>\[{{:,;|•📱📞☎✆\x{{fe0f}}]|{_PHONE_LABEL})+", ""),
    (rf"{_PHONE_END}$", ""),
    (rf"(?i)[\s,;/-]*(?:\(\s*{_PHONE_WORD}(?:[\s.]+{_PHONE_WORD})?[\s.]*\)|\s{_PHONE_WORD})$", ""),
    (rf"{_PHONE_END}$", ""),
)
"""For numbers, in ASCII digits and spaces. `p:` stands before numbers in exports of Meta's lead forms."""


_LONGEST: Final = 400
"""Characters; a longer text is no identifier with something around it."""


def undecorated(text: str, steps: Steps) -> str:
    """A text without what the steps take off."""
    if len(text) > _LONGEST:
        return text
    for pattern, replacement in steps:
        text = _of_python(pattern).sub(replacement, text)
    return text


def undecorated_texts(texts: pa.Array, steps: Steps) -> pa.Array:
    """`undecorated` over a column of text."""
    bare = texts
    for pattern, replacement in steps:
        bare = pc.replace_substring_regex(bare, pattern, replacement)
    return pc.if_else(pc.greater(pc.utf8_length(texts), _LONGEST), texts, bare)


@cache
def _of_python(pattern: str) -> re.Pattern[str]:
    """A step's pattern; RE2's way to write a character by its number becomes Python's."""
    return re.compile(re.sub(r"\\x\{([0-9a-f]{4})\}", r"\\u\1", pattern))

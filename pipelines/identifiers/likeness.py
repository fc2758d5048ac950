"""Whether a text holds what looks like a person's e-mail address or phone number, whoever's it is: asked by every room.

One language for the whole house: `emails_in_texts`, `phones_in_texts`. How strict it is depends on the use (`uses`).
Nothing here knows a canonical form. A row's own person (names, the own number in any cut, hashes) belongs to
`spellings`, whole columns to `hidden`.
"""

import re
from typing import Final

from pipelines.identifiers.emails_in_texts import is_of_two_words, without_emails
from pipelines.identifiers.phones_in_texts import GAP, without_phones
from pipelines.identifiers.plain_texts import plain_text
from pipelines.identifiers.uses import Use

_NINE_DIGITS: Final = re.compile(rf"\s*[1-9](?:{GAP}{{0,3}}[0-9]){{8}}\s*")


def looks_like_person(text: str, use: Use) -> bool:
    """Whether a text holds an e-mail address or a phone number, in whatever spelling."""
    if use == "cell" and _NINE_DIGITS.fullmatch(plain_text(text)):
        return True
    return masked(text, use) != text


def masked(text: str, use: Use) -> str:
    """A text with `[email]` and `[phone]` instead of addresses and numbers; where there are none, as it was."""
    plain = plain_text(text)
    cut = _without_both(plain, use)
    if cut == plain:
        return text
    while (again := _without_both(cut, use)) != cut:  # what is left beside a mask may look like another
        cut = again
    return cut


def is_persons_mailbox(address: str) -> bool:
    """Whether where one writes to is a person's: a phone number, or an e-mail address such as first.last@."""
    plain = plain_text(address)
    return is_of_two_words(plain) or without_phones(plain, "text") != plain


def _without_both(plain: str, use: Use) -> str:
    return without_phones(without_emails(plain, use), use)

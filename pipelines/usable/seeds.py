"""Seeded entries: numbers and addresses of the house's own, put into call lists, so that a list that is used by others,
or for too long, gives itself away.

`seeded_entries.yaml` in the home says whose they are, and since when the owner agrees. In a list they look like any
other line. Which list has which is noted by key alone (`records`); a revocation never names them.
"""

import re
import stat
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import pyarrow as pa
from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from pipelines.identifiers.emails import canonical_emails
from pipelines.identifiers.phones import canonical_phone
from pipelines.rulebook.yaml_files import CatalogueError, Day, Model, problems_of, read_yaml_file
from pipelines.usable.call_list import CallLine, identifier_of

SEEDED_FILE: Final = "seeded_entries.yaml"
SEEDS_A_LIST: Final = 2
"""At most; the ones that were put into the fewest lists, so that lists differ by theirs."""
_TRIES: Final = 100


def _as_phone(text: str) -> str:
    found = canonical_phone(text)
    if found is None:
        raise PydanticCustomError("seed", "expected a phone number, national or with its country code")
    return found


def _as_email(text: str) -> str:
    found: str | None = canonical_emails(pa.array([text]))[0].as_py()
    if found is None:
        raise PydanticCustomError("seed", "expected an e-mail address")
    return found


class Seed(Model):
    """A number, an address, or both, of somebody of the house who agreed to be contacted by mistake."""

    owner: str = Field(max_length=64)
    """Who answers there, and tells of a call."""
    agreed_on: Day
    """When the owner agreed; before it, it is in no list."""
    until: Day | None = None
    """The last day; none while the owner agrees."""
    first_name: str
    last_name: str
    """Names as they stand in lists; best ones that nobody of the house bears."""
    phone: Annotated[str, AfterValidator(_as_phone)] | None = None
    email: Annotated[str, AfterValidator(_as_email)] | None = None

    def identifier(self, channel: str) -> str | None:
        """What stands in a list of a channel, in its canonical form."""
        return self.email if identifier_of(channel) == "email" else self.phone

    def stands_on(self, on: date) -> bool:
        """Whether its owner agrees on a civil date."""
        return self.agreed_on <= on and (self.until is None or on <= self.until)


class _SeedFile(Model):
    entries: tuple[Seed, ...]


def read_seeds(home: Path) -> tuple[Seed, ...]:
    """The house's seeds; none where it has no such file.

    Raises:
        CatalogueError: the file can't be read, or others than its owner can read it; no value is repeated.
    """
    path = home / SEEDED_FILE
    if not path.exists():
        return ()
    file = read_yaml_file(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise CatalogueError([file.problem("", "it names people, and others may read it: chmod 600")])
    try:
        return _SeedFile.model_validate(file.data).entries
    except ValidationError as error:
        raise CatalogueError(problems_of(error, file, _SeedFile)) from None


def seed_lines(
    lines: Sequence[CallLine],
    identifiers: Iterable[tuple[Seed, str]],
    new_entry: Callable[[], str],
    chosen: Callable[[Sequence[str]], str],
) -> list[CallLine]:
    """A line for each seed, made like one of a list's own: vendor, product and until when are those of a real line.

    Nobody who is in the list already is put in again. `chosen`: one of some texts, by chance.
    """
    listed, by_entry = {line.identifier for line in lines}, {line.entry: line for line in lines}
    made: list[CallLine] = []
    for seed, identifier in identifiers:
        if identifier in listed:
            continue
        like = by_entry[chosen(sorted(by_entry))]
        known = [*lines, *made]
        line = replace(
            like,
            entry=new_entry(),
            identifier=identifier,
            first_name=seed.first_name if like.first_name else like.first_name,
            last_name=seed.last_name if like.last_name else like.last_name,
            lead_id=_text_like(like.lead_id, {one.lead_id for one in known}, chosen),
            consent_proof=like.consent_proof
            and _text_like(like.consent_proof, {one.consent_proof for one in known}, chosen),
            use={},
        )
        made.append(line)
    return made


def _text_like(text: str, known: Collection[str | None], chosen: Callable[[Sequence[str]], str]) -> str:
    """A reference of the same shape that nobody has: its later half with other digits and letters."""
    start, made = len(text) // 2, text
    for _ in range(_TRIES):
        made = text[:start] + "".join(_sign_like(sign, chosen) for sign in text[start:])
        if made not in known:
            return made
    return made + chosen("0123456789")


def _sign_like(sign: str, chosen: Callable[[Sequence[str]], str]) -> str:
    for kind, signs in _SIGNS.items():
        if re.fullmatch(kind, sign):
            return chosen(signs)
    return sign


_SIGNS: Final = {
    "[0-9]": "0123456789",
    "[a-f]": "abcdef",
    "[g-z]": "ghijklmnopqrstuvwxyz",
    "[A-Z]": "ABCDEFGHJKLMNPQRSTUVWXYZ",
}

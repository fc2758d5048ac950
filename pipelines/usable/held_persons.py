"""One vendor's held leads, judged once on a channel, and their persons found by key from then on.

Beside what was judged stands by which other keys its leads can be met, so that an objection that came later is found
to be theirs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.identifiers.other_forms import leading_bits
from pipelines.oppositions.lead_keys import KEY_COLUMNS
from pipelines.usable.answers import persons_of
from pipelines.usable.call_list import identifier_of
from pipelines.usable.key_index import KeyIndex, head_of, key_index, places_of
from pipelines.usable.today import Today
from pipelines.vocabulary.tables import arrow_columns

_OF_USE: Final = (
    *("vendor", "delivery_date", "lead_id", "channel", "verdict", "usable_until", "reasons", "delivered_at"),
)
"""What an answer needs of a use, beside its key."""
_LINKS: Final = """
    select own_key, linked_key
    from (
        select
            {column} as own_key,
            unnest(
                flatten([
                    [email_key, email_alias_key, phone_key], coalesce(other_phone_keys, []), coalesce(probe_keys, []),
                    coalesce(contained_keys, [])
                ])
            ) as linked_key
        from held
        where {column} is not null
    )
    where linked_key is not null and linked_key <> own_key
"""
"""By which keys a lead can be met, beside the one that is asked about: `10_oppositions_met.sql` says which."""


@dataclass(frozen=True)
class KeyLinks:
    """Pairs of keys that stand in one lead, by their leading halves, sorted by the first."""

    own: npt.NDArray[np.uint64]
    linked: npt.NDArray[np.uint64]

    def of(self, key: str) -> list[int]:
        """The leading halves of the keys that stand beside one."""
        found: list[int] = self.linked[places_of(self.own, head_of(key))].tolist()
        return found


@dataclass(frozen=True)
class HeldPersons:
    """A row a person of a vendor's held leads that have a use on the channel."""

    persons: pa.Table
    """Columns of `persons_of`, in one piece: taking a row out of several would copy them all."""
    links: KeyLinks

    @cached_property
    def _index(self) -> KeyIndex:
        return key_index(self.persons["identity_key"])

    def rows_of(self, keys: Iterable[str]) -> list[dict[str, Any]]:
        """The rows of some keys."""
        rows = self._index.rows_of(keys)
        found: list[dict[str, Any]] = self.persons.take(pa.array(rows, pa.int64())).to_pylist() if rows else []
        return found


def held_persons(today: Today, vendor: str, channel: str) -> HeldPersons:
    """Judge a vendor's held leads on a channel.

    Raises:
        KeysError: what is keyed is not all of one generation.
    """
    uses = today.uses(vendor)
    columns = [f"{identifier_of(channel)}_key", *_OF_USE]
    on_channel = uses.filter(pc.equal(uses["channel"], channel)).select(columns)
    persons = persons_of(today.house.engine, on_channel, channel).combine_chunks()
    return HeldPersons(persons, _key_links(today, vendor, channel))


def key_links(pairs: pa.Table) -> KeyLinks:
    """Links of a table of `own_key` and `linked_key`."""
    own, linked = (leading_bits(pa.concat_arrays([pa.array([], pa.string()), *pairs[name].chunks])) for name in _PAIR)
    order = np.argsort(own, kind="stable")
    return KeyLinks(own[order], linked[order])


_PAIR: Final = ("own_key", "linked_key")


def _key_links(today: Today, vendor: str, channel: str) -> KeyLinks:
    paths = [today.house.lake.partition("leads", vendor, day) for day in today.held_days(vendor)]
    with today.house.engine.session() as session:
        session.read_files("held", [path for path in paths if path.exists()], arrow_columns("leads", KEY_COLUMNS))
        return key_links(session.fetch(_LINKS.format(column=f"{identifier_of(channel)}_key")))

"""Which days of a vendor an intake has to read, given those it was asked for. Folders are opened in `vendor`.

A day is read

1. if it was asked for;
2. if it was published, and repeats bytes of an earlier day that is read, as that day was published or as it lies in the
   inbox now: which of two equal files counts, and which is the duplicate, may have changed. So on from there.

A day is never read, whoever asks, if it has to stay as it was published: its files were purged, or its folder is gone.

A folder that no intake has read yet is looked at, without being read: its bytes may be the first of their kind. So the
order in which days are taken in makes no difference.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PublishedDay:
    """A day as its last intake left it."""

    counting: frozenset[str]
    """Digests of the files that make a later file with the same bytes a duplicate."""
    has_files: bool
    """Whether any file was delivered, refused ones included."""


@dataclass(frozen=True)
class DaysToRead:
    """The answer, and what the duplicates among their files are told by."""

    days: tuple[date, ...]
    """In order."""
    first_delivered_on: Mapping[str, date]
    """Digest -> the earliest folder of the vendor with those bytes."""


def days_to_read(
    asked: Collection[date],
    *,
    in_inbox: Collection[date],
    purged: Collection[date],
    published: Mapping[date, PublishedDay],
    counting_now: Callable[[date], frozenset[str]],
) -> DaysToRead:
    """The days to read, by the rules above.

    Args:
        asked: the days of the run.
        in_inbox: days with a folder, those purged left out.
        purged: days of which the retention clock removed the files.
        published: days that an intake has published.
        counting_now: looks into a day's folder for the digests that count; asked once for each day that is read, and
            for each folder that no intake has read.
    """
    staying = {*purged, *(day for day, was in published.items() if was.has_files and day not in in_inbox)}
    unread = set(in_inbox) - published.keys() - set(asked) - staying
    now = {day: counting_now(day) for day in unread}
    repeatable: set[str] = set()
    to_read: list[date] = []
    for day in sorted({*asked, *published} - staying):
        before = published[day].counting if day in published else frozenset()
        if day in asked or not before.isdisjoint(repeatable):
            now[day] = counting_now(day)
            to_read.append(day)
            repeatable |= before | now[day]
    counting = {day: was.counting for day, was in published.items()} | now
    return DaysToRead(tuple(to_read), _first_days(counting))


def _first_days(counting: Mapping[date, frozenset[str]]) -> dict[str, date]:
    first: dict[str, date] = {}
    for day in sorted(counting):
        for digest in counting[day]:
            first.setdefault(digest, day)
    return first

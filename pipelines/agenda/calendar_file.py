"""The list as an iCalendar file (RFC 5545): an all-day event a date, with reminders 7, 3 and 1 days ahead.

The UID is made of what the date is of, so that a date that moves moves its event. What was answered, and what has
passed, reminds nobody. Reasons and names are left out.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Final

from icalendar import Alarm, Calendar, Event

from pipelines.agenda.due_date import REMINDERS, DueDate
from pipelines.agenda.said import due_words
from pipelines.vocabulary.clock import paris_date
from pipelines.wording.words import Words

PRODUCT: Final = "-//Opposable//agenda//"
_UID_DIGITS: Final = 32


def calendar_bytes(dates: Iterable[DueDate], spoken: Words, *, as_of: datetime) -> bytes:
    """The file, in UTF-8 with CRLF. The same dates at the same instant (aware) give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", f"{PRODUCT}{spoken.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", spoken("agenda.calendar"))
    for one in dates:
        calendar.add_component(_calendar_event(one, spoken, as_of))
    content: bytes = calendar.to_ical()
    return content


def _calendar_event(one: DueDate, spoken: Words, as_of: datetime) -> Event:
    event = Event()
    summary = spoken("agenda.summary", vendor=one.vendor, says=due_words(one, spoken))
    owner = spoken(f"agenda.owner.{one.owner}")
    event.add("uid", f"{sha256(one.thing.encode()).hexdigest()[:_UID_DIGITS]}@opposable")
    event.add("dtstamp", as_of.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", one.on)
    event.add("dtend", one.on + timedelta(days=1))
    event.add("summary", summary)
    event.add("description", spoken("agenda.description", owner=owner))
    event.add("transp", "TRANSPARENT")
    for days in _reminders_of(one, paris_date(as_of)):
        event.add_component(_calendar_alarm(days, summary))
    return event


def _reminders_of(one: DueDate, today: date) -> tuple[int, ...]:
    return REMINDERS if one.is_open and one.on >= today else ()


def _calendar_alarm(days: int, summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(days=-days))
    alarm.add("description", summary)
    return alarm

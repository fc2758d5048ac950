"""Dates in words: what is due, and how near it is. Sentences are in `wording`."""

from datetime import date

from pipelines.agenda.due_date import DueDate
from pipelines.wording.words import Words


def due_words(one: DueDate, spoken: Words) -> str:
    """What is due, without vendor and date."""
    subject = spoken.say(one.says) if one.says else f"{spoken('risks.rule')} {one.item}"
    return spoken(f"agenda.kind.{one.kind}", subject=subject)


def nearness_words(one: DueDate, on: date, spoken: Words) -> str:
    """How near it is on a civil date: in so many days, today, since so many days, or that nothing waits."""
    left = (one.on - on).days
    if not one.is_open:
        return spoken("agenda.nothing_waits")
    if left == 0:
        return spoken("agenda.today")
    return spoken("agenda.ahead", n=left) if left > 0 else spoken("agenda.passed", n=-left)


def due_line(one: DueDate, on: date, spoken: Words) -> str:
    """Vendor, what, date, nearness and owner on one line."""
    owner = spoken(f"agenda.owner.{one.owner}")
    said, near = due_words(one, spoken), nearness_words(one, on, spoken)
    return spoken("agenda.line", vendor=one.vendor, says=said, on=one.on, near=near, owner=owner)

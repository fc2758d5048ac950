"""Between which days something holds, in words."""

from datetime import date

from pipelines.wording.words import Words


def period_said(first: date | None, last: date | None, say: Words) -> str:
    """A period of civil dates, both inclusive; None leaves that side open."""
    if first and last:
        return say("rules.between", first=first, last=last)
    if first:
        return say("rules.since", on=first)
    return say("rules.until", on=last) if last else say("rules.always")

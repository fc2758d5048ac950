"""The list as a calendar that any program reads (RFC 5545): stable events, reminders, and nobody's data."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from pipelines.agenda.calendar_file import calendar_bytes
from pipelines.agenda.due_date import KINDS, DueDate
from pipelines.vocabulary.bilingual import Bilingual
from pipelines.wording.words import words

NOW = datetime(2028, 2, 1, 5, 0, 0, 123, tzinfo=UTC)
FR = words("fr")
ASKED = Bilingual("Extrait ; du registre, \\ à jour ?\nBEGIN:VEVENT" * 3, "Extract")


def due(on: date = date(2028, 2, 29), **changes: object) -> DueDate:
    given = {"on": on, "vendor": "acme", "kind": "evidence", "owner": "compliance", "item": "dd_forms", "says": ASKED}
    return DueDate(**(given | changes))  # type: ignore[arg-type]


def test_an_event_is_a_whole_day_with_three_reminders() -> None:
    content = calendar_bytes([due()], FR, as_of=NOW)
    lines = content.replace(b"\r\n ", b"").split(b"\r\n")
    for line in (
        b"VERSION:2.0", b"METHOD:PUBLISH", b"DTSTAMP:20280201T050000Z", b"DTSTART;VALUE=DATE:20280229",
        b"DTEND;VALUE=DATE:20280301", b"TRANSP:TRANSPARENT", b"TRIGGER:-P7D", b"TRIGGER:-P3D", b"TRIGGER:-P1D",
        "DESCRIPTION:Suivi par\u00a0: conformité".encode(),
    ):  # fmt: skip
        assert line in lines, line
    assert lines.count(b"BEGIN:VALARM") == 3
    assert lines.count(b"BEGIN:VEVENT") == 1  # a line break in a question begins no event
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))  # section 3.1
    assert b"\n" not in content.replace(b"\r\n", b"")
    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert str(event["summary"]).startswith("acme\u00a0: Dernier jour de la pièce")


def test_what_passed_or_was_answered_reminds_nobody() -> None:
    quiet = [due(date(2028, 1, 31)), due(is_open=False)]
    assert b"VALARM" not in calendar_bytes(quiet, FR, as_of=NOW)
    assert calendar_bytes([due(date(2028, 2, 1))], FR, as_of=NOW).count(b"BEGIN:VALARM") == 3


def test_an_event_keeps_its_uid_in_both_languages_wherever_its_date_moves() -> None:
    def uid(one: DueDate, language: str = "fr", as_of: datetime = NOW) -> str:
        [event] = Calendar.from_ical(calendar_bytes([one], words(language), as_of=as_of)).walk("VEVENT")
        return str(event["uid"])

    assert uid(due()) == uid(due(date(2029, 3, 1), is_open=False), "en", NOW + timedelta(days=40))
    others = [due(vendor="beta"), due(kind="accepted_risk"), due(item="dd_dpo")]
    assert len({uid(one) for one in (due(), *others)}) == 4
    assert uid(due(kind="renewal", item="1")) == uid(due(kind="contract_end", item="1"))


def test_a_list_of_nothing_is_a_calendar_of_nothing() -> None:
    assert Calendar.from_ical(calendar_bytes([], FR, as_of=NOW)).walk("VEVENT") == []


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(
        st.builds(
            DueDate,
            on=st.dates(date(2020, 1, 1), date(2040, 12, 31)),
            vendor=st.sampled_from(["acme", "beta"]),
            kind=st.sampled_from(KINDS),
            owner=st.sampled_from(["purchasing", "dpo"]),
            item=st.text(max_size=8),
            says=st.builds(Bilingual, st.text('a\n\r;,:\\"é€😀', min_size=1, max_size=90), st.just("x")),
        ),
        max_size=4,
    )
)
def test_whatever_a_question_says_the_file_holds_each_date_once(dates: list[DueDate]) -> None:
    content = calendar_bytes(dates, FR, as_of=NOW)
    assert content == calendar_bytes(dates, FR, as_of=NOW)
    events = Calendar.from_ical(content).walk("VEVENT")
    assert [event["dtstart"].dt for event in events] == [one.on for one in dates]
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))

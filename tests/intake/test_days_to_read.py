"""Which days an intake reads, rule by rule, and that the order in which days are taken in makes no difference."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.intake.days_to_read import DaysToRead, PublishedDay, days_to_read

FIRST = date(2026, 8, 3)
MON, TUE, WED, THU, FRI = (FIRST + timedelta(days=number) for number in range(5))
DAYS = (MON, TUE, WED, THU, FRI)

Contents = Mapping[date, str]
"""Day -> the files in it, each a letter: equal letters are equal bytes."""


def was(letters: str) -> PublishedDay:
    return PublishedDay(frozenset(letters), has_files=bool(letters))


def plan(
    asked: Collection[date],
    inbox: Contents,
    published: Contents,
    *,
    purged: Collection[date] = (),
    look: Callable[[date], None] = lambda day: None,
) -> DaysToRead:
    def counting_now(day: date) -> frozenset[str]:
        look(day)
        return frozenset(inbox.get(day, ""))

    before = {day: was(letters) for day, letters in published.items()}
    return days_to_read(asked, in_inbox=list(inbox), purged=purged, published=before, counting_now=counting_now)


# Rule by rule


def test_what_is_asked_for_is_read_in_order_and_nothing_else() -> None:
    assert plan([WED, MON], {MON: "a", TUE: "b", WED: "c"}, {MON: "a", TUE: "b"}).days == (MON, WED)


def test_a_day_that_was_asked_for_is_read_also_without_a_folder() -> None:
    """That nothing came is an outcome, and what came later is found."""
    assert plan([MON, TUE], {TUE: "a"}, {}).days == (MON, TUE)
    assert plan([MON], {}, {MON: ""}).days == (MON,)


def test_nothing_asked_for_is_nothing_read() -> None:
    assert plan([], {MON: "a", TUE: "a"}, {MON: "a"}).days == ()


def test_a_later_day_that_repeats_bytes_of_a_day_as_it_lies_there_now_is_read_again() -> None:
    """Monday brings what Tuesday had first: Tuesday's file is a duplicate now."""
    assert plan([MON], {MON: "a", TUE: "a", WED: "b"}, {TUE: "a", WED: "b"}).days == (MON, TUE)


def test_a_later_day_that_repeats_bytes_of_a_day_as_it_was_published_is_read_again() -> None:
    """Monday was corrected and holds them no more: Tuesday's file is no duplicate any longer."""
    assert plan([MON], {MON: "b", TUE: "a", WED: "c"}, {MON: "a", TUE: "a", WED: "c"}).days == (MON, TUE)


def test_an_earlier_day_is_not_read_again_for_the_bytes_of_a_later_one() -> None:
    assert plan([TUE], {MON: "a", TUE: "a"}, {MON: "a"}).days == (TUE,)
    assert plan([MON, WED], {MON: "a", TUE: "c", WED: "c"}, {TUE: "c"}).days == (MON, WED)


def test_a_day_that_no_intake_has_read_is_left_to_its_own_run_though_it_repeats_bytes() -> None:
    assert plan([MON], {MON: "a", TUE: "a"}, {}).days == (MON,)


def test_what_a_day_that_is_read_again_holds_by_now_has_other_days_read_again() -> None:
    """Wednesday is read for the bytes that it shared with Monday; its new file was Friday's until now."""
    published = {MON: "a", WED: "a", THU: "z", FRI: "b"}
    assert plan([MON], {MON: "a", WED: "b", THU: "z", FRI: "b"}, published).days == (MON, WED, FRI)


def test_what_a_day_that_is_read_again_held_before_has_other_days_read_again() -> None:
    assert plan([MON], {MON: "a", WED: "c", FRI: "b"}, {MON: "a", WED: "ab", FRI: "b"}).days == (MON, WED, FRI)


@pytest.mark.fault(area="retention", fault="A purged day is taken in again", promise="It stays as it was published.")
def test_a_purged_day_stays_as_it_was_whoever_asks_and_draws_nothing_after_it() -> None:
    published = {MON: "a", TUE: "a"}
    assert plan([MON], {TUE: "a"}, published, purged=[MON]).days == ()
    assert plan([MON], {MON: "a"}, published, purged=[TUE]).days == (MON,)


def test_a_day_whose_folder_is_gone_stays_as_it_was() -> None:
    assert plan([MON], {TUE: "a"}, {MON: "a", TUE: "a"}).days == ()
    assert plan([MON], {MON: "a"}, {MON: "a", TUE: "a"}).days == (MON,)


def test_a_day_of_refused_files_alone_whose_folder_is_gone_stays_too() -> None:
    refused = {MON: PublishedDay(frozenset(), has_files=True)}
    answer = days_to_read([MON], in_inbox=[], purged=[], published=refused, counting_now=lambda day: frozenset())
    assert answer.days == ()


# What is looked at, and which day was the first


def test_a_folder_is_opened_if_it_is_read_or_no_intake_has_read_it_and_once() -> None:
    opened: list[date] = []
    inbox = {MON: "x", TUE: "a", WED: "b", THU: "a", FRI: "y"}
    plan([TUE], inbox, {WED: "b", THU: "a", FRI: "y"}, purged=[FRI], look=opened.append)
    assert sorted(opened) == [MON, TUE, THU]


def test_the_first_day_of_bytes_is_the_earliest_folder_that_has_them_now() -> None:
    """Monday was never read, and counts; Tuesday has lost its file a; Wednesday was purged, and its record counts."""
    inbox = {MON: "x", TUE: "b", THU: "abcx"}
    first = plan([TUE], inbox, {TUE: "a", WED: "c", THU: "abcx"}, purged=[WED]).first_delivered_on
    assert first == {"x": MON, "b": TUE, "c": WED, "a": THU}


# The order of runs


@dataclass
class Vendor:
    """An inbox that changes, and which file of which day the runs so far let count as the first of its bytes."""

    inbox: dict[date, str] = field(default_factory=dict)
    purged: dict[date, str] = field(default_factory=dict)
    published: dict[date, str] = field(default_factory=dict)
    counted: dict[date, set[str]] = field(default_factory=dict)

    def deliver(self, day: date, letters: str) -> None:
        if day not in self.purged:
            self.inbox[day] = letters

    def purge(self, day: date) -> None:
        """As the retention run does: only what an intake has read, as it was read."""
        if day in self.inbox and self.published.get(day) == self.inbox[day]:
            self.purged[day] = self.inbox.pop(day)

    def take_in(self, asked: Collection[date]) -> None:
        answer = plan(asked, self.inbox, self.published, purged=self.purged)
        for day in answer.days:
            self.published[day] = self.inbox.get(day, "")
            self.counted[day] = {one for one in self.published[day] if answer.first_delivered_on[one] == day}

    def changed_days(self) -> list[date]:
        """What the watch over the folders asks for: days whose folder is not as it was read."""
        return [day for day, letters in self.inbox.items() if set(letters) != set(self.published.get(day, " "))]


LETTERS = st.text("abc", max_size=3)
EVENTS = st.one_of(
    st.tuples(st.just("deliver"), st.sampled_from(DAYS), LETTERS),
    st.tuples(st.just("purge"), st.sampled_from(DAYS), st.just("")),
    st.tuples(st.just("take in"), st.sets(st.sampled_from(DAYS), min_size=1), st.just("")),
)


@given(st.lists(EVENTS, max_size=12))
def test_whatever_was_delivered_corrected_purged_and_run_in_whatever_order_equal_bytes_count_on_their_first_day(
    events: list[tuple[str, date | set[date], str]],
) -> None:
    vendor = Vendor()
    for event, days, letters in events:
        if isinstance(days, set):
            vendor.take_in(days)
        elif event == "deliver":
            vendor.deliver(days, letters)
        else:
            vendor.purge(days)
    while changed := vendor.changed_days():
        vendor.take_in(changed[:1])
    holding = vendor.purged | vendor.inbox
    for day, letters in vendor.inbox.items():
        first = {one for one in letters if not any(one in holding[other] for other in holding if other < day)}
        assert vendor.counted[day] == first


@given(st.lists(EVENTS, max_size=12), st.sets(st.sampled_from(DAYS)))
def test_a_day_is_read_if_it_was_asked_for_or_repeats_bytes_of_an_earlier_one_that_is_and_never_if_it_has_to_stay(
    events: list[tuple[str, date | set[date], str]], asked: set[date]
) -> None:
    inbox = {day: letters for event, day, letters in events if isinstance(day, date) and event == "deliver"}
    published = {day: letters for _, day, letters in reversed(events) if isinstance(day, date)}
    purged = {day for event, day, _ in events if isinstance(day, date) and event == "purge"} - inbox.keys()
    read = plan(asked, inbox, published, purged=purged).days
    staying = purged | {day for day in published if published[day] and day not in inbox}
    for day in DAYS:
        earlier = {letter for one in read if one < day for letter in inbox.get(one, "") + published.get(one, "")}
        repeats = bool(earlier & set(published.get(day, "")))
        assert (day in read) == (day not in staying and (day in asked or repeats))

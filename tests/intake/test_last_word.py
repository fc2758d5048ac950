"""Until when a delivery can be corrected: asked for any instant, it is what the clock of what had come before says."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipelines.deliveries.files import Delivery
from pipelines.intake.clocks import LastWord, delivery_clock, proof_deadline_at
from tests.support.intake_boxes import contract

DAY = date(2026, 8, 11)
DELIVERY = Delivery(DAY, contract(), ())
MIDNIGHT = datetime(2026, 8, 11, tzinfo=UTC)
"""Due by 23:59 in Paris, 21:59 UTC; proofs within 72 hours."""


@dataclass(frozen=True)
class Arrived:
    role: str | None
    status: str
    is_correction: bool
    received_at: datetime
    is_recorded: bool


instants = st.integers(0, 120).map(lambda hours: MIDNIGHT + timedelta(hours=hours))
files = st.builds(
    Arrived,
    role=st.sampled_from(["leads", "leads", "consent_proofs", None]),
    status=st.sampled_from(["accepted", "accepted", "refused", "duplicate"]),
    is_correction=st.booleans(),
    received_at=instants,
    is_recorded=st.booleans(),
)


def slowly(at: datetime, role: str | None, cases: list[Arrived]) -> bool:
    clock = delivery_clock([case for case in cases if case.received_at < at], DELIVERY)
    last_at = proof_deadline_at(clock, DELIVERY) if clock or role == "consent_proofs" else None
    return last_at is None or at <= last_at


@given(st.lists(files, max_size=8), st.lists(instants, min_size=1, max_size=4))
def test_it_is_what_had_come_before_that_says_so(cases: list[Arrived], asked: list[datetime]) -> None:
    last_word = LastWord(cases, DELIVERY)
    for at in asked:
        for role in ("leads", "consent_proofs", None):
            assert last_word.is_in_time(at, role) == slowly(at, role, cases)


@given(st.lists(files.filter(lambda one: one.status == "accepted" and not one.is_correction), max_size=8), st.data())
def test_what_is_left_out_is_as_if_it_had_not_come(cases: list[Arrived], data: st.DataObject) -> None:
    last_word, standing = LastWord(cases, DELIVERY), list(cases)
    for _ in range(3):
        if standing:
            gone = data.draw(st.sampled_from(standing))
            standing.remove(gone)
            last_word.leave_out(gone)
        at = data.draw(instants)
        assert last_word.is_in_time(at, "leads") == slowly(at, "leads", standing)
    for one in [case for case in cases if case not in standing]:
        if one not in standing:
            standing.append(one)
            last_word.take_back(one)
    assert last_word.is_in_time(MIDNIGHT + timedelta(hours=80), "leads") == slowly(
        MIDNIGHT + timedelta(hours=80), "leads", standing
    )


def test_by_hand() -> None:
    """Leads at 12:00 UTC: until 12:00 three days later; without leads proofs have that of the cut-off, 21:59."""
    leads = Arrived("leads", "accepted", is_correction=False, received_at=MIDNIGHT.replace(hour=12), is_recorded=True)
    in_time = LastWord([leads], DELIVERY).is_in_time
    end = datetime(2026, 8, 14, 12, tzinfo=UTC)
    assert (in_time(end, "leads"), in_time(end + timedelta(seconds=1), "leads")) == (True, False)
    assert LastWord([], DELIVERY).is_in_time(end.replace(hour=21, minute=59), "consent_proofs")
    assert not LastWord([], DELIVERY).is_in_time(end.replace(hour=22), "consent_proofs")
    assert LastWord([], DELIVERY).is_in_time(end.replace(year=2027), "leads")

"""One name, two contents in any order: what stood at the deadline decides, whatever comes back afterwards."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.deliveries.files import DeliveredFile, Delivery
from pipelines.deliveries.known_arrivals import KnownArrival, stays_of
from pipelines.intake.opened_files import open_cases
from tests.support.intake_boxes import DAY, contract

FIRST = datetime(DAY.year, DAY.month, DAY.day, 8, tzinfo=UTC)
DEADLINE = FIRST + contract().proof_deadline
STEPS = st.lists(st.tuples(st.sampled_from("AB-"), st.integers(1, 40)), min_size=1, max_size=7)


def arrivals_of(steps: list[tuple[str, int]]) -> list[KnownArrival]:
    """What is noted of a name: contents, and the hours between them; while nothing lies there nothing is noted."""
    found, at = [KnownArrival("A", FIRST)], FIRST
    for content, hours in steps:
        at += timedelta(hours=hours)
        if content not in ("-", found[-1].digest):
            found.append(KnownArrival(content, at))
    return found


def delivery_of(name: str, arrivals: list[KnownArrival]) -> Delivery:
    """A lead file in time that nobody touches, and what came under the name."""
    plain = DeliveredFile("leads-0.csv", Path("leads-0.csv"), "0", 9, FIRST)
    others = [
        DeliveredFile(
            name, Path(name), digest or "", 9, stays[0][0],
            root=Path(), is_replaced=digest != arrivals[-1].digest, replaced_at=stays[-1][1], stays=stays,
        )
        for digest, stays in stays_of(arrivals).items()
    ]  # fmt: skip
    return Delivery(DAY, contract(), (plain, *others))


@pytest.mark.fault(
    area="folders",
    fault="A file that was replaced in time is put back after the deadline",
    promise="What stood at the deadline decides; what came back late counts from then on, as what comes late.",
)
@pytest.mark.parametrize("name", ["leads-1.csv", "consent_proofs-1.csv"])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(steps=STEPS)
def test_the_bytes_that_stood_at_the_deadline_decide(name: str, steps: list[tuple[str, int]]) -> None:
    arrivals = arrivals_of(steps)
    stood = [one for one in arrivals if one.received_at <= DEADLINE][-1]
    cases = [case for case in open_cases(delivery_of(name, arrivals)) if case.file.name == name]
    known = [
        case.file.digest
        for case in cases
        if case.received_at <= DEADLINE and (case.file.replaced_at is None or case.file.replaced_at > DEADLINE)
    ]
    assert known == [stood.digest]
    late = {one.digest for one in arrivals if one.received_at > DEADLINE} - {stood.digest}
    for digest in late:
        first = min(one.received_at for one in arrivals if one.digest == digest and one.received_at > DEADLINE)
        assert [case.received_at for case in cases if case.file.digest == digest] == [first]

"""A file, other bytes under its name, and the first ones again: what came between counts as long as it lay there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.deliveries.arrivals import record_arrivals
from pipelines.deliveries.changed_folders import FolderWatch
from pipelines.deliveries.known_arrivals import known_arrivals
from pipelines.storage.inboxes import digest_of_name
from tests.support.clean_market import LATE, MONDAY, SOON, VENDOR, CleanMarket, Row, lead, proof

AFTER = LATE - timedelta(hours=2)
HOUR = timedelta(hours=1)


def put_back(home: Path, name: str, rights: list[Row], wrongs: list[Row], *, at: datetime) -> CleanMarket:
    """Right bytes in time, wrong ones, and an hour later the right ones; taken in each time, and once more."""
    market = CleanMarket(home, {"channels": ["email"]}, first=MONDAY)
    if name != "leads.csv":
        market.deliver([lead(1)], "leads.csv")
    market.deliver(rights, name)
    market.take_in()
    market.deliver(wrongs, name, at=at)
    market.take_in()
    market.deliver(rights, name, at=at + HOUR)
    market.take_in()
    market.take_in()
    return market


def spans(market: CleanMarket, role: str) -> list[tuple[datetime, datetime | None]]:
    """From when to when the files of a role lay there, as published."""
    rows = [row for row in market.rows("deliveries") if row["role"] == role]
    return sorted((row["received_at"], row["replaced_at"]) for row in rows)


FIRST = datetime(2026, 9, 7, 8)


@pytest.mark.fault(
    area="folders",
    fault="A wrong file is put right by the very bytes that it replaced, while the delivery can be corrected",
    promise="The wrong file is as if it had not come.",
)
def test_leads_put_back_in_time_are_alone(tmp_path: Path) -> None:
    market = put_back(tmp_path, "leads.csv", [lead(1)], [lead(2)], at=SOON)
    assert [row["lead_id"] for row in market.rows("leads")] == ["L-1"]
    assert spans(market, "leads") == [(FIRST, None)]


def test_leads_put_back_late_stay_beside_those_that_came_late(tmp_path: Path) -> None:
    market = put_back(tmp_path, "leads.csv", [lead(1)], [lead(2)], at=AFTER)
    clocks = {row["lead_id"]: row["delivered_at"] for row in market.rows("leads")}
    assert clocks == {"L-1": FIRST, "L-2": AFTER.replace(tzinfo=None)}
    assert spans(market, "leads") == [
        (FIRST, None),
        (AFTER.replace(tzinfo=None), (AFTER + HOUR).replace(tzinfo=None)),
    ]


def test_a_no_in_a_wrong_file_of_proofs_ends_when_the_right_one_is_put_back_in_time_and_never_later(
    tmp_path: Path,
) -> None:
    wrong = [proof(1), proof(1, consent_id="C-1b", decision="refused")]
    corrected = put_back(tmp_path / "time", "proofs.csv", [proof(1)], wrong, at=SOON)
    assert {row["corrected_at"] for row in corrected.rows("consent_proofs") if row["decision"] == "refused"} == {
        (SOON + HOUR).replace(tzinfo=None)
    }
    corrected.reconcile(LATE)
    assert corrected.verdicts() == {("L-1", "email"): "usable"}
    late = put_back(tmp_path / "late", "proofs.csv", [proof(1)], wrong, at=AFTER)
    assert {row["corrected_at"] for row in late.rows("consent_proofs")} == {None}
    assert spans(late, "consent_proofs")[1] == tuple(at.replace(tzinfo=None) for at in (AFTER, AFTER + HOUR))


def test_what_was_replaced_in_time_and_comes_back_late_improves_nothing_that_is_final(tmp_path: Path) -> None:
    """On Thursday at ten a proof of somebody else lay there: lead 1 is not proven, whatever is put back afterwards."""
    market = put_back(tmp_path, "proofs.csv", [proof(1)], [proof(1)], at=SOON)
    market.deliver([proof(2)], "proofs.csv", at=SOON + 2 * HOUR)
    market.reconcile(LATE)
    final = market.verdicts()
    assert final == {("L-1", "email"): "blocked"}
    market.deliver([proof(1)], "proofs.csv", at=AFTER)
    market.reconcile(LATE)
    assert market.verdicts() == final
    assert spans(market, "consent_proofs") == [
        ((SOON + 2 * HOUR).replace(tzinfo=None), AFTER.replace(tzinfo=None)),
        (AFTER.replace(tzinfo=None), None),
    ]
    house = market.house
    watch = FolderWatch(house.inbox, house.lake, house.seals)
    assert not list(watch.changed(VENDOR, since=MONDAY, now=datetime.now(UTC) + HOUR)), (
        "it is taken in as it lies there"
    )


def test_bytes_replaced_again_and_again_lay_there_until_the_last_time(tmp_path: Path) -> None:
    market = put_back(tmp_path, "proofs.csv", [proof(1)], [proof(2)], at=SOON)
    market.deliver([proof(3)], "proofs.csv", at=AFTER)
    market.take_in()
    times = [at.replace(tzinfo=None) for at in (SOON, SOON + HOUR, AFTER)]
    assert spans(market, "consent_proofs") == [(FIRST, times[2]), (times[0], times[1]), (times[2], None)]


@pytest.mark.parametrize("has_transport", [True, False])
def test_the_return_is_noted_once_whoever_looks_first(tmp_path: Path, has_transport: bool) -> None:
    market = put_back(tmp_path, "leads.csv", [lead(1)], [lead(2)], at=SOON)
    folder = market.house.inbox.folder(VENDOR, MONDAY)
    record = (folder / ".received.json").read_bytes()
    market.deliver([lead(2)], "leads.csv", at=SOON + 2 * HOUR)
    if not has_transport:
        (folder / ".received.json").write_bytes(record)
    look = SOON + 3 * HOUR
    seen = record_arrivals(market.house.inbox, {}, now=look).moving
    record_arrivals(market.house.inbox, seen, now=look + timedelta(minutes=2))
    market.take_in()
    known = known_arrivals(market.house.inbox, folder)[digest_of_name("leads.csv")]
    assert [one.received_at for one in known[1:]] == [SOON, SOON + HOUR, SOON + (2 if has_transport else 3) * HOUR]
    assert [one.digest for one in known[:2]] == [one.digest for one in known[2:]]

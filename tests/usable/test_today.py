"""The clock *today*: the same leads on the law and the knowledge of another instant. Expected values are the law's."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.house import House
from pipelines.usable.today import look
from tests.support.clean_market import LATE, MONDAY, SOON, VENDOR, CleanMarket, Row, lead, proof
from tests.support.houses import import_oppositions, lake_bytes, reconcile

JULY = date(2026, 7, 20)
HOUSES: dict[Path, House] = {}
Uses = dict[tuple[str, str], tuple[str, list[str], datetime | None]]


def house_of(market: CleanMarket) -> House:
    """One house a market: it compiles the rules once."""
    return HOUSES.setdefault(market.home, market.house)


def uses_at(market: CleanMarket, at: datetime) -> Uses:
    """(lead_id, channel) -> verdict, reasons, until."""
    rows = look(house_of(market), at).uses(VENDOR).to_pylist()
    return {(row["lead_id"], row["channel"]): (row["verdict"], row["reasons"], row["usable_until"]) for row in rows}


def delivered(home: Path, leads: Sequence[Row], proofs: Sequence[Row], *, at: datetime = LATE) -> CleanMarket:
    market = CleanMarket(home)
    market.deliver(leads, "leads.csv")
    if proofs:
        market.deliver(proofs, "proofs.csv")
    market.reconcile(at)
    return market


def oppose(market: CleanMarket, folder: Path, line: str) -> None:
    path = folder / "oppositions.csv"
    path.write_text(f"identifier,kind,channel,opposed_at,recorded_at,origin,revoked_at\n{line}\n")
    import_oppositions([path], market.house)


def july_market(home: Path) -> CleanMarket:
    """One lead of July that rests on legitimate interest, by phone, as was lawful; no proof."""
    market = CleanMarket(home, {"channels": ["phone"]})
    told = {"informed_at_collection": "true", "optout_offered_at_collection": "true"}
    row = lead(1, JULY, claimed_basis="legitimate_interest", channels="phone", consent_id="", **told)
    market.deliver([row], "leads.csv", JULY)
    market.deliver([proof(1, JULY)], "proofs.csv", JULY)
    reconcile(market.house, [VENDOR], [JULY], datetime(2026, 7, 30, 4, tzinfo=UTC))
    return market


def test_a_call_that_was_lawful_in_july_is_none_from_11_august_on_midnight_in_paris(tmp_path: Path) -> None:
    market = july_market(tmp_path)
    assert market.verdicts() == {("L-1", "phone"): "usable"}
    midnight = datetime(2026, 8, 10, 22, tzinfo=UTC)
    before = uses_at(market, midnight - timedelta(microseconds=1))
    assert before == {("L-1", "phone"): ("usable", [], None)}
    after = uses_at(market, midnight)["L-1", "phone"]
    assert after == ("blocked", ["basis_admissible"], None)
    assert look(market.house, midnight - timedelta(hours=1)).law_changes_at == midnight


def test_a_phone_consent_ends_at_the_instant_at_which_its_year_is_over(tmp_path: Path) -> None:
    market = delivered(tmp_path, [lead(1)], [proof(1)])  # consented 2026-09-07, 08:00 in Paris
    ends = datetime(2027, 9, 7, 6)
    last = uses_at(market, ends.replace(tzinfo=UTC) - timedelta(microseconds=1))
    assert last == {("L-1", "email"): ("usable", [], None), ("L-1", "phone"): ("usable", [], ends)}
    over = uses_at(market, ends.replace(tzinfo=UTC))
    assert over["L-1", "phone"] == ("blocked", ["tel_consent_max_age_one_year"], None)
    assert over["L-1", "email"] == ("usable", [], None)


def test_a_consent_to_calls_about_insurance_ends_after_thirty_days(tmp_path: Path) -> None:
    market = CleanMarket(tmp_path, terms={"sector": "insurance"})
    market.deliver([lead(1)], "leads.csv")
    market.deliver([proof(1)], "proofs.csv")  # consented 2026-09-07, 08:00 in Paris
    market.reconcile(LATE)
    ends = datetime(2026, 10, 7, 6)
    last = uses_at(market, ends.replace(tzinfo=UTC) - timedelta(microseconds=1))
    assert last["L-1", "phone"] == ("usable", [], ends)
    over = uses_at(market, ends.replace(tzinfo=UTC))["L-1", "phone"]
    assert over == ("blocked", ["sector_insurance_consent_30_days"], None)


def test_the_period_that_the_form_promised_ends_sooner(tmp_path: Path) -> None:
    market = delivered(tmp_path, [lead(1)], [proof(1, period_end="2026-12-01T00:00:00+01:00")])
    assert uses_at(market, LATE)["L-1", "phone"] == ("usable", [], datetime(2026, 11, 30, 23))


def test_a_callback_ends_with_the_fifth_working_day(tmp_path: Path) -> None:
    asked = {"claimed_basis": "callback_request", "channels": "phone"}
    request = {"requested_at": "2026-09-07T08:00:00+02:00", "request_object": "devis canapé", "channels": "phone"}
    market = delivered(tmp_path, [lead(1, **asked)], [proof(1, **request)])
    ends = datetime(2026, 9, 12, 22)  # Saturday is the fifth working day after Monday
    verdict, reasons, until = uses_at(market, ends.replace(tzinfo=UTC) - timedelta(seconds=1))["L-1", "phone"]
    assert (verdict, reasons, until) == ("usable", [], ends)
    assert uses_at(market, ends.replace(tzinfo=UTC))["L-1", "phone"][:2] == ("blocked", ["callback_request_proven"])


@pytest.mark.parametrize(("seconds", "verdict"), [(-1, "usable"), (0, "usable"), (1, "blocked")])
def test_who_objected_after_the_delivery_is_not_called_from_then_on(tmp_path: Path, seconds: int, verdict: str) -> None:
    market = delivered(tmp_path, [lead(1)], [proof(1)])
    published = lake_bytes(market.house.lake)
    opposed_at = datetime(2026, 9, 25, 10, 0, 0, tzinfo=UTC)
    moment = f"{opposed_at:%Y-%m-%dT%H:%M:%SZ}"
    oppose(market, tmp_path, f"+33612000001,phone,phone,{moment},{moment},web,")
    uses = uses_at(market, opposed_at + timedelta(seconds=seconds))
    assert uses["L-1", "phone"][:2] == (verdict, ["opp_vendor_redelivery"] if verdict == "blocked" else [])
    assert uses["L-1", "email"][0] == "usable"
    market.reconcile(LATE)
    after = lake_bytes(market.house.lake)
    assert {path: after[path] for path in published} == published


def test_an_opposition_that_is_revoked_and_one_that_we_learned_of_later_do_not_count(tmp_path: Path) -> None:
    market = delivered(tmp_path, [lead(1), lead(2)], [proof(1), proof(2)])
    lines = (
        "+33612000001,phone,all,2026-09-21T08:00:00Z,2026-09-21T08:00:00Z,web,2026-09-23T08:00:00Z\n"
        "+33612000002,phone,all,2026-09-21T08:00:00Z,2026-09-24T08:00:00Z,web,"
    )
    oppose(market, tmp_path, lines)
    found = {day: uses_at(market, datetime(2026, 9, day, 9, tzinfo=UTC)) for day in (22, 23, 24)}
    blocked = {
        day: {lead_id for (lead_id, _), use in uses.items() if use[0] == "blocked"} for day, uses in found.items()
    }
    assert blocked == {22: {"L-1"}, 23: set(), 24: {"L-2"}}


def test_a_withdrawal_that_came_after_the_deadline_counts_today_alone(tmp_path: Path) -> None:
    market = delivered(tmp_path, [lead(1)], [proof(1)])
    came = datetime(2026, 9, 21, 9, tzinfo=UTC)
    market.deliver([proof(1, withdrawn_at="2026-09-21T10:00:00+02:00")], "proofs_w.csv", at=came)
    market.reconcile(came + timedelta(hours=1))
    assert market.verdicts()["L-1", "phone"] == "usable"
    verdict, reasons, _ = uses_at(market, came + timedelta(hours=1))["L-1", "phone"]
    assert (verdict, "consent_withdrawn" in reasons) == ("blocked", True)
    assert uses_at(market, came - timedelta(hours=1))["L-1", "phone"][0] == "usable"


def test_a_proof_that_came_after_the_deadline_makes_a_lead_usable_today_alone(tmp_path: Path) -> None:
    market = delivered(tmp_path, [lead(1)], [])
    assert market.verdicts()["L-1", "phone"] == "blocked"
    verdict, reasons, _ = uses_at(market, LATE)["L-1", "phone"]
    assert (verdict, "proof_individual_record" in reasons) == ("blocked", True)
    came = LATE + timedelta(days=1)
    market.deliver([proof(1)], "proofs_late.csv", at=came)
    market.reconcile(came + timedelta(hours=1))
    assert market.verdicts()["L-1", "phone"] == "blocked"
    assert uses_at(market, came + timedelta(hours=1))["L-1", "phone"][0] == "usable"


def test_what_is_not_proven_waits_until_the_deadline_and_is_blocked_from_then_on(tmp_path: Path) -> None:
    market = delivered(tmp_path, [lead(1)], [], at=SOON)
    deadline = datetime(2026, 9, 10, 8, tzinfo=UTC)  # 72 h after ten o'clock of Monday
    found = [uses_at(market, deadline + timedelta(seconds=number))["L-1", "phone"][0] for number in (-1, 0)]
    assert found == ["on_hold", "blocked"]


def test_leads_that_had_not_come_and_days_whose_retention_has_passed_are_not_looked_at(tmp_path: Path) -> None:
    market = delivered(tmp_path, [lead(1)], [proof(1)])
    assert uses_at(market, datetime(2026, 9, 7, 7, 59, 59, tzinfo=UTC)) == {}
    assert uses_at(market, datetime(2026, 9, 7, 8, tzinfo=UTC)) != {}
    last_noon = datetime(2029, 9, 6, 12, tzinfo=UTC)  # 1,095 days after Monday
    assert uses_at(market, last_noon) != {}
    assert uses_at(market, last_noon + timedelta(days=1)) == {}
    market.house.vault.purge(VENDOR, MONDAY)
    assert uses_at(market, LATE) == {}

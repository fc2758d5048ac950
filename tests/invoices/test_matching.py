"""A line against deliveries, verdicts and contract price: amounts worked out by hand, and what holds of every line."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.contract import Contract, GoLiveDecision
from pipelines.invoices.delivered import AlikeLeads
from pipelines.invoices.invoice import EXACT, InvoicedPeriod, InvoiceLine
from pipelines.invoices.ledger import Ledger
from pipelines.invoices.matching import Part, parts_of_line
from pipelines.verdicts.claims import Fail, FailedLeads
from tests.support.invoice_market import BY_CHANNEL, FIRST, OPPOSED, PROOF, SECOND, TERMS, TODAY

Amounts = dict[str | None, Decimal]


def alike(count: int, *fails: tuple[str, str | None], day: date = FIRST, is_final: bool = True) -> AlikeLeads:
    """Leads of one day, on e-mail and phone."""
    at = datetime(day.year, day.month, day.day, 10)
    failed = tuple(Fail(*fail) for fail in fails)
    return AlikeLeads(FailedLeads(day, at, failed, ("email", "phone"), count), is_final)


def ledger_of(*leads: AlikeLeads, terms: Contract = TERMS, today: date = TODAY, currency: str = "EUR") -> Ledger:
    return Ledger(leads, lambda _: terms, today=today, currency=currency)


def line(quantity: str, price: str, net: str | None = None, **more: Any) -> InvoiceLine:
    """For leads of the first day, unless said otherwise."""
    due = Decimal(net) if net else Decimal(quantity) * Decimal(price)
    plain = InvoiceLine(
        "1", None, None, InvoicedPeriod(FIRST, FIRST), Decimal(quantity), Decimal(price), due, Decimal(20)
    )
    return replace(plain, **more)


def parts_of(asked: InvoiceLine, ledger: Ledger) -> list[Part]:
    return parts_of_line(asked, ledger, None, is_known=False)


def amounts(parts: Sequence[Part]) -> Amounts:
    """By cause; those of nothing left out."""
    found: Amounts = {}
    for part in parts:
        found[part.cause] = found.get(part.cause, Decimal(0)) + part.amount
    return {cause: amount for cause, amount in found.items() if amount}


def test_payable_leads_are_asked_for_first() -> None:
    """Ten leads, of which three are claimable, and seven invoiced: 28.00 due. The next three are the claimable ones."""
    ledger = ledger_of(alike(3, (PROOF, None)), alike(7))
    assert amounts(parts_of(line("7", "4.00"), ledger)) == {None: Decimal(28)}
    assert amounts(parts_of(line("3", "4.00"), ledger)) == {"claimable": Decimal(12)}
    assert amounts(parts_of(line("1", "4.00"), ledger)) == {"invoiced_twice": Decimal(4)}


def test_a_fail_on_the_phone_leaves_the_e_mail_payable_where_channels_have_prices() -> None:
    """0.80 on e-mail and 3.50 by phone: of two leads at 4.30, 1.60 is due."""
    failed = alike(2, (OPPOSED, "phone"))
    whole = amounts(parts_of(line("2", "4.30"), ledger_of(failed, terms=BY_CHANNEL)))
    assert whole == {"claimable": Decimal(7), None: Decimal("1.60")}
    ledger = ledger_of(failed, terms=BY_CHANNEL)
    assert amounts(parts_of(line("2", "3.50", channel="phone"), ledger)) == {"claimable": Decimal(7)}
    assert amounts(parts_of(line("2", "0.80", channel="email"), ledger)) == {None: Decimal("1.60")}
    assert amounts(parts_of(line("1", "0.80", channel="email"), ledger)) == {"invoiced_twice": Decimal("0.80")}


def test_what_could_be_claimed_until_the_window_ended_is_due_and_told() -> None:
    """Delivered on 3 August, thirty days: 2 September is the last one."""
    failed = alike(2, (PROOF, None))
    last, after = date(2026, 9, 2), date(2026, 9, 3)
    assert amounts(parts_of(line("2", "4.00"), ledger_of(failed, today=last))) == {"claimable": Decimal(8)}
    parts = parts_of(line("2", "4.00"), ledger_of(failed, today=after))
    assert amounts(parts) == {None: Decimal(8)}
    assert sum(part.lapsed for part in parts) == Decimal(8)


def test_leads_that_are_not_decided_wait() -> None:
    assert amounts(parts_of(line("2", "4.00"), ledger_of(alike(2, is_final=False)))) == {"not_final": Decimal(8)}


def test_leads_of_a_pilot_wait_unclaimed_and_those_of_a_refused_vendor_are_not_owed() -> None:
    """Two leads at 4.00, one of them without a proof: a pilot is in no claim, and nobody ordered what was refused."""
    failed = alike(1), alike(1, (PROOF, None))
    cases: Sequence[tuple[str, tuple[GoLiveDecision, ...], Amounts]]
    opened, refused = GoLiveDecision(FIRST, True), GoLiveDecision(FIRST, False)
    cases = (
        ("pilot", (), {"not_ordered_yet": Decimal(8)}),
        ("live", (), {"not_ordered_yet": Decimal(8)}),
        ("candidate", (refused,), {"not_ordered": Decimal(8)}),
        ("live", (opened, refused), {"not_ordered": Decimal(8)}),
        ("live", (opened,), {None: Decimal(4), "claimable": Decimal(4)}),
    )
    for stage, decisions, expected in cases:
        terms = replace(TERMS, stage=stage, go_live=decisions)
        parts = parts_of(line("2", "4.00"), ledger_of(*failed, terms=terms))
        assert amounts(parts) == expected
        assert sum(part.taken for part in parts) == 2
        unpriced = parts_of(line("2", "4.00"), ledger_of(*failed, terms=terms, currency="USD"))
        assert [*amounts(unpriced)] == (["price_unknown"] if None in expected else [*expected])
        late = parts_of(line("2", "4.00"), ledger_of(*failed, terms=terms, today=date(2026, 9, 3)))
        assert sum(part.lapsed for part in late) == (4 if None in expected else 0)


def test_leads_from_the_decision_on_are_asked_for_before_those_of_the_pilot() -> None:
    """Two leads of the pilot's last day and two of the day of the decision: of three invoiced, two are due."""
    terms = replace(TERMS, stage="live", go_live=(GoLiveDecision(SECOND, True),))
    asked = line("3", "4.50", period=InvoicedPeriod(FIRST, SECOND))
    parts = parts_of(asked, ledger_of(alike(2), alike(2, day=SECOND), terms=terms))
    assert amounts(parts) == {None: Decimal(8), "price_above": Decimal("1.50"), "not_ordered_yet": Decimal(4)}


def test_a_price_below_the_agreed_one_is_taken_as_it_is() -> None:
    """Of two leads at 3.00 one is claimed, at what was asked for it."""
    ledger = ledger_of(alike(1), alike(1, (PROOF, None)))
    assert amounts(parts_of(line("2", "3.00"), ledger)) == {None: Decimal(3), "claimable": Decimal(3)}


def test_a_price_in_another_currency_or_none_can_not_be_compared() -> None:
    for terms, currency in ((TERMS, "USD"), (replace(TERMS, price=None), "EUR")):
        ledger = ledger_of(alike(2), terms=terms, currency=currency)
        assert amounts(parts_of(line("2", "4.00"), ledger)) == {"price_unknown": Decimal(8)}


def test_what_a_line_asks_beyond_quantity_times_price_is_disputed_and_a_discount_lowers_what_is_due() -> None:
    assert amounts(parts_of(line("2", "4.00", "9.00"), ledger_of(alike(2)))) == {
        None: Decimal(8),
        "line_total": Decimal(1),
    }
    ledger = ledger_of(alike(1), alike(1, (PROOF, None)))
    assert amounts(parts_of(line("2", "4.00", "5.00"), ledger)) == {None: Decimal(1), "claimable": Decimal(4)}


def test_a_line_that_gives_back_is_taken_as_it_is() -> None:
    assert amounts(parts_of(line("-2", "4.00"), ledger_of(alike(2)))) == {None: Decimal(-8)}


def test_a_line_without_lead_and_period_waits_and_one_of_a_period_backwards_is_told() -> None:
    assert amounts(parts_of(line("2", "4.00", period=None), ledger_of(alike(2)))) == {"period_missing": Decimal(8)}
    backwards = line("2", "4.00", period=InvoicedPeriod(SECOND, FIRST))
    assert amounts(parts_of(backwards, ledger_of(alike(2)))) == {"period_other": Decimal(8)}


def test_a_lead_line_is_owed_once_within_its_period_and_an_unknown_lead_is_not_repeated() -> None:
    named = line("2", "4.00", lead_id="L-1", period=None)
    parts = parts_of_line(named, ledger_of(alike(1)), 0, is_known=True)
    assert amounts(parts) == {None: Decimal(4), "quantity_above": Decimal(4)}
    outside = replace(named, quantity=Decimal(1), net=Decimal(4), period=InvoicedPeriod(SECOND, SECOND))
    assert amounts(parts_of_line(outside, ledger_of(alike(1)), 0, is_known=True)) == {"period_other": Decimal(4)}
    (unknown,) = parts_of_line(replace(outside, period=None), ledger_of(alike(1)), None, is_known=False)
    assert (unknown.cause, unknown.lead_id) == ("not_delivered", None)
    (again,) = parts_of_line(replace(outside, period=None), ledger_of(alike(1)), None, is_known=True)
    assert (again.cause, again.lead_id) == ("invoiced_twice", "L-1")


def test_half_a_cent_is_rounded_up_as_commerce_does_and_a_price_for_three_has_no_end() -> None:
    """Seven at 0.335 are 2.345, written 2.35; three at 10.00 for three are 10.00; both are due."""
    cheap = replace(TERMS, price=0.335)
    assert amounts(parts_of(line("7", "0.335", "2.35"), ledger_of(alike(7), terms=cheap))) == {None: Decimal("2.35")}
    third = replace(line("3", "4.00", "10.00"), price=EXACT.divide(Decimal(10), Decimal(3)))
    assert amounts(parts_of(third, ledger_of(alike(3)))) == {None: Decimal(10)}


def test_the_greatest_numbers_that_are_read_lose_no_cent() -> None:
    most = "9999999999.99999999"
    parts = parts_of(line(most, most, "9999999999.99"), ledger_of(alike(1)))
    assert sum(part.amount for part in parts) == Decimal("9999999999.99")


class CountedLedger(Ledger):
    """Counts how often leads are asked for."""

    asked = 0

    def take(self, place: int, channel: str | None, most: Decimal) -> Decimal:
        self.asked += 1
        return super().take(place, channel, most)


def test_the_work_of_a_period_grows_with_lines_and_deliveries_not_with_their_product() -> None:
    """600 lines of one lead each, of 100 days with five leads each: the last hundred are invoiced already."""
    days = [FIRST + timedelta(days=number) for number in range(100)]
    ledger = CountedLedger(
        [alike(5, day=day) for day in days], lambda _: TERMS, today=FIRST + timedelta(days=200), currency="EUR"
    )
    asked = line("1", "4.00", period=InvoicedPeriod(days[0], days[-1]))
    parts = [part for _ in range(600) for part in parts_of(asked, ledger)]
    assert amounts(parts) == {None: Decimal(2_000), "invoiced_twice": Decimal(400)}
    assert ledger.asked <= 600 + 100


cents = st.integers(0, 2_000).map(lambda amount: Decimal(amount) / 100)
prices = st.integers(0, 20_000).map(lambda amount: Decimal(amount) / 1_000)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["", "phone", "lead"]), st.booleans()), max_size=4),
    st.lists(st.tuples(st.integers(1, 12), prices, cents), min_size=1, max_size=4),
    st.booleans(),
)
def test_every_cent_stands_once_nothing_is_below_zero_and_no_lead_is_paid_twice(
    leads: list[tuple[int, str, bool]], asked: list[tuple[int, Decimal, Decimal]], is_by_channel: bool
) -> None:
    """What is due is at most what the contract makes payable of what was delivered."""
    fails = {"": (), "phone": ((OPPOSED, "phone"),), "lead": ((PROOF, None),)}
    delivered = [alike(count, *fails[kind], is_final=final) for count, kind, final in leads]
    terms = BY_CHANNEL if is_by_channel else TERMS
    ledger = ledger_of(*delivered, terms=replace(terms, claim_window=timedelta(days=30)))
    due = Decimal(0)
    for quantity, price, net in asked:
        parts = parts_of(line(str(quantity), str(price), str(net)), ledger)
        assert sum(part.amount for part in parts) == net
        assert all(part.amount >= 0 for part in parts)
        due += amounts(parts).get(None, Decimal(0))
    worth = {"": Decimal("4.30"), "phone": Decimal("0.80"), "lead": Decimal(0)} if is_by_channel else {"": Decimal(4)}
    assert due <= sum((count * worth.get(kind, Decimal(0)) for count, kind, final in leads if final), Decimal(0))

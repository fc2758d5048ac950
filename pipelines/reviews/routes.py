"""By which route a recommendation is carried out, and how long each takes: notice, formal notice, termination, a form.

Law: C. com., art. L. 442-1, II (an established relationship, even in part, is not broken off without a written notice
that takes its length into account; none is owed where the other side does not perform; from eighteen months on nobody
answers for its length); C. civ., art. 1217 and 1219 (suspension), 1224 to 1226 (termination, after a formal notice but
in an emergency). To stop *using* leads needs no notice. The house's marks, which are no law, are in
`decision_table.yaml`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from pipelines.contracts.contract import Contract
from pipelines.reviews.conclusion import Conclusion
from pipelines.reviews.decision_table import DecisionTable, NoticeMark


@dataclass(frozen=True)
class NoticePeriod:
    """What a notice has to last: the contract's days, and the months of the relationship; None where not known."""

    contract_days: int | None
    months: int | None

    def ends_on(self, given_on: date) -> date:
        """The day on which a notice given on a day has run, by the longer of both."""
        by_contract = given_on + timedelta(days=self.contract_days or 0)
        return max(by_contract, given_on + relativedelta(months=self.months or 0))


def notice_by(contract: Contract | None) -> date | None:
    """Last day to give notice before the renewal, by the contract; None when it does not say."""
    if contract is None or contract.renewal_on is None or contract.notice_days is None:
        return None
    return contract.renewal_on - timedelta(days=contract.notice_days)


def notice_period(contract: Contract, mark: NoticeMark, on: date) -> NoticePeriod:
    """How long a notice that ends the relationship must be, seen from a day."""
    since = contract.relationship_since
    if since is None or since > on:
        return NoticePeriod(contract.notice_days, None)
    length = relativedelta(on, since)
    years_begun = length.years + bool(length.months or length.days)
    return NoticePeriod(contract.notice_days, min(years_begun * mark.months_per_year, mark.most_months))


def route(
    recommendation: str, contract: Contract | None, table: DecisionTable, *, on: date, forms: tuple[str, ...] = ()
) -> Iterator[Conclusion]:
    """The steps, in order.

    Args:
        recommendation: one of `RECOMMENDATIONS`.
        contract: in force on that day; None where there is none, which needs no notice but a relationship's.
        table: with the house's marks.
        on: the civil day from which spans run.
        forms: those to suspend, where others remain; none suspends the deliveries as a whole.
    """
    if recommendation in ("suspend", "do_not_renew"):
        yield Conclusion("stop_use")
        yield Conclusion("suspend_forms", (("forms", ", ".join(forms)),)) if forms else Conclusion("suspend_orders")
        yield from _formal_notice(contract, table, on)
    if recommendation == "do_not_renew":
        yield from _notice(contract, on)
        yield from _rupture(contract, table, on)
    elif recommendation == "suspend":
        yield Conclusion("partial_rupture")
    elif recommendation == "renew_with_conditions":
        yield _by_renewal("amendment", contract)
    elif recommendation == "renew":
        yield _by_renewal("sign", contract)
    else:
        yield from _precaution(contract, on)


def _formal_notice(contract: Contract | None, table: DecisionTable, on: date) -> Iterator[Conclusion]:
    agreed = contract.cure_days if contract is not None else None
    days = table.cure_days if agreed is None else agreed
    until = on + timedelta(days=days)
    yield Conclusion(
        "formal_notice_agreed" if agreed is not None else "formal_notice", (("n", days), ("until", until)), on=until
    )
    yield Conclusion("termination")


def _notice(contract: Contract | None, on: date) -> Iterator[Conclusion]:
    last_day = notice_by(contract)
    if contract is None or contract.renewal_on is None or last_day is None:
        yield Conclusion("notice_undated")
        return
    figures = (("renewal_on", contract.renewal_on), ("last_day", last_day))
    yield Conclusion("notice" if on <= last_day else "notice_late", figures, on=last_day)


def _rupture(contract: Contract | None, table: DecisionTable, on: date) -> Iterator[Conclusion]:
    period = notice_period(contract, table.notice, on) if contract is not None else NoticePeriod(None, None)
    if contract is None or contract.relationship_since is None or period.months is None:
        yield Conclusion("rupture_unknown")
        return
    figures = (("since", contract.relationship_since), ("n", period.months), ("until", period.ends_on(on)))
    yield Conclusion("rupture", figures)


def _precaution(contract: Contract | None, on: date) -> Iterator[Conclusion]:
    """A notice keeps the way open while the evidence comes in."""
    last_day = notice_by(contract)
    if contract is not None and contract.renewal_on is not None and last_day is not None and on <= last_day:
        yield Conclusion("precaution", (("last_day", last_day), ("renewal_on", contract.renewal_on)), on=last_day)


def _by_renewal(kind: str, contract: Contract | None) -> Conclusion:
    renewal_on = contract.renewal_on if contract is not None else None
    if renewal_on is None:
        return Conclusion(f"{kind}_undated")
    return Conclusion(kind, (("renewal_on", renewal_on),), on=renewal_on)

"""Eight vendors, three small deliveries each, two invoices each, twelve faults; what is owed was worked out by hand.

Every delivery has ten leads, `<letter>-01` to `-10` on 3 August, `-11` to `-20` on 4 August, `-21` to `-30` on
10 August 2026, sold on e-mail and phone for 4.00 EUR a lead; those of havre cost 0.80 on e-mail and 3.50 by phone. The
first invoice is about the first two deliveries, the second about the third. Tax is 20 %.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from pipelines.contracts.contract import Contract
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.engines.interface import Session
from pipelines.simulation.invoices import WrittenInvoice, WrittenLine
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES, arrow_schema
from tests.support.intake_boxes import contract

FIRST, SECOND, THIRD, NOTHING = date(2026, 8, 3), date(2026, 8, 4), date(2026, 8, 10), date(2026, 8, 11)
TODAY = date(2026, 8, 31)
"""Inside the claim window of thirty days of every delivery."""
PROOF, OPPOSED, DUPLICATE = "proof_individual_record", "opp_vendor_redelivery", "lead_duplicate"
TERMS = contract(price=4.0, claim_window=timedelta(days=30), refusal_grounds=(PROOF, OPPOSED, DUPLICATE))
BY_CHANNEL = replace(TERMS, price=None, price_per_channel={"email": 0.8, "phone": 3.5})

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Expected:
    """What is owed of an invoice, net of tax, by hand."""

    due: str
    causes: Mapping[str, str]
    answer: str


def delivered(letter: str, day: date, numbers: range, *, channels: tuple[str, ...] = ("email", "phone")) -> Rows:
    return [{"lead_id": f"{letter}-{number:02}", "delivery_date": day, "channels": channels} for number in numbers]


def three_deliveries(letter: str) -> Rows:
    return [
        *delivered(letter, FIRST, range(1, 11)),
        *delivered(letter, SECOND, range(11, 21)),
        *delivered(letter, THIRD, range(21, 31)),
    ]


def failed(lead_id: str, day: date, rule_id: str, channel: str | None = None, blamed: str = "vendor") -> dict[str, Any]:
    keys = {"lead_id": lead_id, "delivery_date": day, "rule_id": rule_id, "channel": channel}
    return {**keys, "outcome": "fail", "is_proven": True, "attributable_to": blamed}


@contextmanager
def published(leads: Rows, fails: Rows = (), *, is_final: bool = True) -> Iterator[Session]:  # type: ignore[assignment]
    """A session that holds what was published of some leads, all of one vendor."""
    days = sorted({lead["delivery_date"] for lead in leads})
    uses = [
        {**lead, "channel": channel, "verdict": "usable", "is_final": is_final}
        for lead in leads
        for channel in lead["channels"]
    ]
    files = [{"delivery_date": day, "delivered_at": datetime(day.year, day.month, day.day, 10)} for day in days]
    tables: Mapping[str, Any] = {"leads": leads, "verdicts": uses, "findings": fails, "deliveries": files}
    with DuckDBEngine().session() as session:
        for name in (*INTAKE_TABLES, *VERDICT_TABLES, "corrections"):
            rows = [{"vendor": "acme", **row} for row in tables.get(name, [])]
            session.register(name, pa.Table.from_pylist(rows, schema=arrow_schema(name)))
        yield session


def many(
    line_id: str, start: date, end: date, quantity: int, price: str = "4.00", item: str | None = None
) -> WrittenLine:
    net = f"{quantity * Decimal(price):.2f}"
    return WrittenLine(line_id, str(quantity), price, net, period=(start, end), item=item)


def one(line_id: int, lead_id: str, price: str = "4.00") -> WrittenLine:
    return WrittenLine(str(line_id), "1", price, price, lead_id=lead_id)


def ones(*lead_ids: str) -> list[WrittenLine]:
    return [one(number, lead_id) for number, lead_id in enumerate(lead_ids, 1)]


def references(letter: str, *numbers: int) -> list[str]:
    return [f"{letter}-{number:02}" for number in numbers]


def written(number: str, *lines: WrittenLine, **more: Any) -> WrittenInvoice:
    return WrittenInvoice(number, date(2026, 8, 28), lines, **more)


def third(number: str, *more: WrittenLine, **totals: Any) -> WrittenInvoice:
    """A right line about the third delivery, and more."""
    return written(number, many("1", THIRD, THIRD, 10), *more, **totals)


@dataclass(frozen=True)
class InvoicingVendor:
    """One vendor of the market."""

    leads: Rows
    invoices: tuple[tuple[WrittenInvoice, Expected], ...]
    fails: Rows = ()  # type: ignore[assignment]
    terms: Contract = TERMS


def _all_due(due: str) -> Expected:
    return Expected(due, {}, "205")


MARKET: Mapping[str, InvoicingVendor] = {
    # 1: the leads of 4 August at 4.50, ten times 0.50 too dear. That a fail is no refusal ground lets nobody refuse.
    "aube": InvoicingVendor(
        three_deliveries("a"),
        (
            (
                written("A-1", many("1", FIRST, FIRST, 10), many("2", SECOND, SECOND, 10, "4.50")),
                Expected("80.00", {"price_above": "5.00"}, "206"),
            ),
            (third("A-2"), _all_due("40.00")),
        ),
        [failed("a-01", FIRST, "form_reviewed")],
    ),
    # 2: 23 leads for 20 delivered: 3 × 4.00. An opposition that the vendor could not know is payable.
    "brise": InvoicingVendor(
        three_deliveries("b"),
        (
            (written("B-1", many("1", FIRST, SECOND, 23)), Expected("80.00", {"quantity_above": "12.00"}, "206")),
            (third("B-2"), _all_due("40.00")),
        ),
        [failed("b-02", FIRST, OPPOSED, "phone", blamed="nobody")],
    ),
    # 3: three leads without a proof: 3 × 4.00. 4: one lead, named by its line, of a person who had objected.
    "cime": InvoicingVendor(
        three_deliveries("c"),
        (
            (
                written("C-1", many("1", FIRST, FIRST, 10), many("2", SECOND, SECOND, 10)),
                Expected("68.00", {"claimable": "12.00"}, "206"),
            ),
            (
                written("C-2", *ones(*references("c", *range(21, 31)))),
                Expected("36.00", {"claimable": "4.00"}, "206"),
            ),
        ),
        [
            *(failed(f"c-{number:02}", FIRST, PROOF, "phone") for number in (1, 2, 3)),
            failed("c-01", FIRST, PROOF, "email"),
            failed("c-21", THIRD, OPPOSED, "phone"),
        ],
    ),
    # 5: d-01 came again on 4 August, in the place of d-11. 6: d-21 stands on two lines.
    "dune": InvoicingVendor(
        [
            *delivered("d", FIRST, range(1, 11)),
            *delivered("d", SECOND, range(1, 2)),
            *delivered("d", SECOND, range(12, 21)),
            *delivered("d", THIRD, range(21, 31)),
        ],
        (
            (
                written("D-1", *ones(*references("d", *range(1, 11)), *references("d", 1, *range(12, 21)))),
                Expected("76.00", {"delivered_twice": "4.00"}, "206"),
            ),
            (
                written("D-2", *ones(*references("d", *range(21, 31), 21))),
                Expected("40.00", {"invoiced_twice": "4.00"}, "206"),
            ),
        ),
        [failed("d-01", SECOND, DUPLICATE)],
    ),
    # 7: the delivery of 4 August is on both invoices.
    "etang": InvoicingVendor(
        three_deliveries("e"),
        (
            (written("E-1", many("1", FIRST, SECOND, 20)), _all_due("80.00")),
            (
                third("E-2", many("2", SECOND, SECOND, 10)),
                Expected("40.00", {"invoiced_twice": "40.00"}, "206"),
            ),
        ),
    ),
    # 8: f-11, delivered on 4 August, on an invoice about 3 August. 9: tax of 8.40 on 40.00, where 20 % are 8.00.
    "falaise": InvoicingVendor(
        three_deliveries("f"),
        (
            (
                written("F-1", *ones(*references("f", *range(1, 12))), period=(FIRST, FIRST)),
                Expected("40.00", {"period_other": "4.00"}, "206"),
            ),
            (
                third("F-2", totals={"tax": "8.40", "gross": "48.40", "payable": "48.40"}),
                Expected("40.00", {"tax_total": "0.40"}, "207"),
            ),
        ),
    ),
    # 10: lines of 40.00 and 40.00 that are summed to 88.00. 11: five leads of 11 August, when nothing came.
    "garrigue": InvoicingVendor(
        three_deliveries("g"),
        (
            (
                written(
                    "G-1",
                    many("1", FIRST, FIRST, 10),
                    many("2", SECOND, SECOND, 10),
                    totals={
                        "net_of_lines": "88.00",
                        "net": "88.00",
                        "tax": "17.60",
                        "gross": "105.60",
                        "payable": "105.60",
                    },
                ),
                Expected("80.00", {"sum_of_lines": "8.00"}, "207"),
            ),
            (
                third("G-2", many("2", NOTHING, NOTHING, 5)),
                Expected("40.00", {"not_delivered": "20.00"}, "206"),
            ),
        ),
    ),
    # Ten leads on e-mail at 0.80 and by phone at 3.50: 43.00. 12: the second invoice bears the number of the first.
    "havre": InvoicingVendor(
        three_deliveries("h"),
        (
            (
                written(
                    "H-1",
                    many("1", FIRST, FIRST, 10, "0.80", "email"),
                    many("2", FIRST, FIRST, 10, "3.50", "phone"),
                ),
                _all_due("43.00"),
            ),
            (
                written(
                    "H-1",
                    many("1", THIRD, THIRD, 10, "0.80", "email"),
                    many("2", THIRD, THIRD, 10, "3.50", "phone"),
                ),
                Expected("0", {"number_repeated": "43.00"}, "210"),
            ),
        ),
        terms=BY_CHANNEL,
    ),
}

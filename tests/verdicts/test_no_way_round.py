"""No label is a way round the proof: without one, no lead is better off than one whose consent is not proven."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any, Final

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.contracts.contract import Contract, FieldTerms
from pipelines.contracts.sectors import SECTOR_BANS
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.intake.values import kind_of
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.rulebook.judgement import judgement_of
from pipelines.verdicts.day_terms import DeliveredDay, day_terms_table, form_reviews_table
from pipelines.verdicts.working_days import callback_ends
from pipelines.vocabulary.tables import arrow_schema
from pipelines.vocabulary.words import AUDIENCES, BASES, CHANNELS
from tests.support.intake_boxes import contract

JUDGEMENT: Final = judgement_of(load_catalogue())
BLOCKING: Final = {rule.id for rule in JUDGEMENT.lead_use if rule.card.severity == "blocking"}
SIRENS: Final = (None, "123456789", "732829320")
"""None, one with a wrong check digit, a right one."""
LABELS: Final = tuple(product(BASES, AUDIENCES, SIRENS))
REFERENCE: Final = ("consent", "consumer", None)
RANKS: Final = ("usable", "on_hold", "blocked")
SAID: Final = {"informed_at_collection": True, "optout_offered_at_collection": True, "job_function": "acheteuse"}
DECREE: Final = date(2026, 8, 11)
Row = dict[str, Any]


def siren_read(digits: str | None) -> str | None:
    """As the intake keeps it."""
    read = kind_of("company_siren").read(pa.array([digits], pa.string()), FieldTerms("company_siren", "siren"))
    kept: str | None = read[0].as_py()
    return kept


SIRENS_READ: Final = {digits: siren_read(digits) for digits in SIRENS}


def rows_of(delivered_at: datetime, day: date, said: Mapping[str, object]) -> Iterator[Row]:
    """A lead for each label; its person is its own."""
    for number, (basis, audience, siren) in enumerate(LABELS):
        yield {
            "vendor": "acme", "delivery_date": day, "lead_id": f"L{number}", "audience": audience,
            "company_siren": SIRENS_READ[siren], "claimed_basis": basis, "email_key": f"e{number}",
            "phone_key": f"p{number}", "email_kind": "role", "collected_at": delivered_at - timedelta(hours=2),
            "delivered_at": delivered_at, "file_digest": "f", "row_number": number + 1, "invalid_fields": [],
            "placeholder_fields": [], "unallocated_fields": [], **said,
        }  # fmt: skip


def judged(terms: Contract, day: date, *, is_final: bool, said: Mapping[str, object]) -> dict[str, list[Row]]:
    """Verdicts and findings of a day on which a lead of every label came, and no proof ever."""
    delivered_at = datetime(day.year, day.month, day.day, 8)
    delivered = DeliveredDay("acme", day, terms, delivered_at, is_assumed=False)
    as_of = delivered_at + (terms.proof_deadline if is_final else timedelta(hours=1))
    file = {"vendor": "acme", "delivery_date": day, "file_digest": "f", "file_name": "l", "role": "leads"}
    inputs = {"all_leads": "leads", "all_deliveries": "deliveries", "all_proofs": "consent_proofs"}
    inputs |= {"all_unread_objections": "unread_objections", "all_rejected_rows": "rejected_rows"}
    filled = {"all_leads": list(rows_of(delivered_at, day, said))}
    filled["all_deliveries"] = [file | {"status": "accepted", "delivered_at": delivered_at}]
    with DuckDBEngine(threads=1).session() as session:
        for name, table in (*inputs.items(), ("oppositions", "oppositions")):
            session.register(name, pa.Table.from_pylist(filled.get(name, []), schema=arrow_schema(table)))
        session.register("callback_ends", callback_ends())
        clocks = day_terms_table(
            [delivered], as_of=as_of, max_age_months=lambda _: 12, recipients=(), functions=("acheteuse",)
        )
        session.register("clocks", clocks)
        session.register("form_reviews", form_reviews_table([terms]))
        session.register("rules", JUDGEMENT.rules)
        for step in JUDGEMENT.steps:
            session.create(step.name, step.sql, is_view=step.is_view)
            if step.name == "findings":
                break
        return {name: session.fetch(f"select * from {name}").to_pylist() for name in ("verdicts", "findings")}


@given(
    on=st.dates(date(2018, 5, 25), date(2031, 12, 31)),
    ordered=st.lists(st.sampled_from(AUDIENCES), min_size=1, max_size=3, unique=True),
    sector=st.sampled_from(("furniture", "press", "insurance", "energy_renovation", "cpf_training")),
    targets=st.sampled_from((None, ("acheteuse",), ("dsi",))),
    said=st.sampled_from(({}, SAID)),
    is_final=st.booleans(),
)
@example(DECREE - timedelta(days=1), ["consumer"], "furniture", None, {}, True)
@example(DECREE, ["consumer"], "furniture", None, {}, True)
@example(DECREE, [*AUDIENCES], "press", ("acheteuse",), SAID, True)
@settings(max_examples=3, deadline=None)
def test_without_a_proof_no_label_is_better_than_a_consumers_unproven_consent(
    on: date,
    ordered: list[str],
    sector: str,
    targets: tuple[str, ...] | None,
    said: Mapping[str, object],
    is_final: bool,
) -> None:
    terms = contract(
        channels=CHANNELS, audience=ordered[0], other_audiences=tuple(ordered[1:]), sector=sector,
        target_functions=targets,
    )  # fmt: skip
    found = judged(terms, on, is_final=is_final, said=said)
    verdicts = {(row["lead_id"], row["channel"]): RANKS.index(row["verdict"]) for row in found["verdicts"]}
    assert len(verdicts) == len(LABELS) * len(CHANNELS)
    reference = f"L{LABELS.index(REFERENCE)}"
    for (lead_id, channel), rank in verdicts.items():
        # where consent is worth nothing, only who asked to be called back may wait for the proof of it
        least = RANKS.index("on_hold") if sector in SECTOR_BANS else verdicts[reference, channel]
        assert rank >= least > 0, (LABELS[int(lead_id[1:])], channel)
    blamed = {
        (row["lead_id"], row["channel"])
        for row in found["findings"]
        if row["rule_id"] in BLOCKING and row["attributable_to"] == "vendor"
    }
    assert not is_final or blamed == verdicts.keys()


def test_an_arrival_of_either_side_of_midnight_is_of_its_own_law() -> None:
    """10 and 11 August 2026: an opt-out call fails for want of a proof, then for want of a law."""
    for on, rule in ((DECREE - timedelta(days=1), "interest_origin_proven"), (DECREE, "basis_admissible")):
        found = judged(contract(channels=("phone",)), on, is_final=True, said={})["findings"]
        label = f"L{LABELS.index(('legitimate_interest', 'consumer', None))}"
        assert rule in {row["rule_id"] for row in found if row["lead_id"] == label}, on


def test_an_unlawful_order_is_ours_once_its_law_is_clear() -> None:
    """Adapting a home: the ban of messages is of July 2025, that of calls is clear from 11 August 2026."""
    for on, of_calls in ((DECREE - timedelta(days=1), "nobody"), (DECREE, "advertiser")):
        terms = contract(channels=("email", "phone"), sector="housing_adaptation")
        found = judged(terms, on, is_final=True, said={})["findings"]
        blamed = {(row["rule_id"], row["attributable_to"]) for row in found if row["rule_id"].startswith("sector_")}
        assert blamed == {
            ("sector_energy_adaptation_message_ban", "advertiser"),
            ("sector_housing_adaptation_phone_ban", of_calls),
        }


def test_a_company_that_nobody_ordered_is_a_consumer() -> None:
    found = judged(contract(channels=("email",)), DECREE, is_final=True, said=SAID)["findings"]
    label = f"L{LABELS.index(('b2b', 'professional', '732829320'))}"
    assert {"audience_not_contracted", "basis_admissible"} == {
        row["rule_id"] for row in found if row["lead_id"] == label
    }

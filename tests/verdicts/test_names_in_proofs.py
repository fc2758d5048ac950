"""Whether a proof names the advertiser, by SIREN or name, does not, or leaves it open; our review of a form alike."""

from datetime import UTC, date, datetime
from importlib import resources

import pyarrow as pa
import pytest

from pipelines.contracts.contract import ApprovedForm
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.verdicts.day_terms import DAY_TERMS, DeliveredDay, day_terms_table, names_advertiser
from pipelines.verdicts.working_days import CALLBACK_ENDS
from tests.support.intake_boxes import contract

US = contract(advertiser_name="Durand Telecom SA", advertiser_siren="732829320")
AT = datetime(2026, 8, 12, 8)
CASES = [
    (["DURAND TÉLÉCOM S.A."], None, True),
    (["Martin SAS", "durand telecom"], None, True),
    (None, ["732829320"], True),
    (["Durand"], ["732829320"], True),
    (["Durand"], None, None),
    (["Martin SAS", "Durand Telecom France"], None, None),
    (["Durand Telecom SARL"], ["552100554"], None),
    (["Martin SAS", "nos partenaires"], None, False),
    (["Martin SAS"], ["552100554"], False),
    (None, ["552100554"], False),
    (None, None, None),
]


@pytest.mark.parametrize(("recipients", "sirens", "expected"), CASES)
def test_a_proof_names_the_advertiser_does_not_or_leaves_it_open(
    recipients: list[str] | None, sirens: list[str] | None, expected: bool | None
) -> None:
    day = DeliveredDay("acme", date(2026, 8, 12), US, AT, is_assumed=False)
    terms = day_terms_table([day], as_of=AT, max_age_months=lambda _: 12, recipients=recipients or [])
    assert terms.schema == DAY_TERMS
    equal = ("email_keys_equal", "phone_keys_equal")
    lead = pa.table({"lead_no": [1]})
    proof = {
        "proof_no": pa.array([1]),
        "consent_at": pa.array([AT], pa.timestamp("us")),
        "period_end": pa.nulls(1, pa.timestamp("us")),
        "requested_at": pa.nulls(1, pa.timestamp("us")),
        "invalid_fields": pa.array([[]], pa.list_(pa.string())),
        "recipients": pa.array([recipients], pa.list_(pa.string())),
        "recipient_sirens": pa.array([sirens], pa.list_(pa.string())),
    }
    statement = (resources.files("pipelines.rulebook") / "sql" / "08_candidates.sql").read_text(encoding="utf-8")
    with DuckDBEngine(threads=1).session() as session:
        session.register("terms", terms)
        session.register("one_lead", lead)
        session.create("judged_keys", "select one_lead.*, terms.* from one_lead cross join terms")
        session.register("proofs", pa.table(proof))
        session.register("callback_ends", CALLBACK_ENDS.empty_table())
        session.register(
            "paths", pa.table({"lead_no": [1], "proof_no": [1], **dict.fromkeys(equal, pa.nulls(1, pa.bool_()))})
        )
        (row,) = session.fetch(statement).to_pylist()
    assert row["names_advertiser"] is expected


@pytest.mark.parametrize(
    ("recipients", "sirens", "expected"),
    CASES,
)
def test_our_review_of_a_form_is_read_alike(
    recipients: list[str] | None, sirens: list[str] | None, expected: bool | None
) -> None:
    as_reviewed = {
        "recipients": tuple(recipients) if recipients else None,
        "recipient_sirens": tuple(sirens) if sirens else None,
    }
    form = ApprovedForm("devis", "7", datetime(2026, 1, 1, tzinfo=UTC).date(), **as_reviewed)
    assert names_advertiser(US, form) is expected

"""The lead dossier's declared columns are those of its SQL, at every grain, and stand for canonical fields."""

import re
from collections.abc import Iterator

import pyarrow as pa
import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.engines.interface import Session
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.rulebook.judgement import judgement_of
from pipelines.rulebook.lead_dossier import COLUMNS, LeadDossierColumn
from pipelines.verdicts.day_terms import DAY_TERMS, FORM_REVIEWS
from pipelines.verdicts.working_days import CALLBACK_ENDS
from pipelines.vocabulary.fields import FIELDS
from pipelines.vocabulary.tables import arrow_schema
from tests.support.paths import PRODUCT

DOSSIERS = {"lead_use": "dossier", "lead": "lead_dossier", "delivery": "delivery_dossier"}
TYPES = {
    "text": pa.string(),
    "list": pa.list_(pa.string()),
    "instant": pa.timestamp("us"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "integer": pa.int64(),
}
WORKINGS = {
    "lead_use": {"lead_no", "proof_no", "candidate_count", "lists_channel", "is_final", "mapped_fields"},
    "lead": {"lead_no", "is_final", "mapped_fields"},
    "delivery": {*DAY_TERMS.names} - {"is_day_clock"},
}
"""Columns that the statements need themselves and no card may read."""
CATALOGUE = load_catalogue()
JUDGEMENT = judgement_of(CATALOGUE)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """The dossiers of a market without any delivery."""
    inputs = {"leads": "all_leads", "deliveries": "all_deliveries", "consent_proofs": "all_proofs"}
    inputs |= {"rejected_rows": "all_rejected_rows", "oppositions": "oppositions"}
    inputs |= {"unread_objections": "all_unread_objections"}
    with DuckDBEngine().session() as session:
        for table, name in inputs.items():
            session.register(name, arrow_schema(table).empty_table())
        session.register("callback_ends", CALLBACK_ENDS.empty_table())
        session.register("clocks", DAY_TERMS.empty_table())
        session.register("form_reviews", FORM_REVIEWS.empty_table())
        session.register("rules", JUDGEMENT.rules)
        for step in JUDGEMENT.steps:
            session.create(step.name, step.sql, is_view=step.is_view)
        yield session


@pytest.mark.parametrize("grain", DOSSIERS)
def test_declared_columns_are_those_of_the_sql(session: Session, grain: str) -> None:
    schema = session.fetch(f"select * from {DOSSIERS[grain]}").schema
    declared = {column.name: TYPES[column.type] for column in COLUMNS if grain in column.grains}
    found = {column.name: column.type for column in schema}
    assert {name: found.get(name) for name in declared} == declared
    assert found.keys() - declared.keys() == WORKINGS[grain] - declared.keys()


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_a_column_stands_for_canonical_fields(column: LeadDossierColumn) -> None:
    known = {f"{role}.{field.name}" for role, fields in FIELDS.items() for field in fields}
    assert {*column.fields} <= known
    assert bool(column.fields) == (column.origin in ("lead", "proof"))


def test_the_prefixes_of_columns_are_explained_where_the_statements_are() -> None:
    rules = "|".join(card.id for card in CATALOGUE.cards)
    made = {prefix for step in JUDGEMENT.steps for prefix in re.findall(rf"\b([a-z]_)(?:{rules})\b", step.sql)}
    told = (PRODUCT / "rulebook" / "sql" / "README.md").read_text(encoding="utf-8")
    assert made == set(re.findall(r"^\| `([a-z]+_)<rule>`", told, re.MULTILINE))

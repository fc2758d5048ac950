"""No sequence of judgements, receipts, kills and retired days moves when a defect was first detected to a later day.

The clock reads a real registry and a real session; the expected instants are kept by hand beside them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.disputes.knowledge_clock import KnowledgeLine, clock_tables, knowledge_clock
from pipelines.disputes.told_before import told_before
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.receipts.notices import Acknowledgement, PreparedReceipt
from pipelines.receipts.records import all_receipts, record_acknowledged, record_prepared, standing_receipts
from pipelines.receipts.told_defects import ToldDefect
from pipelines.receipts.told_records import told_receipts
from pipelines.storage.registry.database import open_registry
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES, arrow_schema

RULE = "proof_individual_record"
START = datetime(2026, 9, 10, 4, tzinfo=UTC)
DAYS = (date(2026, 9, 1), date(2026, 9, 2))
FORMS = ("", "devis 7")
NUMBERS = count()
Step = tuple[str, date, frozenset[str]]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("judge", "judge", "kill", "acknowledge", "retire")),
        st.sampled_from(DAYS),
        st.frozensets(st.sampled_from(FORMS)),
    ),
    max_size=5,
)


@dataclass
class House:
    """A vendor of its own in a registry, what is published of it, and what anybody could know by now."""

    registry: sa.Engine
    vendor: str
    published: dict[date, tuple[frozenset[str], datetime]] = field(default_factory=dict)
    told: dict[str, datetime] = field(default_factory=dict)
    """Form -> when a receipt first told it."""
    notified: dict[str, datetime] = field(default_factory=dict)
    last: dict[date, frozenset[str]] = field(default_factory=dict)
    """Forms that the standing receipt of a day tells."""

    def does(self, step: Step, at: datetime) -> None:
        deed, day, forms = step
        if deed == "retire":
            self.published.pop(day, None)
        elif deed == "acknowledge":
            self._acknowledged(day, at)
        else:
            self.published[day] = forms, at
            if deed == "judge":
                self._prepared(day, forms, at)

    def expected(self) -> dict[str, tuple[datetime, datetime | None]]:
        """Of each form that is published to fail: first detected, vendor notified."""
        known: dict[str, datetime] = {}
        for forms, at in self.published.values():
            for form in forms:
                known[form] = min(at, known.get(form, at), self.told.get(form, at))
        return {form: (at, self.notified.get(form)) for form, at in known.items()}

    def clock(self, as_of: datetime) -> tuple[KnowledgeLine, ...]:
        rows = {name: [] for name in (*INTAKE_TABLES, *VERDICT_TABLES, "corrections")}
        for day, (forms, at) in self.published.items():
            of_day = {"vendor": self.vendor, "delivery_date": day}
            rows["verdicts"].append({**of_day, "lead_id": "-", "channel": "phone", "known_at": as_lake(at)})
            for form in forms:
                named = dict(zip(("form_id", "form_version"), form.split(), strict=False))
                rows["leads"].append({**of_day, "lead_id": form or "-", **named})
                rows["findings"].append(
                    {**of_day, "lead_id": form or "-", "channel": "phone", "rule_id": RULE, "outcome": "fail",
                     "severity": "blocking", "dimension": "proof"}
                )  # fmt: skip
        with DuckDBEngine().session() as session:
            for name, found in rows.items():
                session.register(name, pa.Table.from_pylist(found, schema=arrow_schema(name)))
            told = told_receipts(self.registry, self.vendor, before=as_of)
            receipts = all_receipts(self.registry, self.vendor, before=as_of)
            clock_tables(session, [RULE], told_before(told, receipts, (), as_of))
            return knowledge_clock(session, (), reaction=timedelta(days=15), cure_days=None, as_of=as_of)

    def _prepared(self, day: date, forms: frozenset[str], at: datetime) -> None:
        digest = sha256(f"{day} {sorted(forms)}".encode()).hexdigest()
        receipt = PreparedReceipt(
            vendor=self.vendor, delivery_date=day, digest=digest, is_final=True, line_count=len(forms)
        )
        defects = tuple(ToldDefect(RULE, RULE, "blocking", form, 1) for form in sorted(forms))
        record_prepared(self.registry, [receipt], {day: defects}, prepared_at=at)
        self.last[day] = forms
        for form in forms:
            self.told.setdefault(form, at)

    def _acknowledged(self, day: date, at: datetime) -> None:
        standing = [one for one in standing_receipts(self.registry, self.vendor) if one.delivery_date == day]
        if standing and standing[0].acknowledged_at is None:
            said = Acknowledgement(standing[0].digest, at, "desk")
            record_acknowledged(self.registry, self.vendor, day, said, source="file", now=at)
            for form in self.last[day]:
                self.notified.setdefault(form, at)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    engine = open_registry(f"sqlite:///{tmp_path_factory.mktemp('told') / 'registry.db'}")
    yield engine
    engine.dispose()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=STEPS, after=STEPS)
def test_the_first_detection_never_moves_later_and_notices_are_those_that_told(
    registry: sa.Engine, before: list[Step], after: list[Step]
) -> None:
    house = House(registry, f"acme-{next(NUMBERS)}")
    for number, step in enumerate(before):
        house.does(step, START + timedelta(days=number))
    then = _instants(house)
    is_told = all(
        deed != "kill" for deed, _, _ in before
    )  # a verdict without its receipt is remembered by itself alone
    for number, step in enumerate(after):
        house.does(step, START + timedelta(days=len(before) + number))
    now = _instants(house)
    assert now == house.expected()
    for form in then.keys() & now.keys() if is_told else ():
        assert now[form][0] <= then[form][0]


def _instants(house: House) -> dict[str, tuple[datetime, datetime | None]]:
    return {line.form: (line.detected_at, line.notified_at) for line in house.clock(START + timedelta(days=99))}
